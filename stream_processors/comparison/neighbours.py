"""A value beside those that other things around it give at that time."""

from collections.abc import Iterable
from datetime import datetime
from statistics import median
from typing import NamedTuple

from schemas.quality_rules import NeighboursRule


class Newest(NamedTuple):
    """A neighbour's newest value that is not doubted, and its phenomenon start."""

    time: datetime
    value: float


def differs(rule: NeighboursRule, time: datetime, value: float, around: Iterable[Newest]) -> bool:
    """Tell whether a value differs from those around it, of which there must be enough."""
    others = [
        one.value
        for one in around
        if abs((one.time - time).total_seconds()) <= rule.within_seconds
    ]
    if len(others) < rule.at_least:
        return False
    middle = median(others)
    difference = abs(value - middle)
    if difference <= rule.tolerance:
        return False
    return difference > rule.factor * median([abs(other - middle) for other in others])
