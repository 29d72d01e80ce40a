"""aiokafka's producer, made from our settings, and given up without waiting."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from aiokafka.helpers import create_ssl_context

from ingest.settings import KafkaPolicy
from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaConnection

_LARGEST_REQUEST = 16 * 1024 * 1024


@asynccontextmanager
async def connected(
    kafka: KafkaConnection, policy: KafkaPolicy
) -> AsyncIterator[AIOKafkaProducer]:
    """Yield a producer that is connected; what it holds at the end is given up.

    Raises:
        aiokafka.errors.KafkaError: Kafka does not answer, or refuses us.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap,
        client_id="stadspuls-ingest",
        acks="all",
        enable_idempotence=kafka.idempotent,
        max_batch_size=policy.batch_bytes,
        max_request_size=_LARGEST_REQUEST,
        request_timeout_ms=int(policy.request_seconds * 1000),
        **security(kafka),
    )
    try:
        await producer.start()
        yield producer
    finally:
        await _give_up(producer)


async def partition_count(producer: AIOKafkaProducer, topic: str) -> int:
    """Return how many partitions a topic has.

    Raises:
        BrokerUnavailable: the topic is not there. It is not asked for by name, because a Kafka
            that makes topics by itself would make it with the wrong number of partitions.
    """
    cluster = await producer.client.fetch_all_metadata()
    partitions = cluster.partitions_for_topic(topic)
    if not partitions:
        raise BrokerUnavailable(f"the Kafka topic {topic} does not exist")
    return len(partitions)


def security(kafka: KafkaConnection) -> dict[str, object]:
    """Return aiokafka's options for encryption and login."""
    encrypted, named = kafka.ca_file is not None, kafka.username is not None
    protocol = ("SASL_" if named else "") + ("SSL" if encrypted else "PLAINTEXT")
    options: dict[str, object] = {"security_protocol": protocol}
    if kafka.ca_file is not None:
        options["ssl_context"] = create_ssl_context(cafile=str(kafka.ca_file))
    if named:
        options["sasl_mechanism"] = "SCRAM-SHA-512"
        options["sasl_plain_username"] = kafka.username
        options["sasl_plain_password"] = (
            kafka.password.get_secret_value() if kafka.password else ""
        )
    return options


async def _give_up(producer: AIOKafkaProducer) -> None:
    # What `stop` does, without its flush: with Kafka away that would wait for ever.
    producer._closed = True  # noqa: SLF001
    await producer._sender.close()  # noqa: SLF001
    await producer.client.close()
