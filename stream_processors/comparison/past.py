"""What is remembered of a datastream, and what is doubtful of the value that comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import msgspec

from schemas.quality_rules import QualityRules

Flags: TypeAlias = tuple[str, ...]

NONE: Final[Flags] = ()
STEEP: Final[Flags] = ("rate.steep",)
FLAT: Final[Flags] = ("flat.line",)
GAP: Final[Flags] = ("gap.before",)


class Past(msgspec.Struct, frozen=True, gc=False):
    """What is remembered of a datastream, of values without a flag of severity `error`.

    Attributes:
        time: phenomenon start of the newest value.
        value: that value.
        since: when the newest value was first taken in an unbroken row.
        times: how often.
        sure_time: phenomenon start of the newest value that was not `rate.steep`.
        sure_value: that value.
    """

    time: datetime
    value: float
    since: datetime
    times: int
    sure_time: datetime
    sure_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRules:
    """The rules of a datastream that look back, ready to run; 0 stands for no such rule.

    Attributes:
        change: most that a value changes within `per_seconds`.
        flat_seconds: how long a value may stay the same.
        flat_values: and how often.
        unless: values that may stay.
        gap_seconds: distance from the value before that is too long.
    """

    change: float = 0.0
    per_seconds: float = 1.0
    flat_seconds: float = 0.0
    flat_values: int = 0
    unless: frozenset[float] = frozenset()
    gap_seconds: float = 0.0


def past_rules(rules: QualityRules, every_seconds: float | None) -> PastRules | None:
    """Return the rules that look back, `None` when there are none.

    Args:
        rules: of the observed property.
        every_seconds: how often a value is expected, `None` when that is not known.
    """
    rate, flat = rules.rate, rules.flat
    gap = rules.gap if every_seconds else None
    if not (rate or flat or gap):
        return None
    return PastRules(
        change=rate.change if rate else 0.0,
        per_seconds=rate.per_seconds if rate else 1.0,
        flat_seconds=flat.seconds if flat else 0.0,
        flat_values=flat.values if flat else 0,
        unless=frozenset(flat.unless) if flat else frozenset(),
        # Half a distance more, as devices come a little early and late.
        gap_seconds=(gap.missing + 0.5) * every_seconds if gap and every_seconds else 0.0,
    )


def begin(time: datetime, value: float) -> Past:
    """Return what is remembered after the first value."""
    return Past(time, value, time, 1, time, value)


def judge(past: Past, rules: PastRules, time: datetime, value: float) -> tuple[Flags, Past]:
    """Return the flags of the value that comes next, and what is remembered after it.

    A value that is older than the newest is not judged: what came after it is not its past. One
    at the same time takes the newest one's place, as a correction does.
    """
    if time <= past.time:
        return NONE, past if time < past.time else begin(time, value)
    elapsed = (time - past.time).total_seconds()
    flags = GAP if 0 < rules.gap_seconds < elapsed else NONE
    if value == past.value:
        times = past.times + 1
        if 0 < rules.flat_values <= times and _is_flat(rules, past, time):
            flags = (*FLAT, *flags)
        return flags, Past(time, value, past.since, times, time, value)
    if not rules.change or _is_possible(past, rules, time, value, elapsed):
        return flags, Past(time, value, time, 1, time, value)
    return (*STEEP, *flags), Past(time, value, time, 1, past.sure_time, past.sure_value)


def _is_possible(
    past: Past, rules: PastRules, time: datetime, value: float, elapsed: float
) -> bool:
    """Tell whether a value can come after the last sure one, or agrees with a doubted one.

    The way back from a single wrong value is no doubt, and of a lasting step only the first value
    is.
    """
    if abs(value - past.value) <= _most(rules, elapsed):
        return True
    if past.sure_time == past.time:
        return False
    since_sure = (time - past.sure_time).total_seconds()
    return abs(value - past.sure_value) <= _most(rules, since_sure)


def _most(rules: PastRules, elapsed: float) -> float:
    return (
        rules.change * elapsed / rules.per_seconds if elapsed > rules.per_seconds else rules.change
    )


def _is_flat(rules: PastRules, past: Past, time: datetime) -> bool:
    return (
        time - past.since
    ).total_seconds() >= rules.flat_seconds and past.value not in rules.unless
