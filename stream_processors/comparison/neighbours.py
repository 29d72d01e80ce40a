"""A value beside those that other things around it give at that time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.quality_rules import NeighboursRule


class Newest(NamedTuple):
    """A neighbour's newest value that is not doubted, and its phenomenon start."""

    time: datetime
    value: float


def differs(rule: NeighboursRule, time: datetime, value: float, around: Iterable[Newest]) -> bool:
    """Tell whether a value differs from those around it, of which there must be enough."""
    reach = timedelta(seconds=rule.within_seconds)
    first, last = time - reach, time + reach
    others = sorted([one.value for one in around if first <= one.time <= last])
    if len(others) < rule.at_least:
        return False
    middle = _median(others)
    difference = abs(value - middle)
    if difference <= rule.tolerance:
        return False
    return difference > rule.factor * _median(sorted([abs(one - middle) for one in others]))


def _median(ordered: list[float]) -> float:
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2
