"""Kafka's client, set up in one way for every processor."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaConnection
from stream_processors.group_consumer import GroupConsumer
from stream_processors.record import Record

MAXIMUM_RECORD_BYTES = 900_000
"""Kafka takes a megabyte by default; the rest is room for key, headers and batch."""

_FETCH_BYTES = 4 << 20


def consumer(kafka: KafkaConnection, *, group: str) -> GroupConsumer:
    """Return a consumer that begins a new log at its beginning and commits nothing by itself."""
    return GroupConsumer(
        **_connection(kafka),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES,
        session_timeout_ms=int(kafka.session_seconds * 1000),
        heartbeat_interval_ms=int(min(kafka.session_seconds / 5, 1.0) * 1000),
    )


def reader(kafka: KafkaConnection) -> AIOKafkaConsumer:
    """Return a consumer that belongs to no group and leaves no trace."""
    return AIOKafkaConsumer(
        **_connection(kafka),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )


def producer(kafka: KafkaConnection) -> AIOKafkaProducer:
    """Return a producer whose records are confirmed by every replica in sync."""
    return AIOKafkaProducer(
        **_connection(kafka),
        acks="all",
        enable_idempotence=kafka.idempotent,
        max_batch_size=MAXIMUM_RECORD_BYTES,
        max_request_size=1 << 20,
        linger_ms=0,
    )


async def cluster_of(kafka: KafkaConnection) -> str:
    """Return the cluster's id, empty where the broker does not name it.

    Raises:
        BrokerUnavailable: no broker answers.
    """
    async with administration(kafka) as admin:
        return str((await admin.describe_cluster()).get("cluster_id") or "")


@asynccontextmanager
async def administration(kafka: KafkaConnection) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a client for questions about the cluster.

    Raises:
        BrokerUnavailable: no broker answers, also within the context.
    """
    admin = AIOKafkaAdminClient(**_connection(kafka))
    try:
        await admin.start()
        yield admin
    except (KafkaError, OSError) as failure:
        raise BrokerUnavailable(f"Kafka does not answer: {failure!r}") from failure
    finally:
        await admin.close()


async def give_up(producer: AIOKafkaProducer) -> None:
    """Close a producer without waiting for what it holds: one that failed may never send it."""
    # What `stop` does, without its flush.
    producer._closed = True  # noqa: SLF001
    with suppress(KafkaError):  # what ended its work in the background
        await producer._sender.close()  # noqa: SLF001
    await producer.client.close()


def record_of(found: ConsumerRecord) -> Record:
    """Return a record as our own."""
    return Record(
        topic=found.topic,
        partition=found.partition,
        offset=found.offset,
        timestamp=found.timestamp,
        key=found.key or b"",
        value=found.value or b"",
        headers=tuple(found.headers),
        tombstone=found.value is None,
    )


def _connection(kafka: KafkaConnection) -> dict[str, Any]:
    secure = kafka.ca_file is not None
    options: dict[str, Any] = {"bootstrap_servers": kafka.bootstrap, "client_id": "stadspuls"}
    if secure:
        options["ssl_context"] = ssl.create_default_context(cafile=str(kafka.ca_file))
    if kafka.username is None:
        return options | {"security_protocol": "SSL" if secure else "PLAINTEXT"}
    return options | {
        "security_protocol": "SASL_SSL" if secure else "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": kafka.username,
        "sasl_plain_password": kafka.password.get_secret_value() if kafka.password else "",
    }
