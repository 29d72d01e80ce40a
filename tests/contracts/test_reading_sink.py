"""What every `ReadingSink` promises, asked of the fake and of the one for Kafka."""

import asyncio
import random
import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.stack import Stack, Topic, create_topics
from ingest.kafka_sink import KafkaSink
from ingest.memory_sink import MemorySink
from ingest.ports import Item, ReadingSink
from ingest.settings import KafkaPolicy, RetryPolicy
from schemas import wire
from schemas.settings import KafkaConnection
from schemas.wire import DeadLetter, Reading, Rejection

NOON = datetime.now(UTC)
"""Not long ago: Kafka may remove at any moment what is older than its topics keep."""


class Confirmations:
    """Receipts that note in which order they are confirmed."""

    def __init__(self) -> None:
        self.order: list[int] = []

    def receipt(self, number: int) -> "_Receipt":
        """Return the receipt of an item."""
        return _Receipt(self.order, number)


class _Receipt:
    def __init__(self, order: list[int], number: int) -> None:
        self._order, self._number = order, number

    def confirm(self) -> None:
        """Note the confirmation."""
        self._order.append(self._number)


def reading(city: str, source: str, number: int) -> Reading:
    """Return a reading whose payload is its number."""
    return Reading(
        city=city,
        source=source,
        received_time=NOON + timedelta(microseconds=number),
        payload=b"%d" % number,
        qos=1,
        dup=bool(number % 2),
        content_type="text/plain",
    )


def dead_letter(city: str) -> DeadLetter:
    """Return a dead letter."""
    return DeadLetter(
        city=city,
        source="nowhere",
        received_time=NOON,
        rejections=(Rejection(reason="topic.unmapped", detail="no city maps it"),),
        payload=b"",
        payload_bytes=3,
        payload_sha256="00",
        station="ingest",
    )


class ReadingSinkContract(ABC):
    """The promises; a class for each sink says how to make one and how to read it."""

    @abstractmethod
    def make_sink(self) -> ReadingSink:
        """Return a sink that does not run yet."""

    @abstractmethod
    async def items(self, sink: ReadingSink, city: str) -> Sequence[Item]:
        """Return a city's items that are safe, in order for each source."""

    @pytest.fixture
    def city(self) -> str:
        """Return a city that no other test has: Kafka is shared."""
        return f"c{uuid.uuid4().hex[:12]}"

    async def test_item_is_kept_as_it_was_put(self, city: str) -> None:
        items: list[Item] = [reading(city, "a", 0), reading(city, "a", 1), dead_letter(city)]
        async with running(self.make_sink()) as sink:
            confirmations = put(sink, items)
            await sink.drain()

            kept = await self.items(sink, city)
        assert sorted(kept, key=repr) == sorted(items, key=repr)
        assert sorted(confirmations.order) == [0, 1, 2]

    async def test_order_of_each_source_is_kept(self, city: str) -> None:
        chance = random.Random(7)
        items = [reading(city, f"s{chance.randrange(20)}", number) for number in range(3000)]
        async with running(self.make_sink()) as sink:
            put(sink, items)
            await sink.drain()

            kept = await self.items(sink, city)
        assert by_source(kept) == by_source(items)

    async def test_item_put_before_the_sink_runs_is_kept(self, city: str) -> None:
        sink = self.make_sink()
        confirmations = put(sink, [reading(city, "a", number) for number in range(100)])
        assert (sink.unconfirmed, confirmations.order) == (100, [])

        async with running(sink):
            await sink.drain()

            assert len(await self.items(sink, city)) == 100

    async def test_sink_that_does_not_run_is_not_ready(self) -> None:
        sink = self.make_sink()
        assert not sink.ready

        async with running(sink):
            assert sink.ready

    async def test_every_receipt_is_confirmed_once(self, city: str) -> None:
        async with running(self.make_sink()) as sink:
            confirmations = put(sink, [reading(city, f"s{n % 9}", n) for n in range(1000)])
            await sink.drain()

        assert sorted(confirmations.order) == list(range(1000))
        assert sink.unconfirmed == 0


class TestMemorySink(ReadingSinkContract):
    """The fake."""

    def make_sink(self) -> ReadingSink:
        return MemorySink()

    async def items(self, sink: ReadingSink, city: str) -> Sequence[Item]:
        assert isinstance(sink, MemorySink)
        return [item for item in sink.items if item.city == city]


class TestKafkaSink(ReadingSinkContract):
    """The real thing, on both Kafkas."""

    @pytest.fixture(autouse=True)
    async def _topics(self, stack: Stack) -> None:
        self.kafka = stack.kafka
        topics = {wire.READINGS: Topic(partitions=4), wire.DEAD_LETTERS: Topic(partitions=1)}
        await create_topics(stack.kafka, topics)

    def make_sink(self) -> ReadingSink:
        policy = KafkaPolicy(batch_bytes=4096, request_seconds=5)
        return KafkaSink(self.kafka, policy, RetryPolicy(first_seconds=0.05, longest_seconds=0.2))

    async def items(self, sink: ReadingSink, city: str) -> Sequence[Item]:
        records = await read_topics(self.kafka)
        return [item for item in records if item.city == city]


async def read_topics(kafka: KafkaConnection) -> list[Item]:
    """Return everything in the readings and the dead letters."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        items: list[Item] = []
        for topic in (wire.READINGS, wire.DEAD_LETTERS):
            items += await _read_topic(consumer, topic)
        return items
    finally:
        await consumer.stop()


async def _read_topic(consumer: AIOKafkaConsumer, topic: str) -> list[Item]:
    cluster = await consumer._client.fetch_all_metadata()
    partitions = [TopicPartition(topic, n) for n in cluster.partitions_for_topic(topic)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning()
    items: list[Item] = []
    while not await _at_end(consumer, partitions):
        for records in (await consumer.getmany(*partitions, timeout_ms=100)).values():
            items += [_item(record) for record in records]
    return items


async def _at_end(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> bool:
    # Not by `end_offsets`: tansu gives the last batch's first offset + 1 there, which is too low.
    ends = [consumer.highwater(one) for one in partitions]
    if None in ends:
        return False
    places = [await consumer.position(one) for one in partitions]
    return all(place >= end for place, end in zip(places, ends, strict=True))


def _item(record: object) -> Item:
    topic, headers, value = record.topic, record.headers, record.value  # type: ignore[attr-defined]
    if topic == wire.READINGS:
        return wire.read_reading(headers, value)
    return wire.read_dead_letter(value)


@asynccontextmanager
async def running(sink: ReadingSink) -> AsyncIterator[ReadingSink]:
    """Run a sink, from when it is ready."""
    work = asyncio.create_task(sink.run())
    try:
        await until(lambda: sink.ready)
        yield sink
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def until(fact: Callable[[], object], seconds: float = 90) -> None:
    """Return when something has become true."""
    async with asyncio.timeout(seconds):
        while not fact():  # noqa: ASYNC110 - what is asked has no event
            await asyncio.sleep(0.005)


def put(sink: ReadingSink, items: Sequence[Item]) -> Confirmations:
    """Put items, with receipts that bear their numbers."""
    confirmations = Confirmations()
    for number, item in enumerate(items):
        sink.put(item, confirmations.receipt(number))
    return confirmations


def by_source(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Return the items of each source, in order."""
    sources: dict[str, list[Item]] = {}
    for item in items:
        sources.setdefault(item.source, []).append(item)
    return sources
