"""Wait until nothing is on its way any more: before a broker and a Kafka stop that forget."""

import asyncio
import contextlib
import logging
import urllib.request

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from schemas import telemetry, wire
from schemas.settings import DatabaseConnection, KafkaConnection

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.05
_QUIET_SECONDS = 0.3
_STORED = "select topic, partition, next_offset from kafka_offset where topic = any($1)"
_WATCHED = (wire.READINGS, wire.DEAD_LETTERS)


async def settle(ingest: str, *, patience_seconds: float) -> None:
    """Return when the gateway has taken no message for a moment, or patience ends.

    Args:
        ingest: address of its HTTP server.
        patience_seconds: devices may go on sending; what they send later is theirs to repeat.
    """
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(patience_seconds):
            taken, before = await _taken(ingest), -1.0
            while taken != before:
                await asyncio.sleep(_QUIET_SECONDS)
                taken, before = await _taken(ingest), taken


async def _taken(ingest: str) -> float:
    return await asyncio.to_thread(_read_taken, ingest)


def _read_taken(ingest: str) -> float:
    with urllib.request.urlopen(f"{ingest}/metrics", timeout=_QUIET_SECONDS * 4) as answer:  # noqa: S310
        families = text_string_to_metric_families(answer.read().decode())
        return sum(
            sample.value
            for family in families
            if family.name == telemetry.MESSAGES.name
            for sample in family.samples
        )


async def drain(
    kafka: KafkaConnection, database: DatabaseConnection, *, patience_seconds: float
) -> bool:
    """Return whether all readings and dead letters in Kafka are accounted for in the database.

    Args:
        kafka: nothing writes readings to it any more.
        database: where the store writes.
        patience_seconds: how long to wait for that.
    """
    try:
        async with asyncio.timeout(patience_seconds):
            await _drained(kafka, database)
    except TimeoutError:
        log.warning("drain=incomplete seconds=%.1f: what is left is read again", patience_seconds)
        return False
    return True


async def _drained(kafka: KafkaConnection, database: DatabaseConnection) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    await consumer.start()
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    try:
        while await _behind(consumer, connection):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(_PAUSE_SECONDS)
    finally:
        await connection.close()
        await consumer.stop()


async def _behind(consumer: AIOKafkaConsumer, connection: asyncpg.Connection) -> bool:
    partitions = [
        TopicPartition(topic, partition)
        for topic in _WATCHED
        for partition in consumer.partitions_for_topic(topic) or await _look(consumer, topic)
    ]
    ends = await consumer.end_offsets(partitions)
    stored = {(row[0], row[1]): row[2] for row in await connection.fetch(_STORED, list(_WATCHED))}
    return any(stored.get((place.topic, place.partition), 0) < end for place, end in ends.items())


async def _look(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    await consumer.topics()
    return consumer.partitions_for_topic(topic) or set()
