"""Give dead letters back to the pipeline: again after a mend, with the same effect each time."""

from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import asyncpg
import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.sql import query
from ingest.partitioner import Partitioner
from schemas import wire
from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaConnection

_AT_A_TIME = 500


class Wanted(NamedTuple):
    """Which dead letters; `None` is all. In the order of the queries' parameters.

    Attributes:
        reason: code of `schemas/vocabulary/rejections.yaml`.
        since: received then or later.
    """

    city: str | None = None
    profile: str | None = None
    reason: str | None = None
    since: datetime | None = None
    ids: Sequence[int] | None = None


class _Record(NamedTuple):
    """A record that brings a letter back, and its letter."""

    dead_letter_id: int
    topic: str
    value: bytes
    key: bytes
    partition: int | None = None
    headers: Sequence[wire.Header] = ()


async def replay(
    connection: asyncpg.Connection,
    kafka: KafkaConnection,
    wanted: Wanted,
    partitioner: Partitioner | None = None,
) -> list[int]:
    """Give the open letters back and return their ids; one that nobody can read stays.

    A batch is marked in the transaction that holds its letters: what is sent and not marked, when
    we end in between, is sent again, and has no further effect. A letter that is rejected once
    more waits for that transaction, and is then open again, with its new reason.

    Args:
        connection: to the database.
        kafka: where Kafka is.
        wanted: which letters.
        partitioner: as the gateways have it, so that a reading goes where its city's go.

    Raises:
        BrokerUnavailable: Kafka does not answer.
    """
    own = partitioner or Partitioner()
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap,
        acks="all",
        partitioner=lambda key, every, _: own.partition_of(key, len(every)),
    )
    replayed: list[int] = []
    beyond: int | None = 0
    try:
        await producer.start()
        while beyond is not None:
            ids, beyond = await _replay_some(connection, producer, wanted, beyond)
            replayed += ids
    except (KafkaError, OSError) as failure:
        raise BrokerUnavailable(f"Kafka does not answer: {failure!r}") from failure
    finally:
        await producer.stop()
    return replayed


async def _replay_some(
    connection: asyncpg.Connection, producer: AIOKafkaProducer, wanted: Wanted, beyond: int
) -> tuple[list[int], int | None]:
    """Return which letters went back, and beyond which the next are; `None` behind the last."""
    async with connection.transaction():
        rows = await connection.fetch(query("dead_letters_to_replay"), *wanted, beyond, _AT_A_TIME)
        records = [record for row in rows if (record := _record(row))]
        for confirmed in [await _send(producer, record) for record in records]:
            await confirmed
        ids = [record.dead_letter_id for record in records]
        await connection.execute(query("dead_letters_replayed"), ids)
    return ids, rows[-1]["dead_letter_id"] if rows else None


async def _send(producer: AIOKafkaProducer, record: _Record) -> Awaitable[object]:
    confirmed: Awaitable[object] = await producer.send(
        record.topic,
        record.value,
        key=record.key,
        partition=record.partition,
        headers=record.headers,
    )
    return confirmed


def _record(row: asyncpg.Record) -> _Record | None:
    return _observations(row) if row["station"] == "store" else _reading(row)


def _reading(row: asyncpg.Record) -> _Record:
    """Return a reading as it came, with the time at which it was received."""
    reading = wire.Reading(
        city=row["city"],
        source=row["source"],
        received_time=row["received_time"],
        payload=row["payload"],
        channel=row["channel"],
    )
    return _Record(
        row["dead_letter_id"],
        wire.READINGS,
        reading.payload,
        wire.record_key(reading.city, reading.source),
        headers=wire.reading_headers(reading),
    )


def _observations(row: asyncpg.Record) -> _Record | None:
    """Return what a reading gave, for the store, which knows it as replayed."""
    with suppress(ValueError, RecursionError):
        normalised = msgspec.structs.replace(wire.read_normalised(row["payload"]), replayed=True)
        return _Record(
            row["dead_letter_id"],
            wire.OBSERVATIONS,
            wire.encode(normalised),
            wire.record_key(normalised.city, normalised.source),
            normalised.partition,
        )
    return None
