"""What is made of several readings disturbs nobody who counts what readings gave."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
import pytest_asyncio

from deploy.audit.publications import repeated_versions
from deploy.erasure import Wish, find_subject
from deploy.sql import query
from schemas.settings import DatabaseConnection
from tests.stream_processors.differences.registers import declare

pytestmark = pytest.mark.embedded

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
_CURRENT = """
insert into observation (datastream_id, reading_partition, phenomenon_start, result_time,
    published_at, received_time, sequence, reading_offset, result_number)
values (1, $1, $2, $2, $2, $2, 2, 0, 5)
"""
_BEFORE = """
insert into observation_version (datastream_id, reading_partition, phenomenon_start, result_time,
    published_at, received_time, sequence, reading_offset, result_number, replaced_at, replaced_by)
values (1, $1, $2, $2, $2, $2, 1, 0, 5, $2, 2)
"""


@pytest_asyncio.fixture
async def connection(
    embedded_database: DatabaseConnection,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    made = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    yield made
    await made.close()


@pytest.mark.parametrize(("partition", "expected"), [(0, 2), (-1, 0)])
async def test_stored_are_the_observations_that_readings_brought(
    connection: "asyncpg.Connection[asyncpg.Record]", partition: int, expected: int
) -> None:
    await connection.execute(_CURRENT, partition, START)
    await connection.execute(_BEFORE, partition, START)

    assert await connection.fetchval(query("run_stored"), 0) == expected


@pytest.mark.parametrize(("partition", "expected"), [(0, 1), (-1, 0)])
async def test_difference_whose_flags_alone_changed_is_no_repeated_version(
    connection: "asyncpg.Connection[asyncpg.Record]", partition: int, expected: int
) -> None:
    await connection.execute(_CURRENT, partition, START)
    await connection.execute(_BEFORE, partition, START)

    assert len(await repeated_versions(connection, START, 2)) == expected


@pytest.mark.parametrize(("datastream", "erased"), [(1, [1, 101]), (101, [101]), (2, [2])])
async def test_register_that_is_erased_takes_its_differences_with_it(
    connection: "asyncpg.Connection[asyncpg.Record]", datastream: int, erased: list[int]
) -> None:
    for register in (1, 2):
        await declare(connection, register)
    await connection.execute("delete from difference where register_id = 2")
    wish = Wish("stad-a", "", datastream, START, START.replace(hour=13), "no ground", "somebody")
    subject = await find_subject(connection, wish)

    assert subject.datastreams == erased
