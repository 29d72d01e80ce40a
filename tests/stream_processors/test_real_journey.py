"""The same on Apache Kafka and TimescaleDB: nothing lost, nothing twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from deploy.stack.apache_kafka import ApacheKafka
from schemas import wire
from schemas.settings import DatabaseConnection
from tests.stream_processors.packs import reading, write_pack
from tests.stream_processors.running import accounted, commit, create, journey, send

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def kafka(tmp_path: Path) -> AsyncIterator[ApacheKafka]:
    """Yield a Kafka of the test's own, with the topics."""
    async with ApacheKafka(tmp_path / "kafka") as service:
        await create(service.connection)
        yield service


@pytest_asyncio.fixture
async def client(
    real_database: DatabaseConnection,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(real_database.dsn.get_secret_value())
    yield connection
    await connection.close()


async def test_restarts_of_processes_and_of_kafka_lose_and_double_nothing(
    kafka: ApacheKafka,
    real_database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    pack = write_pack(tmp_path)
    for part in range(2):
        await send(kafka.connection, [reading(part * 50 + n) for n in range(50)], partition=part)
        async with journey(kafka.connection, real_database, pack):
            await accounted(real_database, (part + 1) * 50)
    async with journey(kafka.connection, real_database, pack):
        await kafka.kill()
        await kafka.start()
        await send(kafka.connection, [reading(100 + n) for n in range(50)])
        await accounted(real_database, 150)

    row = await client.fetchrow(
        "select sum(normalised)::int, sum(observations)::int, sum(duplicates)::int from account"
    )
    assert tuple(row or ()) == (150, 150, 0)
    assert await client.fetchval("select max(cluster) from kafka_offset")


async def test_readings_that_are_not_those_that_normalise_knows_are_read_from_their_beginning(
    kafka: ApacheKafka,
    real_database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    """The group has a place in the topic, but another record lies before it."""
    # The first says that it came before: it did not, though it is read twice.
    readings = [reading(0, model="meter", dup=True), *(reading(n) for n in range(1, 40))]
    await send(kafka.connection, readings)
    await commit(kafka.connection, "normalise", wire.READINGS, offset=10, metadata="another")

    async with journey(kafka.connection, real_database, write_pack(tmp_path)):
        await accounted(real_database, 40)

    assert await client.fetchval("select count(*) from observation") == 40
