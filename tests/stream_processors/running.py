"""Processors running against a Kafka and a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.stack import Topic, create_topics
from schemas import wire
from schemas.settings import DatabaseConnection, KafkaConnection
from schemas.wire import Reading
from stream_processors.runner import run_normalise, run_store
from stream_processors.settings import NormaliseSettings, StoreSettings

PARTITIONS = 2


async def create(kafka: KafkaConnection) -> None:
    """Make the three topics."""
    topics = (wire.READINGS, wire.OBSERVATIONS, wire.DEAD_LETTERS)
    await create_topics(kafka, {name: Topic(partitions=PARTITIONS) for name in topics})


async def commit(
    kafka: KafkaConnection, group: str, topic: str, *, offset: int, metadata: str
) -> None:
    """Give a group a place in partition 0 of a topic."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap, group_id=group, enable_auto_commit=False
    )
    await consumer.start()
    try:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        await consumer.commit({place: (offset, metadata)})
    finally:
        await consumer.stop()


async def send(kafka: KafkaConnection, readings: Sequence[Reading], *, partition: int = 0) -> None:
    """Put readings into city.readings as the gateway does."""
    records = [
        (wire.record_key(one.city, one.source), one.payload, wire.reading_headers(one))
        for one in readings
    ]
    await send_raw(kafka, wire.READINGS, records, partition=partition)


async def send_raw(
    kafka: KafkaConnection,
    topic: str,
    records: Sequence[tuple[bytes, bytes, list[tuple[str, bytes]]]],
    *,
    partition: int = 0,
) -> None:
    """Put records into a topic."""
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap, enable_idempotence=False, acks="all"
    )
    await producer.start()
    try:
        for key, value, headers in records:
            await producer.send(topic, value, key=key, partition=partition, headers=headers)
    finally:
        await producer.stop()


async def log_of(kafka: KafkaConnection, topic: str, partition: int = 0) -> list[Any]:
    """Return what a partition holds now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        place = TopicPartition(topic, partition)
        consumer.assign([place])
        [end] = (await consumer.end_offsets([place])).values()
        await consumer.seek_to_beginning(place)
        found: list[Any] = []
        while not found or found[-1].offset < end - 1:
            if end == 0:
                break
            batch = await consumer.getmany(timeout_ms=200)
            found += [one for records in batch.values() for one in records]
        return found
    finally:
        await consumer.stop()


@asynccontextmanager
async def running(*work: Awaitable[None]) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Run processors while the context lasts; one that fails fails the test."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def journey(
    kafka: KafkaConnection, database: DatabaseConnection, pack: Path, **settings: Any
) -> AsyncIterator[None]:
    """Run normalise and store while the context lasts."""
    normalise = NormaliseSettings(kafka=kafka, cities=(pack,), **settings)
    store = StoreSettings(kafka=kafka, database=database, cities=(pack,))
    async with running(run_normalise(normalise), run_store(store)):
        yield


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 90) -> None:
    """Return as soon as something holds.

    Raises:
        TimeoutError: it did not in time.
    """
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.02)


async def accounted(database: DatabaseConnection, readings: int) -> None:
    """Return when so many readings are accounted for."""
    connection = await asyncpg.connect(database.dsn.get_secret_value())

    async def enough() -> bool:
        total = await connection.fetchval(
            "select coalesce(sum(normalised + empty + rejected), 0) from account"
        )
        return int(total) >= readings

    try:
        await until(enough)
    finally:
        await connection.close()
