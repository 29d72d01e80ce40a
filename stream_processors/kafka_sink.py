"""Records to Kafka, in order, each batch confirmed before the next is sent."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from aiokafka.errors import KafkaError

from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaConnection
from stream_processors.kafka_client import give_up, producer
from stream_processors.monitor import Health
from stream_processors.outgoing import Outgoing
from stream_processors.patience import patiently, telling

_BATCH_BYTES = 512 << 10
_RECORD_BYTES = 100  # room for what surrounds a record in its batch
_CONFIRM_SECONDS = 60.0
"""Longer than the client's own patience: a client that does not even say no is given up."""


class KafkaSink:
    """Sends to a partition of our choice.

    One batch of a partition is under way at a time, and a failed one is sent again before
    anything else: what lies in the log is in order and without a gap, though perhaps repeated.
    """

    def __init__(self, kafka: KafkaConnection, health: Health) -> None:
        self._kafka = kafka
        self._health = health
        self._producer: Any = None  # the client has no types
        self._starting = asyncio.Lock()

    async def send(self, topic: str, partition: int, records: Sequence[Outgoing]) -> None:
        """Return when Kafka has confirmed all records, however long that takes."""
        for batch in _batches(records):
            await patiently(lambda: self._send(topic, partition, batch), health=self._health)  # noqa: B023 - awaited at once

    async def close(self) -> None:
        """Stop the producer; nothing is under way any more."""
        if self._producer is not None:
            stopping, self._producer = self._producer, None
            await give_up(stopping)

    async def _send(self, topic: str, partition: int, batch: Sequence[Outgoing]) -> None:
        sender = await self._started()
        builder = sender.create_batch()
        for record in batch:
            builder.append(key=record.key, value=record.value, timestamp=None)
        seconds = self._kafka.session_seconds
        try:
            with telling("Kafka does not confirm", after_seconds=seconds, health=self._health):
                async with asyncio.timeout(_CONFIRM_SECONDS):
                    await (await sender.send_batch(builder, topic, partition=partition))
        except (KafkaError, AssertionError, TimeoutError) as failure:
            # The client asserts that it knows the partition: Kafka, coming up, may not name all.
            # A producer that numbers its records may be unusable after an error: take another.
            await self._discard(sender)
            raise BrokerUnavailable(f"Kafka does not confirm: {failure!r}") from failure

    async def _started(self) -> Any:
        async with self._starting:
            if self._producer is None:
                fresh = producer(self._kafka)
                try:
                    await fresh.start()
                except (KafkaError, OSError) as failure:
                    await fresh.stop()
                    raise BrokerUnavailable(f"Kafka does not answer: {failure!r}") from failure
                self._producer = fresh
            return self._producer

    async def _discard(self, failed: Any) -> None:
        if self._producer is failed:
            self._producer = None
            await give_up(failed)


def _batches(records: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    batch: list[Outgoing] = []
    size = 0
    for record in records:
        length = len(record.key) + len(record.value) + _RECORD_BYTES
        if batch and size + length > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    if batch:
        yield batch
