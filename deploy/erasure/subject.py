"""Whose data is erased, and of which time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import asyncpg

from schemas.errors import Misconfigured
from schemas.wire import DeadLetter, NormalisedReading, Observation
from stream_processors.statements import statement

_FIND = statement(__package__, "find_things")


class Wish(NamedTuple):
    """What is to be erased, and why.

    Attributes:
        thing: its name, or `vendor/model/name` where several have that; empty with a datastream.
        datastream: its id; `None`: all of the thing.
        begin: of the time that is erased; an interval that reaches into it goes as a whole.
        asked_by: who says so.
    """

    city: str
    thing: str
    datastream: int | None
    begin: datetime
    end: datetime
    reason: str
    asked_by: str


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a wish means.

    Attributes:
        thing: `vendor/model/name`.
        intervals: length of a datastream's intervals, by its id.
        datasets: those of the datastreams.
    """

    wish: Wish
    thing_id: int
    thing: str
    profile: str
    name: str
    intervals: Mapping[int, timedelta]
    datasets: tuple[int, ...]

    @property
    def datastreams(self) -> list[int]:
        """Ids of the datastreams."""
        return list(self.intervals)

    @property
    def source(self) -> str:
        """The address of the thing, where its topic names it."""
        return f"city/{self.wish.city}/{self.thing}"

    def is_in_time(self, start: datetime, end: datetime | None) -> bool:
        """Tell whether a phenomenon lies in the erased time, in part at least."""
        begin = self.wish.begin
        return start < self.wish.end and (start >= begin or (end or start) > begin)

    def holds(self, datastream: int, start: datetime) -> bool:
        """Tell whether an observation is to be erased, by its datastream and begin."""
        length = self.intervals.get(datastream)
        return length is not None and self.is_in_time(start, start + length)

    def is_of(self, observation: Observation) -> bool:
        """Tell whether an observation on the wire is of the thing, and in the time."""
        ours = observation.thing == self.name
        return ours and self.is_in_time(observation.phenomenon_start, observation.phenomenon_end)

    def is_in_reading(self, reading: NormalisedReading) -> bool:
        """Tell whether what a reading gave, or why it gave nothing, is of the thing."""
        if reading.city != self.wish.city or reading.profile != self.profile:
            return False
        if any(self.is_of(one) for one in reading.observations):
            return True
        came = reading.received_time >= self.wish.begin
        return bool(reading.rejections) and reading.source == self.source and came

    def is_in_letter(self, letter: DeadLetter) -> bool:
        """Tell whether a dead letter may be of the thing: by its topic, or the name in it."""
        named = letter.profile == self.profile and self.name.encode() in letter.payload
        ours = letter.city == self.wish.city and (letter.source == self.source or named)
        return ours and letter.received_time >= self.wish.begin


async def find_subject(connection: asyncpg.Connection, wish: Wish) -> Subject:
    """Return what a wish means.

    Raises:
        Misconfigured: there is no such thing or datastream, or there are several.
    """
    rows = await connection.fetch(_FIND, wish.city, wish.thing or None, wish.datastream)
    if len(rows) != 1:
        names = ", ".join(f"{row['profile']}/{row['name']}" for row in rows)
        what = f"the city {wish.city} has several such things, name one: {names}"
        raise Misconfigured(what if rows else f"the city {wish.city} has no such thing")
    [row] = rows
    lengths = (timedelta(seconds=one) for one in row["interval_seconds"])
    return Subject(
        wish=wish,
        thing_id=row["thing_id"],
        thing=f"{row['profile']}/{row['name']}",
        profile=row["profile"],
        name=row["name"],
        intervals=dict(zip(row["datastreams"], lengths, strict=True)),
        datasets=tuple(row["datasets"]),
    )
