"""Kafka: a log cannot lose a record in its middle, so it loses its beginning, up to a tombstone.

Each partition that holds something of the subject gets a tombstone, a record without a value, at
the begin of a new segment. When the database has passed it, everything before it is deleted: the
raw readings of others too, which are stored and can only not be replayed any more.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import asyncpg
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from msgspec import MsgspecError

from deploy.erasure.subject import Subject
from deploy.erasure.trace import Trace
from deploy.log_ends import log_ends
from deploy.sql import query
from deploy.stack.kafka_topics import delete_records, short_segments
from schemas import wire
from schemas.errors import StoreUnavailable
from schemas.settings import KafkaConnection
from stream_processors.kafka_log import reading_from, stretch

_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PAUSE_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 60.0
_TOPICS: Final = (wire.READINGS, wire.OBSERVATIONS, wire.DEAD_LETTERS)


async def caught_up(connection: asyncpg.Connection, kafka: KafkaConnection) -> None:
    """Wait until everything in Kafka now is in the database.

    Raises:
        StoreUnavailable: the store does not go on.
    """
    # In this order: a reading's dead letter is there before the reading is accounted for.
    for topic in (wire.READINGS, wire.DEAD_LETTERS):
        ends = await log_ends(kafka, topic)
        await _passed(connection, {TopicPartition(topic, one): end for one, end in ends.items()})


async def holding(kafka: KafkaConnection, subject: Subject) -> list[TopicPartition]:
    """Return the partitions in which something of the subject lies."""
    found: set[TopicPartition] = set()
    async with reading_from(kafka) as consumer:
        for topic in _TOPICS:
            async for records in stretch(consumer, topic, _EVER, await log_ends(kafka, topic)):
                found |= {_place(one) for one in records if _is_of(one, subject)}
    return sorted(found)


async def erase_records(
    connection: asyncpg.Connection,
    kafka: KafkaConnection,
    subject: Subject,
    places: Iterable[TopicPartition],
    trace: Trace,
) -> None:
    """Delete everything before now in some partitions.

    What is deleted cannot be read from then on. Kafka removes its segments from the disk at its
    next look (`log.retention.check.interval.ms`).

    Raises:
        StoreUnavailable: the store does not go on; nothing was deleted.
    """
    topics = defaultdict(list)
    for place in places:
        topics[place.topic].append(place)
    tombstones: dict[TopicPartition, int] = {}
    async with short_segments(kafka, list(topics)):
        # Readings first: their tombstones make records of the other topic.
        for topic in (one for one in _TOPICS if one in topics):
            placed = await _bury(kafka, subject, topics[topic])
            await _passed(connection, {place: at + 1 for place, at in placed.items()})
            tombstones |= placed
        await trace.count("kafkaRecords", await delete_records(kafka, tombstones))


async def _bury(
    kafka: KafkaConnection, subject: Subject, places: Iterable[TopicPartition]
) -> dict[TopicPartition, int]:
    """Put tombstones at the ends of partitions, and return where each lies."""
    key = wire.record_key(subject.wish.city, subject.source)
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap, acks="all", enable_idempotence=kafka.idempotent
    )
    await producer.start()
    try:
        return {
            place: (
                await producer.send_and_wait(place.topic, None, key=key, partition=place.partition)
            ).offset
            for place in places
        }
    finally:
        await producer.stop()


async def _passed(connection: asyncpg.Connection, wanted: Mapping[TopicPartition, int]) -> None:
    left, moved = await _behind(connection, wanted), time.monotonic()
    while left:
        if time.monotonic() - moved > _PATIENCE_SECONDS:
            raise StoreUnavailable(
                f"{left} records of Kafka are not in the database yet, and none comes: see that "
                "normalise and store run, then erase again; it goes on where it was"
            )
        await asyncio.sleep(_PAUSE_SECONDS)
        before, left = left, await _behind(connection, wanted)
        moved = time.monotonic() if left != before else moved


async def _behind(connection: asyncpg.Connection, wanted: Mapping[TopicPartition, int]) -> int:
    known: dict[TopicPartition, int] = {}
    for topic in {place.topic for place in wanted}:
        rows = await connection.fetch(query("run_high_water"), topic)
        known |= {TopicPartition(topic, row["partition"]): row["next_offset"] for row in rows}
    return sum(max(0, offset - known.get(place, 0)) for place, offset in wanted.items())


def _place(record: ConsumerRecord) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)


def _is_of(record: ConsumerRecord, subject: Subject) -> bool:
    """Tell whether a record holds something of the subject; most are told by their bytes."""
    key, value = record.key or b"", record.value
    if value is None or not key.startswith(f"{subject.wish.city}/".encode()):
        return False
    named = subject.name.encode() in key + value
    if not named and record.topic != wire.DEAD_LETTERS:
        return False
    try:
        return _TELLS[record.topic](record, subject)
    except (ValueError, MsgspecError, RecursionError):
        return named


def _observations(record: ConsumerRecord, subject: Subject) -> bool:
    return subject.is_in_reading(wire.read_normalised(record.value))


def _dead_letter(record: ConsumerRecord, subject: Subject) -> bool:
    return subject.is_in_letter(wire.read_dead_letter(record.value))


def _reading(record: ConsumerRecord, subject: Subject) -> bool:
    reading = wire.read_reading(record.headers, record.value)
    return reading.received_time >= subject.wish.begin


_TELLS: Final[dict[str, Callable[[ConsumerRecord, Subject], bool]]] = {
    wire.READINGS: _reading,
    wire.OBSERVATIONS: _observations,
    wire.DEAD_LETTERS: _dead_letter,
}
