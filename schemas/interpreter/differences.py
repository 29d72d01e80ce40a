"""Differences of a register: what it counted in each interval, from its readings alone.

A moment has the value of the last reading at or before it. It is measured when that reading and
the first one at or after it are no further apart than an interval is long. An interval whose
begin and end are measured has a difference; no other has: what was counted in a gap is put into
no interval. So the same readings give the same differences, whatever the order in which they
came, and the differences of intervals side by side add up to what the register counted.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

RESET: Final = "register.reset"
ROLLED_OVER: Final = "register.rolled-over"
SHIFTED: Final = "register.shifted"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEAR: Final = 10  # a reading is near a moment within this part of an interval
_LARGEST_LEAP: Final = 10  # without word of the most: a roll-over counts this part of the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """How the differences of a register are made; numbers are in its canonical unit.

    Attributes:
        interval: length of the intervals; they begin at whole multiples of it (UTC).
        rolls_over_at: the first number that it cannot show, `None` when it has no such end.
        most: the most that is counted from one reading to the next.
        restarts: a lower value was counted from 0 on; else nothing is known about it.
    """

    interval: timedelta
    rolls_over_at: float | None = None
    most: float
    restarts: bool = False


class RegisterReading(NamedTuple):
    """Where a register stood."""

    time: datetime
    value: float
    quality: Sequence[str] = ()


class Difference(NamedTuple):
    """What a register counted in an interval."""

    start: datetime
    end: datetime
    result: float
    quality: tuple[str, ...] = ()


def interval_start(time: datetime, interval: timedelta) -> datetime:
    """Return when the interval begins that a time lies in."""
    return time - (time - _EPOCH) % interval


def touched_intervals(time: datetime, interval: timedelta) -> tuple[datetime, ...]:
    """Return the begins of all intervals whose difference a reading at a time can change.

    It bears on the moments less than an interval away, so on the interval that it lies in and
    those at both sides.
    """
    start = interval_start(time, interval)
    return start - interval, start, start + interval


def differences(
    register: Register, readings: Sequence[RegisterReading], starts: Iterable[datetime]
) -> Iterator[Difference]:
    """Yield the differences of intervals, of those that have one.

    Args:
        register: how they are made.
        readings: in the order of their times, no time twice; for each interval at least those
            from an interval before its begin to an interval after its end.
        starts: begins of the intervals.
    """
    counted = _Counted(register, readings)
    for start in starts:
        difference = counted.difference(start, start + register.interval)
        if difference is not None:
            yield difference


class _Counted:
    """The readings of a register, with what is unusual about the steps between them."""

    def __init__(self, register: Register, readings: Sequence[RegisterReading]) -> None:
        self._register = register
        self._readings = readings
        self._times = [one.time for one in readings]
        self._unusual = [
            (number, *_step(register, before.value, after.value))
            for number, (before, after) in enumerate(pairwise(readings))
            if not 0 <= after.value - before.value <= register.most
        ]

    def difference(self, start: datetime, end: datetime) -> Difference | None:
        first, last = self._measured(start), self._measured(end)
        if first is None or last is None:
            return None
        before, after = self._readings[first], self._readings[last]
        result, flags = _plain(after.value) - _plain(before.value), []
        for number, counted, flag in self._unusual:
            if first <= number < last:
                step = self._readings[number : number + 2]
                result += counted - (_plain(step[1].value) - _plain(step[0].value))
                flags.append(flag)
        near = self._register.interval / _NEAR
        if max(start - before.time, end - after.time) > near:
            flags.append(SHIFTED)
        quality = tuple(dict.fromkeys((*flags, *before.quality, *after.quality)))
        return Difference(start, end, float(result), quality)

    def _measured(self, moment: datetime) -> int | None:
        """Return which reading tells the value at a moment, `None` when none does."""
        place = bisect_right(self._times, moment) - 1
        if place < 0:
            return None
        if self._times[place] == moment:
            return place
        if place + 1 == len(self._times):
            return None
        gap = self._times[place + 1] - self._times[place]
        return place if gap <= self._register.interval else None


def _step(register: Register, before: float, after: float) -> tuple[Decimal, str]:
    """Return what was counted in an unusual step, as far as anybody knows, and its flag."""
    whole = register.rolls_over_at
    if whole is not None and after < before:
        around = _plain(whole) - _plain(before) + _plain(after)
        if 0 <= around <= min(register.most, whole / _LARGEST_LEAP):
            return around, ROLLED_OVER
    if register.restarts and 0 <= after < before and after <= register.most:
        return _plain(after), RESET
    return Decimal(0), RESET


def _plain(value: float) -> Decimal:
    """Return the decimal number that a double stands for, so that 0.3 - 0.1 is 0.2."""
    return Decimal(f"{value:.15g}")
