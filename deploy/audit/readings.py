"""What readings gave, record by record, held against the database."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

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

State: TypeAlias = Literal["own", "other", "withheld"]
_BEST_FIRST: Final[tuple[State, ...]] = ("own", "other", "withheld")
_OUTCOMES: Final[Mapping[State, str]] = {
    "own": "stored",
    "other": "duplicate",
    "withheld": "withheld",
}
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


class Letters(NamedTuple):
    """The dead letters of some readings.

    Attributes:
        places: partition and offset of their readings.
        moments: source and time of receipt; the same payload of the same moment has one for all.
    """

    places: frozenset[tuple[int, int]]
    moments: frozenset[tuple[str, datetime]]

    def have_place_of(self, reading: NormalisedReading) -> bool:
        """Tell whether a part of this very reading is kept for people."""
        return (reading.partition, reading.offset) in self.places

    def tell_of(self, reading: NormalisedReading) -> bool:
        """Tell whether one tells of what was rejected, or told of it in its time."""
        return (reading.source, reading.received_time) in self.moments


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
            self._judge(reading, present.get(number, {}), letters)

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

    async def _present(
        self, readings: Sequence[NormalisedReading]
    ) -> Mapping[int, Mapping[int, State]]:
        """Return which observations are there, by reading and place in it."""
        present: defaultdict[int, dict[int, State]] = defaultdict(dict)
        wanted = [row for n, one in enumerate(readings) for row in self._wanted(n, one)]
        if not wanted:
            return present
        starts = [row.phenomenon_start for row in wanted]
        columns = [list(column) for column in zip(*wanted, strict=True)]
        bounds = min(starts), max(starts)
        for row in await self.connection.fetch(_OBSERVATIONS, *columns, *bounds):
            present[row["reading"]][row["observation"]] = row["state"]
        return present

    def _wanted(self, number: int, reading: NormalisedReading) -> Iterator[Wanted]:
        address = reading.profile
        for which, one in enumerate(reading.observations):
            series = Series(reading.city, address, one.thing, one.profile, one.datastream)
            for datastream_id in self.datastreams.get(series, ()):
                start = one.phenomenon_start
                yield Wanted(
                    number, which, datastream_id, start, reading.partition, reading.offset
                )

    async def _letters(self, readings: Sequence[NormalisedReading]) -> Letters:
        keys = [(one.source, one.received_time, one.city) for one in readings]
        columns = [list(column) for column in zip(*keys, strict=True)]
        rows = await self.connection.fetch(_DEAD_LETTERS, *columns)
        return Letters(
            frozenset((row["reading_partition"], row["reading_offset"]) for row in rows),
            frozenset((row["source"], row["received_time"]) for row in rows),
        )

    def _judge(
        self, reading: NormalisedReading, present: Mapping[int, State], letters: Letters
    ) -> None:
        """Count a reading; a replayed one was counted when it first came."""
        refused = letters.have_place_of(reading)
        lost = [
            one
            for which, one in enumerate(reading.observations)
            if which not in present and not refused
        ]
        untold = bool(reading.rejections) and not letters.tell_of(reading)
        for one in lost:
            self.findings.append(Finding("observation.missing", _where(reading, one)))
        if untold:
            self.findings.append(Finding("dead-letter.missing", _where(reading)))
        if reading.replayed:
            return
        self.accounted[reading.city, reading.profile, hour_of(reading.received_time)] += 1
        counts = self.tally.counts(reading.city, reading.source, reading.received_time)
        _count(counts, reading, present, is_missing=bool(lost) or untold)


def _count(
    counts: Counts, reading: NormalisedReading, present: Mapping[int, State], *, is_missing: bool
) -> None:
    if is_missing:
        counts.missing += 1
    elif present:
        best = min(present.values(), key=_BEST_FIRST.index)
        setattr(counts, _OUTCOMES[best], getattr(counts, _OUTCOMES[best]) + 1)
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
