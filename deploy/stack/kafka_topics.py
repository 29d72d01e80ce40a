"""Kafka topics, made where they are missing; and whether a Kafka answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schemas.settings import KafkaConnection

_REQUEST_TIMEOUT_MS = 20_000
_PATIENCE_SECONDS = 20.0
_PAUSE_SECONDS = 0.1
_TAKE_OVER_SECONDS = 0.5
_TOPICS_OWN = 1  # DYNAMIC_TOPIC_CONFIG
_SHORT = {"segment.ms": "1", "file.delete.delay.ms": "0"}


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A Kafka topic of one replica.

    Attributes:
        partitions: number of partitions.
        settings: Kafka's topic settings, such as `retention.ms`.
    """

    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict)


async def create_topics(kafka: KafkaConnection, topics: Mapping[str, Topic]) -> None:
    """Make the topics that are not there yet; those that are stay as they are.

    Raises:
        aiokafka.errors.KafkaError: Kafka refused one, or does not answer.
    """
    wanted = [
        NewTopic(
            name=name,
            num_partitions=topic.partitions,
            replication_factor=1,
            topic_configs=dict(topic.settings),
        )
        for name, topic in topics.items()
    ]
    async with _admin(kafka) as admin:
        answer = await admin.create_topics(wanted, timeout_ms=_REQUEST_TIMEOUT_MS)
    for name, code, *_ in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise for_code(code)(f"topic {name}")


async def change_topics(kafka: KafkaConnection, topics: Mapping[str, Topic]) -> None:
    """Give topics that are there their settings, in place of those that they had.

    Raises:
        aiokafka.errors.KafkaError: Kafka refused one, or does not answer.
    """
    wanted = [
        ConfigResource(ConfigResourceType.TOPIC, name, configs=dict(topic.settings))
        for name, topic in topics.items()
    ]
    async with _admin(kafka) as admin:
        answers = await admin.alter_configs(wanted)
    for code, message, _, name in (one for answer in answers for one in answer.resources):
        if code != 0:
            raise for_code(code)(f"topic {name}: {message}")


@asynccontextmanager
async def short_segments(kafka: KafkaConnection, topics: Sequence[str]) -> AsyncIterator[None]:
    """Let each record that comes begin a new segment; a deleted one leaves the disk at once.

    Raises:
        aiokafka.errors.KafkaError: Kafka refused it, or does not answer.
    """
    before = await _settings_of(kafka, topics)
    await change_topics(kafka, {name: _with(one, _SHORT) for name, one in before.items()})
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await _are_short(kafka, topics):  # noqa: ASYNC110 - it tells who asks
                await asyncio.sleep(_PAUSE_SECONDS)
        await asyncio.sleep(_TAKE_OVER_SECONDS)  # told first, then taken over by the log
        yield
    finally:
        await change_topics(kafka, {name: _with(one, {}) for name, one in before.items()})


async def delete_records(kafka: KafkaConnection, before: Mapping[TopicPartition, int]) -> int:
    """Delete the records that lie before an offset, and return how many that were.

    Raises:
        aiokafka.errors.KafkaError: Kafka refused one, or does not answer.
    """
    async with _reader(kafka) as consumer:
        begins = await consumer.beginning_offsets(list(before))
    async with _admin(kafka) as admin:
        await admin.delete_records({place: RecordsToDelete(at) for place, at in before.items()})
    return sum(max(0, offset - begins[place]) for place, offset in before.items())


async def probe_kafka(kafka: KafkaConnection) -> None:
    """Return when a broker answers with its cluster's metadata.

    Raises:
        OSError: nobody listens.
        aiokafka.errors.KafkaError: no broker answers.
    """
    # A plain connection first: the client logs an error for each that is refused.
    host, _, port = kafka.bootstrap.partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()
    async with _admin(kafka) as admin:
        await admin.list_topics()


def _with(own: Mapping[str, str], more: Mapping[str, str]) -> Topic:
    return Topic(partitions=0, settings={**own, **more})


async def _settings_of(kafka: KafkaConnection, topics: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return what was set for each topic, not what it has from elsewhere."""
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics]
    async with _admin(kafka) as admin:
        answers = await admin.describe_configs(wanted)
    found = [one for answer in answers for one in answer.resources]
    return {
        name: {key: value for key, value, _, source, *_ in entries if source == _TOPICS_OWN}
        for _, _, _, name, entries in found
    }


async def _are_short(kafka: KafkaConnection, topics: Sequence[str]) -> bool:
    found = await _settings_of(kafka, topics)
    return all(_SHORT.items() <= one.items() for one in found.values())


@asynccontextmanager
async def _reader(kafka: KafkaConnection) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def _admin(kafka: KafkaConnection) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(
        bootstrap_servers=kafka.bootstrap, request_timeout_ms=_REQUEST_TIMEOUT_MS
    )
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
