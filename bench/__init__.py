"""The benchmark: messages a second, latency and CPU time, beside a raw relay in the same run."""
