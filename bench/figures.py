"""Figures of several rounds: medians, ranges, ratios, CPU time per message; pure."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from bench.results import Arm, Results

Pick = Callable[[Arm], float | None]


class Figure(NamedTuple):
    """A median with its range."""

    median: float
    lowest: float
    highest: float


def figure(values: Sequence[float | None]) -> Figure | None:
    """Sum values up; `None` where one is missing."""
    there = [value for value in values if value is not None]
    if not there or len(there) < len(values):
        return None
    return Figure(median(there), min(there), max(there))


def of_arm(results: Results, arm: str, pick: Pick) -> Figure | None:
    """Return a figure of an arm over all rounds."""
    return figure([pick(getattr(one, arm)) for one in results.rounds])


def whole_to_relay(results: Results) -> Figure | None:
    """Return the ratio of messages a second, round by round."""
    return figure(
        [one.whole.messages_per_second / one.relay.messages_per_second for one in results.rounds]
    )


def processes(results: Results) -> list[str]:
    """Return the names of all processes, in a message's order."""
    order = [
        "publisher", "mqtt", "subscriber", "ingest", "kafka", "normalise", "store", "database",
        "aggregate", "api", "ldes", "webhooks", "bench",
    ]  # fmt: skip
    there = {
        name
        for one in results.rounds
        for arm in (one.relay, one.whole, one.partial)
        for name in arm.costs
    }
    return [name for name in order if name in there] + sorted(there.difference(order))


def cpu_per_message(name: str) -> Pick:
    """Return what picks a process's CPU time for a message, in microseconds."""

    def pick(arm: Arm) -> float | None:
        return 1e6 * arm.costs[name].cpu_seconds / arm.messages if name in arm.costs else None

    return pick


def all_cpu_per_message(arm: Arm) -> float:
    """Return the CPU time of all our processes for a message, in microseconds."""
    return 1e6 * sum(cost.cpu_seconds for cost in arm.costs.values()) / arm.messages


def others_cores(arm: Arm) -> float:
    """Return how many cores other programs kept busy meanwhile."""
    ours = sum(cost.cpu_seconds for cost in arm.costs.values())
    return max(0.0, (arm.machine_seconds - ours) / arm.seconds)


def memory(results: Results, name: str) -> float:
    """Return a process's highest memory in MiB."""
    return max(
        arm.costs[name].memory_mib
        for one in results.rounds
        for arm in (one.relay, one.whole, one.partial)
        if name in arm.costs
    )
