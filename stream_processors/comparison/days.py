"""What the hours of the last days say of a datastream, beside its neighbours' and its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final, TypeAlias

from schemas.quality_rules import DriftRule, ScaleRule

Means: TypeAlias = Mapping[datetime, float]
"""Mean of each hour that has one, by the hour's begin."""

HOUR: Final = timedelta(hours=1)


def stands_apart(
    rule: DriftRule, at_least: int, own: Means, others: Sequence[Means], *, until: datetime
) -> bool:
    """Tell whether a datastream was away from its neighbours for most of the hours before one.

    Args:
        rule: what is too far.
        at_least: neighbours that an hour must have.
        own: hours of the datastream.
        others: hours of its neighbours.
        until: the hour that follows.
    """
    differences, levels = [], []
    for hour in _hours(until, rule.hours):
        around = [one[hour] for one in others if hour in one]
        if hour in own and len(around) >= at_least:
            level = median(around)
            differences.append(own[hour] - level)
            levels.append(abs(level))
    if len(differences) < rule.at_least:
        return False
    return abs(median(differences)) > rule.tolerance + rule.share * median(levels)


def is_scaled(rule: ScaleRule, own: Means, *, until: datetime) -> bool:
    """Tell whether the hours before one are many times what the hours before them were."""
    begin = until - rule.hours * HOUR
    recent = _sizes(own, _hours(until, rule.hours))
    before = _sizes(own, _hours(begin, rule.before))
    fewest_recent, fewest_before = rule.fewest
    if len(recent) < fewest_recent or len(before) < fewest_before:
        return False
    low, high = sorted((median(recent), median(before)))
    return high > rule.factor * low


def hour_of(time: datetime) -> datetime:
    """Return the begin of the hour in which a time lies."""
    return time.replace(minute=0, second=0, microsecond=0)


def _hours(until: datetime, count: int) -> list[datetime]:
    return [until - place * HOUR for place in range(1, count + 1)]


def _sizes(own: Means, hours: Sequence[datetime]) -> list[float]:
    return [abs(own[hour]) for hour in hours if own.get(hour)]
