"""The stack's promises, on every variant."""

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.stack import ServiceFailed, Stack, Topic, create_topics
from schemas.settings import DatabaseConnection


async def test_topics_get_their_partitions_and_are_made_once(
    stack: Stack, topic_prefix: str
) -> None:
    for _ in range(2):
        await create_topics(stack.kafka, {topic_prefix: Topic(partitions=3)})

    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka.bootstrap)
    await admin.start()
    try:
        (description,) = await admin.describe_topics([topic_prefix])
    finally:
        await admin.close()

    assert len(description["partitions"]) == 3


async def test_a_test_gets_a_migrated_database_of_its_own(database: DatabaseConnection) -> None:
    session = await asyncpg.connect(database.dsn.get_secret_value())
    try:
        migrations = await session.fetchval("SELECT count(*) FROM migration")
    finally:
        await session.close()

    assert migrations > 0


async def test_data_outlive_a_killed_database(stack: Stack) -> None:
    dsn = stack.database.dsn.get_secret_value()
    session = await asyncpg.connect(dsn)
    await session.execute("CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)")
    before = await session.fetchval("SELECT count(*) FROM kept")

    await stack.database_service.kill()
    with pytest.raises(ServiceFailed):
        _ = stack.database_service.pid
    await stack.database_service.start()
    session.terminate()
    session = await asyncpg.connect(dsn)
    after = await session.fetchval("SELECT count(*) FROM kept")
    await session.close()

    assert after == before
