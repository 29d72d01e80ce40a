"""Kafka topics, made where they are missing; and whether a Kafka answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schemas.settings import KafkaConnection

_REQUEST_TIMEOUT_MS = 20_000


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
