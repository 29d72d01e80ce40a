"""A reading found by its name, in Kafka and in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer
from msgspec import MsgspecError

from deploy.log_ends import log_ends
from schemas import wire
from schemas.errors import NotFound, QueryRejected
from schemas.journey import reading_id, received_time_of
from schemas.settings import KafkaConnection
from schemas.wire import NormalisedReading
from stream_processors.arrival import arrival_of
from stream_processors.kafka_client import record_of
from stream_processors.kafka_log import reading_from, stretch
from stream_processors.statements import statement
from stream_processors.steps.passage import Arrival

_OBSERVATIONS = statement(__package__, "observations")
_DEAD_LETTERS = statement(__package__, "dead_letters")
_EARLIER: Final = timedelta(seconds=1)
_LATER: Final = timedelta(minutes=1)
"""Records of several gateways lie in a partition within a minute of the order of their times."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """What is known of a reading.

    Attributes:
        name: its name.
        arrival: its record, `None` where Kafka does not have it any more, or it never became one.
        normalised: what it gave, `None` where nothing (more) tells.
        observations: rows of the database that it gave.
        dead_letters: rows of it.
    """

    name: str
    arrival: Arrival | None
    normalised: NormalisedReading | None
    observations: Sequence[asyncpg.Record]
    dead_letters: Sequence[asyncpg.Record]

    @property
    def known(self) -> int:
        """How many of its observations are another reading's in the database, or withheld."""
        given = len(self.normalised.observations) if self.normalised else 0
        return given - len({(one["datastream_id"], one["phenomenon_start"])
                            for one in self.observations})  # fmt: skip


async def find(name: str, *, kafka: KafkaConnection, database: asyncpg.Connection) -> Way:
    """Return a reading's way.

    Raises:
        QueryRejected: it is no name of a reading.
        NotFound: neither Kafka nor the database knows it.
    """
    try:
        received = received_time_of(name)
    except ValueError as wrong:
        raise QueryRejected(str(wrong)) from None
    letters = [
        row
        for row in await database.fetch(_DEAD_LETTERS, received)
        if reading_id(row["city"], row["source"], row["received_time"]) == name
    ]
    async with reading_from(kafka) as consumer:
        arrival = await _arrival(consumer, name, await log_ends(kafka, wire.READINGS))
        if arrival is None and not letters:
            raise NotFound(
                f"neither Kafka nor a dead letter knows {name}, received "
                f"{received:%Y-%m-%d %H:%M:%S}Z: Kafka keeps readings for STADSPULS_READINGS_DAYS"
            )
        ends = await log_ends(kafka, wire.OBSERVATIONS)
        normalised = await _normalised(consumer, arrival, ends) if arrival else None
    return Way(
        name=name,
        arrival=arrival,
        normalised=normalised,
        observations=await _rows(database, normalised) if normalised else [],
        dead_letters=letters,
    )


async def _arrival(consumer: AIOKafkaConsumer, name: str, ends: dict[int, int]) -> Arrival | None:
    received = received_time_of(name)
    passed: set[int] = set()
    async for records in stretch(consumer, wire.READINGS, received - _EARLIER, ends):
        for arrival in map(arrival_of, map(record_of, records)):
            reading = arrival.reading
            if reading_id(reading.city, reading.source, reading.received_time) == name:
                return arrival
            if reading.received_time > received + _LATER:
                passed.add(arrival.partition)
        if passed == set(ends):
            return None
    return None


async def _normalised(
    consumer: AIOKafkaConsumer, arrival: Arrival, ends: dict[int, int]
) -> NormalisedReading | None:
    """Return the first record that the reading gave; they come in the order of the readings."""
    since, own = (
        arrival.reading.received_time - _EARLIER,
        {arrival.partition: ends[arrival.partition]},
    )
    async for records in stretch(consumer, wire.OBSERVATIONS, since, own):
        for record in records:
            found = _read(record.value)
            if found is None or found.replayed:
                continue
            if found.offset == arrival.offset:
                return found
            if found.offset > arrival.offset:
                return None
    return None


def _read(value: bytes | None) -> NormalisedReading | None:
    try:
        return wire.read_normalised(value) if value is not None else None
    except MsgspecError:
        return None  # kept by the store as a dead letter of its own


async def _rows(database: asyncpg.Connection, found: NormalisedReading) -> list[asyncpg.Record]:
    things = sorted({one.thing for one in found.observations})
    starts = sorted({one.phenomenon_start for one in found.observations})
    place: tuple[Any, ...] = (found.partition, found.offset, found.city)
    return list(await database.fetch(_OBSERVATIONS, *place, things, starts))
