"""Windows: intervals of a register side by side, whose differences are made again."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Any, NamedTuple

import asyncpg

from schemas.interpreter.differences import Difference, Register, RegisterReading, differences
from stream_processors.store.row import Row

DERIVED = -1
"""Partition and offset of what no reading gave, but was made of several."""


class Made(NamedTuple):
    """A difference as it is in the database, with the time of receipt that it bears."""

    difference: Difference
    received_time: datetime


@dataclass(kw_only=True)
class Window:
    """Intervals of one register, one after the other.

    Attributes:
        register_id: its datastream.
        datastream_id: the datastream of its differences.
        register: how they are made.
        starts: begins of the intervals.
        readings: from an interval before the first to an interval after the last.
        received: when each of them was received.
        made: the differences that there are.
    """

    register_id: int
    datastream_id: int
    register: Register
    starts: list[datetime]
    readings: list[RegisterReading] = field(default_factory=list)
    received: list[datetime] = field(default_factory=list)
    made: dict[datetime, Made] = field(default_factory=dict)

    @property
    def begins(self) -> datetime:
        """Begin of the first interval."""
        return self.starts[0]

    @property
    def ends(self) -> datetime:
        """End of the last interval."""
        return self.starts[-1] + self.register.interval

    def changes(self) -> Iterator[Row]:
        """Yield what differs from what there is, as rows without a position."""
        found = {one.start: one for one in differences(self.register, self.readings, self.starts)}
        for start, made in self.made.items():
            if start not in found:
                yield self._row(made.difference, made.received_time, withdrawn=True)
        for start, difference in found.items():
            known = self.made.get(start)
            if known is None or known.difference != difference:
                yield self._row(difference, self._received(difference.end), withdrawn=False)

    def _received(self, end: datetime) -> datetime:
        """Return when the reading was received that ended an interval."""
        return self.received[bisect_left(self.readings, end, key=_time)]

    def _row(self, one: Difference, received_time: datetime, *, withdrawn: bool) -> Row:
        return Row(
            position=0,
            round=0,
            datastream_id=self.datastream_id,
            reading_partition=DERIVED,
            phenomenon_start=one.start,
            phenomenon_end=one.end,
            result_time=one.end,
            received_time=received_time,
            reading_offset=DERIVED,
            result_number=one.result,
            result_json=None,
            quality=one.quality or None,
            raw_result=None,
            replayed=False,
            withdrawn=withdrawn,
        )


def _time(reading: RegisterReading) -> datetime:
    return reading.time


def windows_of(intervals: Iterable[asyncpg.Record]) -> list[Window]:
    """Return the windows of intervals that are in the order of registers and time."""
    found: list[Window] = []
    for row in intervals:
        last = found[-1] if found else None
        if last and last.register_id == row["register_id"] and last.ends == row["start"]:
            last.starts.append(row["start"])
        else:
            found.append(_window(row))
    return found


def columns_of(windows: Sequence[Window], *, around: int) -> tuple[list[Any], ...]:
    """Return the begins and ends of windows as columns, with so many intervals around each."""
    return (
        [one.begins - around * one.register.interval for one in windows],
        [one.ends + around * one.register.interval for one in windows],
    )


def _window(row: asyncpg.Record) -> Window:
    return Window(
        register_id=row["register_id"],
        datastream_id=row["datastream_id"],
        register=Register(
            interval=timedelta(seconds=row["interval_seconds"]),
            rolls_over_at=row["rolls_over_at"],
            most=inf if row["most"] is None else row["most"],
            restarts=row["restarts"],
        ),
        starts=[row["start"]],
    )
