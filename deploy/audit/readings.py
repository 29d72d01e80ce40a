"""What readings gave, record by record, held against the database."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import asyncpg
from aiokafka import ConsumerRecord
from msgspec import MsgspecError

from deploy.audit.finding import Finding
from deploy.audit.tally import Counts, Tally, hour_of
from deploy.expectation import Series
from schemas import wire
from schemas.wire import NormalisedReading, Observation
from stream_processors.statements import statement
from stream_processors.store.high_water import HighWater, account

Place: TypeAlias = tuple[int, int]
_OBSERVATIONS = statement(__package__, "observations")
_DEAD_LETTERS = statement(__package__, "dead_letters")


class Wanted(NamedTuple):
    """A row of what must be in the database; the columns of `observations.sql`."""

    reading: int
    observation: int
    datastream_id: int
    phenomenon_start: datetime
    partition: int
    offset: int


@dataclass
class Reconciliation:
    """Goes through `city.observations` in its order.

    Attributes:
        connection: in a transaction that sees one state of the database.
        datastreams: ids of the datastreams of a series; several where its unit changed.
        tally: what became of the readings.
        findings: what is wrong.
        skipped: readings that are missing between those that came, by partition.
        accounted: readings by city, profile and hour, as the store counts them.
    """

    connection: asyncpg.Connection
    datastreams: Mapping[Series, Sequence[int]]
    tally: Tally
    findings: list[Finding] = field(default_factory=list)
    skipped: defaultdict[int, list[range]] = field(default_factory=lambda: defaultdict(list))
    accounted: Counter[tuple[str, str, datetime]] = field(default_factory=Counter)
    _marks: dict[int, HighWater] = field(default_factory=dict)

    async def take(self, records: Sequence[ConsumerRecord]) -> None:
        """Look for what a batch of one partition says in the database, and count it."""
        readings = [one for record in records if (one := self._new(record)) is not None]
        if not readings:
            return
        present = await self._present(readings)
        letters = await self._letters(readings)
        for number, reading in enumerate(readings):
            own = {which: mine for (one, which), mine in present.items() if one == number}
            self._judge(reading, own, has_letter=(reading.partition, reading.offset) in letters)

    def is_skipped(self, record: ConsumerRecord) -> bool:
        """Tell whether a reading of `city.readings` never came to `city.observations`."""
        return any(record.offset in gap for gap in self.skipped[record.partition])

    def _new(self, record: ConsumerRecord) -> NormalisedReading | None:
        """Return a record's reading, unless it came before, or lies before our time."""
        if record.value is None:
            return None  # a tombstone: something was erased
        try:
            reading = wire.read_normalised(record.value)
        except MsgspecError:
            return None  # kept by the store as a dead letter of its own
        mark = self._marks.setdefault(reading.partition, HighWater(partition=reading.partition))
        step = account(mark, reading)
        self._marks[reading.partition] = step.mark
        if step.missing:
            self.skipped[reading.partition].append(
                range(reading.offset - step.missing, reading.offset)
            )
        is_ours = reading.received_time >= self.tally.since and not step.known
        return reading if is_ours else None

    async def _present(self, readings: Sequence[NormalisedReading]) -> dict[Place, bool]:
        """Return which observations are there, and whether as their own reading's."""
        wanted = [row for n, one in enumerate(readings) for row in self._wanted(n, one)]
        if not wanted:
            return {}
        starts = [row.phenomenon_start for row in wanted]
        columns = [list(column) for column in zip(*wanted, strict=True)]
        rows = await self.connection.fetch(_OBSERVATIONS, *columns, min(starts), max(starts))
        return {(row["reading"], row["observation"]): row["own"] for row in rows}

    def _wanted(self, number: int, reading: NormalisedReading) -> Iterator[Wanted]:
        address = reading.profile
        for which, one in enumerate(reading.observations):
            series = Series(reading.city, address, one.thing, one.profile, one.datastream)
            for datastream_id in self.datastreams.get(series, ()):
                start = one.phenomenon_start
                yield Wanted(
                    number, which, datastream_id, start, reading.partition, reading.offset
                )

    async def _letters(self, readings: Sequence[NormalisedReading]) -> set[Place]:
        places = [(one.partition, one.offset) for one in readings]
        columns = [list(column) for column in zip(*places, strict=True)]
        return {(row[0], row[1]) for row in await self.connection.fetch(_DEAD_LETTERS, *columns)}

    def _judge(
        self, reading: NormalisedReading, present: Mapping[int, bool], *, has_letter: bool
    ) -> None:
        """Count a reading; a replayed one was counted when it first came."""
        lost = [
            one
            for which, one in enumerate(reading.observations)
            if which not in present and not has_letter
        ]
        for one in lost:
            self.findings.append(Finding("observation.missing", _where(reading, one)))
        if reading.rejections and not has_letter:
            self.findings.append(Finding("dead-letter.missing", _where(reading)))
        if reading.replayed:
            return
        self.accounted[reading.city, reading.profile, hour_of(reading.received_time)] += 1
        counts = self.tally.counts(reading.city, reading.source, reading.received_time)
        is_missing = bool(lost) or bool(reading.rejections and not has_letter)
        _count(counts, reading, present, is_missing=is_missing)


def _count(
    counts: Counts, reading: NormalisedReading, present: Mapping[int, bool], *, is_missing: bool
) -> None:
    if is_missing:
        counts.missing += 1
    elif present:
        counts.stored += any(present.values())
        counts.duplicate += not any(present.values())
    elif reading.observations or reading.rejections:
        counts.rejected += 1
    else:
        counts.empty += 1


def _where(reading: NormalisedReading, observation: Observation | None = None) -> dict[str, Any]:
    where: dict[str, Any] = {
        "city": reading.city,
        "source": reading.source,
        "partition": reading.partition,
        "offset": reading.offset,
    }
    if observation is not None:
        where["datastream"] = observation.datastream
        where["phenomenonStart"] = observation.phenomenon_start.isoformat()
    return where
