"""What Kafka lets go of by itself is noted."""

import asyncpg
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from deploy.stack import Stack, Topic, create_topics
from schemas.settings import DatabaseConnection
from stream_processors.retention.kafka import note_kafka
from tests.stream_processors.running import send_raw
from tests.stream_processors.scene import NOON

pytestmark = pytest.mark.real


async def test_records_that_kafka_removed_are_counted_once(
    real_stack: Stack, real_database: DatabaseConnection, topic_prefix: str
) -> None:
    await create_topics(real_stack.kafka, {topic_prefix: Topic(partitions=1)})
    await send_raw(real_stack.kafka, topic_prefix, [(b"k", b"v", [])] * 5)
    connection = await asyncpg.connect(real_database.dsn.get_secret_value())
    try:
        await connection.execute(
            "insert into kafka_offset (topic, partition, next_offset) values ($1, 0, 5)",
            topic_prefix,
        )
        await note_kafka(connection, real_stack.kafka, NOON)
        await _let_go(real_stack, topic_prefix, before=3)
        await note_kafka(connection, real_stack.kafka, NOON)
        await note_kafka(connection, real_stack.kafka, NOON)

        rows = await connection.fetch("select what, rule, removed_count from retention_log")
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [("kafka", topic_prefix, 3)]


async def _let_go(stack: Stack, topic: str, *, before: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka.bootstrap)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before)})
    finally:
        await admin.close()
