"""Watch how far a run's messages have come: in Kafka's topics, and in the database."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.judge import Baseline, unaccounted
from schemas import wire
from schemas.settings import KafkaConnection

_PAUSE_SECONDS: Final = 0.1
_STANDSTILL_SECONDS: Final = 15.0
"""So long without any progress, and what is not stored is taken for lost."""

TOPICS: Final = {wire.READINGS: "ingest", wire.OBSERVATIONS: "normalise"}
"""By topic: the station whose work its end tells."""

_BEHIND: Final = (
    "select exists (select from aggregate_task) or exists (select from difference_task)"
)


class KafkaEnds:
    """Ends of the topics of readings and observations.

    Args:
        consumer: to ask.
        places: partitions by topic.
    """

    def __init__(
        self, consumer: AIOKafkaConsumer, places: Mapping[str, Sequence[TopicPartition]]
    ) -> None:
        self._consumer = consumer
        self._places = places

    async def by_partition(self, topic: str) -> dict[int, int]:
        """Return where each partition ends now."""
        ends = await self._consumer.end_offsets(self._places[topic])
        return {place.partition: int(end) for place, end in ends.items()}

    async def total(self) -> dict[str, int]:
        """Return how many records each station has written so far."""
        return {
            station: sum((await self.by_partition(topic)).values())
            for topic, station in TOPICS.items()
        }


@asynccontextmanager
async def kafka_ends(kafka: KafkaConnection) -> AsyncIterator[KafkaEnds]:
    """Connect to Kafka to look, not to read."""
    places = await _places(kafka)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        yield KafkaEnds(consumer, places)
    finally:
        await consumer.stop()


async def _places(kafka: KafkaConnection) -> dict[str, list[TopicPartition]]:
    # A consumer that subscribes to nothing is not told of partitions.
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics(list(TOPICS))
    finally:
        await admin.close()
    return {
        one["topic"]: [
            TopicPartition(one["topic"], part["partition"]) for part in one["partitions"]
        ]
        for one in described
    }


async def passed(ends: KafkaEnds, before: Mapping[str, int], *, messages: int) -> dict[str, float]:
    """Return when all messages had passed each station, in seconds since 1970.

    Ends when they have passed the last; to be cancelled when that is given up.
    """
    times: dict[str, float] = {}
    while len(times) < len(before):
        for station, total in (await ends.total()).items():
            if total - before[station] >= messages:
                times.setdefault(station, time.time())
        await asyncio.sleep(_PAUSE_SECONDS)
    return times


async def stored(connection: asyncpg.Connection, baseline: Baseline, *, messages: int) -> None:
    """Wait until all messages are accounted for, or nothing moves any more."""
    loop = asyncio.get_running_loop()
    left, since = messages, loop.time()
    while left and loop.time() - since < _STANDSTILL_SECONDS:
        now = await unaccounted(connection, baseline, acknowledged=messages)
        if now < left:
            left, since = now, loop.time()
        await asyncio.sleep(_PAUSE_SECONDS if left else 0)


async def aggregated(connection: asyncpg.Connection, *, patience_seconds: float) -> float | None:
    """Return how many seconds the aggregates needed to be complete; `None`: more than patience."""
    begin = time.perf_counter()
    try:
        async with asyncio.timeout(patience_seconds):
            while await connection.fetchval(_BEHIND):  # noqa: ASYNC110 - asked, not told
                await asyncio.sleep(_PAUSE_SECONDS)
    except TimeoutError:
        return None
    return round(time.perf_counter() - begin, 2)
