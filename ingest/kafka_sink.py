"""Readings and dead letters out to Kafka: batched, in order, tried again until confirmed."""

import asyncio
import logging
import time
from contextlib import suppress
from functools import lru_cache, partial
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from ingest.kafka_lane import Lane, Record
from ingest.kafka_producer import connected, partition_count
from ingest.partitioner import Partitioner
from ingest.ports import Item, Receipt
from ingest.retry import delays
from ingest.settings import KafkaPolicy, RetryPolicy
from ingest.trouble import Trouble
from schemas import wire
from schemas.errors import BrokerUnavailable
from schemas.journal import facts
from schemas.settings import KafkaConnection

_log = logging.getLogger(__name__)
_TOPICS: Final = (wire.READINGS, wire.DEAD_LETTERS)
_KEYS_REMEMBERED: Final = 1 << 17
_REQUESTS_WAITED: Final = 3
"""A client that neither confirms nor fails for so many times a request's time is given up."""
_DEAD_LETTER_HEADERS: Final = [("wire", wire.WIRE_VERSION.encode())]


class KafkaSink:
    """Sends with one batch under way per partition, so that a retry cannot change the order.

    What comes in before Kafka is there waits; what Kafka refuses or does not confirm in time is
    sent again over a new connection, from the oldest on, without end.
    """

    def __init__(
        self,
        connection: KafkaConnection,
        policy: KafkaPolicy,
        retry: RetryPolicy,
        partitioner: Partitioner | None = None,
    ) -> None:
        self._connection, self._policy, self._retry = connection, policy, retry
        self._partitioner = partitioner or Partitioner()
        self._lanes: dict[str, list[Lane]] = {topic: [Lane(topic, -1)] for topic in _TOPICS}
        self._lane_of = lru_cache(_KEYS_REMEMBERED)(self._find_lane)
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._tick: asyncio.TimerHandle | None = None
        self._failure: BaseException | None = None
        self._progress_time = 0.0
        self._connected = False
        self._trouble = Trouble(_log)
        self.unconfirmed = 0

    @property
    def ready(self) -> bool:
        """Whether Kafka is there and confirms within the time that it is given."""
        return self._connected and self.stalled_seconds < self._policy.request_seconds

    @property
    def stalled_seconds(self) -> float:
        """For how long Kafka has confirmed nothing although something waits."""
        return time.monotonic() - self._progress_time if self.unconfirmed else 0.0

    def put(self, item: Item, receipt: Receipt) -> None:
        """Take an item for the partition of its source."""
        record = _record(item, receipt)
        if not self.unconfirmed:
            self._progress_time = time.monotonic()
            self._idle.clear()
        self.unconfirmed += 1
        lane = self._lane_of(record.topic, record.key)
        lane.add(record)
        self._due(lane)

    async def drain(self) -> None:
        """Return when everything put is confirmed."""
        await self._idle.wait()

    async def run(self) -> None:
        """Connect, send, and begin again after every failure."""
        waits = delays(self._retry)
        while True:
            before = self._progress_time
            try:
                async with connected(self._connection, self._policy) as producer:
                    await self._open(producer)
                    await self._send(producer)
            except (KafkaError, BrokerUnavailable, OSError, AssertionError) as error:
                self._trouble.tell("kafka.unavailable", error=repr(error))
            finally:
                self._connected = False
                self._give_back()
            if self._progress_time != before:
                waits = delays(self._retry)
            await asyncio.sleep(next(waits))

    async def _open(self, producer: AIOKafkaProducer) -> None:
        for topic in _TOPICS:
            count = await partition_count(producer, topic)
            if count < len(self._lanes[topic]):
                # Kafka never takes partitions away: while it comes up it may not name all.
                raise BrokerUnavailable(
                    f"Kafka names {count} of the {len(self._lanes[topic])} partitions of {topic}; "
                    "if the topic was made anew with fewer, start the gateway again"
                )
            if [lane.partition for lane in self._lanes[topic]] != list(range(count)):
                self._spread(topic, count)
        self._failure, self._connected = None, True
        self._wake.set()
        self._trouble.over("kafka.unavailable")
        _log.info("kafka.connected", extra=facts(bootstrap=self._connection.bootstrap))

    def _spread(self, topic: str, count: int) -> None:
        """Give each partition a lane; a key's records were all in one, so their order is kept."""
        before = self._lanes[topic]
        self._lanes[topic] = [Lane(topic, partition) for partition in range(count)]
        self._lane_of.cache_clear()
        for lane in before:
            for record in lane.waiting:
                self._lane_of(topic, record.key).add(record)

    def _find_lane(self, topic: str, key: bytes) -> Lane:
        lanes = self._lanes[topic]
        return lanes[self._partitioner.partition_of(key, len(lanes))]

    async def _send(self, producer: AIOKafkaProducer) -> None:
        opened = time.monotonic()
        while True:
            await self._woken()
            if self._failure is not None:
                raise self._failure
            waited = time.monotonic() - max(opened, self._progress_time)
            if self.unconfirmed and waited > _REQUESTS_WAITED * self._policy.request_seconds:
                raise BrokerUnavailable(f"Kafka's client has said nothing for {waited:.0f} s")
            for lanes in self._lanes.values():
                for lane in lanes:
                    if lane.waiting and lane.delivery is None:
                        await self._send_lane(producer, lane)

    async def _woken(self) -> None:
        """Wait until there is something to send, or it is time to look whether Kafka confirms."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._policy.request_seconds):
                await self._wake.wait()
        self._wake.clear()

    async def _send_lane(self, producer: AIOKafkaProducer, lane: Lane) -> None:
        batch = producer.create_batch()
        append = batch.append
        lane.fill(
            lambda record: (
                append(
                    timestamp=record.timestamp,
                    key=record.key,
                    value=record.value,
                    headers=record.headers,
                )
                is not None
            )
        )
        batch.close()
        lane.delivery = await producer.send_batch(batch, lane.topic, partition=lane.partition)
        lane.delivery.add_done_callback(partial(self._on_delivery, lane))

    def _on_delivery(self, lane: Lane, delivery: asyncio.Future[object]) -> None:
        if lane.delivery is not delivery or delivery.cancelled():
            return
        failure = delivery.exception()
        if failure is not None:
            self._failure = failure
            self._wake.set()
            return
        self._confirm(lane)
        if lane.waiting:
            self._due(lane)

    def _confirm(self, lane: Lane) -> None:
        self._progress_time = time.monotonic()
        self.unconfirmed -= lane.confirm()
        if not self.unconfirmed:
            self._idle.set()

    def _give_back(self) -> None:
        for lanes in self._lanes.values():
            for lane in lanes:
                delivery = lane.delivery
                if delivery and delivery.done() and delivery.exception() is None:
                    self._confirm(lane)
                else:
                    lane.give_back()

    def _due(self, lane: Lane) -> None:
        """Send at once when there is enough for a batch; else with the others at the tick."""
        if lane.waiting_bytes >= self._policy.batch_bytes:
            self._wake.set()
        elif self._tick is None:
            self._tick = asyncio.get_running_loop().call_later(
                self._policy.linger_seconds, self._on_tick
            )

    def _on_tick(self) -> None:
        self._tick = None
        self._wake.set()


def _record(item: Item, receipt: Receipt) -> Record:
    key = wire.record_key(item.city, item.source)
    timestamp = int(item.received_time.timestamp() * 1000)
    if isinstance(item, wire.Reading):
        headers = wire.reading_headers(item)
        return Record(wire.READINGS, key, item.payload, headers, timestamp, receipt)
    value = wire.encode(item)
    return Record(wire.DEAD_LETTERS, key, value, _DEAD_LETTER_HEADERS, timestamp, receipt)
