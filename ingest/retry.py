"""How long to wait before the next attempt: at random below a growing bound, for ever."""

import random
from collections.abc import Iterator

from ingest.settings import RetryPolicy


def delays(policy: RetryPolicy) -> Iterator[float]:
    """Yield seconds to wait. Random, so that many gateways do not come back at one moment."""
    bound = policy.first_seconds
    while True:
        yield random.uniform(bound / 2, bound)  # noqa: S311 - chance, not secrecy
        bound = min(bound * 2, policy.longest_seconds)
