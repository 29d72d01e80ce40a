"""The same on Apache Kafka and TimescaleDB: nothing lost, nothing twice."""

from pathlib import Path

import asyncpg
import pytest

from deploy.stack import Stack
from schemas.settings import DatabaseConnection
from tests.stream_processors.packs import reading, write_pack
from tests.stream_processors.running import accounted, create, journey, send

pytestmark = pytest.mark.real


async def test_restarts_of_processes_and_of_kafka_lose_and_double_nothing(
    real_stack: Stack, real_database: DatabaseConnection, tmp_path: Path
) -> None:
    pack = write_pack(tmp_path)
    await create(real_stack.kafka)
    for part in range(2):
        await send(real_stack.kafka, [reading(part * 50 + n) for n in range(50)], partition=part)
        async with journey(real_stack.kafka, real_database, pack):
            await accounted(real_database, (part + 1) * 50)
    async with journey(real_stack.kafka, real_database, pack):
        await real_stack.kafka_service.kill()
        await real_stack.kafka_service.start()
        await send(real_stack.kafka, [reading(100 + n) for n in range(50)])
        await accounted(real_database, 150)

    connection = await asyncpg.connect(real_database.dsn.get_secret_value())
    row = await connection.fetchrow(
        "select sum(normalised)::int, sum(observations)::int, sum(duplicates)::int from account"
    )
    cluster = await connection.fetchval("select max(cluster) from kafka_offset")
    await connection.close()
    assert tuple(row or ()) == (150, 150, 0)
    assert cluster
