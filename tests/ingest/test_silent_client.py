"""Kafka's client neither confirms nor fails: it is given up, and what it held is sent again."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from deploy.stack import Stack, Topic, create_topics
from ingest.kafka_sink import KafkaSink
from ingest.settings import KafkaPolicy, RetryPolicy
from schemas import wire
from tests.contracts.test_reading_sink import put, read_topics, reading, running

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]


async def test_reading_given_to_a_client_that_fell_silent_is_sent_by_another(
    embedded_stack: Stack, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = {wire.READINGS: Topic(partitions=4), wire.DEAD_LETTERS: Topic(partitions=1)}
    await create_topics(embedded_stack.kafka, topics)
    send_batch, silent = AIOKafkaProducer.send_batch, [asyncio.Future[None]()]

    async def falling_silent(self: Any, *batch: Any, **where: Any) -> Any:
        return silent.pop() if silent else await send_batch(self, *batch, **where)

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", falling_silent)
    sink = KafkaSink(embedded_stack.kafka, KafkaPolicy(request_seconds=1), RetryPolicy())
    async with running(sink):
        confirmations = put(sink, [reading(topic_prefix, "a", number) for number in range(3)])
        await sink.drain()
        kept = [one for one in await read_topics(embedded_stack.kafka) if one.city == topic_prefix]

    assert not silent
    assert confirmations.order == [0, 1, 2]
    assert [one.payload for one in kept] == [b"0", b"1", b"2"]
