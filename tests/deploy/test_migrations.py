"""Bringing a database to the newest schema."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from deploy.migrations import CREATE_MIGRATION, migrate, parts
from deploy.stack import Stack
from schemas.errors import Misconfigured

_COLUMNS = """
select table_name, column_name, data_type, is_nullable, column_default
from information_schema.columns where table_schema = 'public' order by 1, 2
"""
_INDEXES = "select indexdef from pg_indexes where schemaname = 'public' order by 1"


@pytest_asyncio.fixture
async def empty_dsn(stack: Stack) -> AsyncIterator[str]:
    name = f"m{uuid.uuid4().hex[:12]}"
    server = await asyncpg.connect(_dsn(stack, "postgres"))
    try:
        await server.execute(f"create database {name}")
        yield _dsn(stack, name)
        await server.execute(f"drop database {name} with (force)")
    finally:
        await server.close()


@pytest.mark.parametrize("applied", range(len(parts("incremental"))))
async def test_every_earlier_state_is_upgraded(stack: Stack, empty_dsn: str, applied: int) -> None:
    await migrate(empty_dsn)
    expected = await _shape(empty_dsn)
    name = f"m{uuid.uuid4().hex[:12]}"
    server = await asyncpg.connect(_dsn(stack, "postgres"))
    await server.execute(f"create database {name}")
    earlier = _dsn(stack, name)
    await _apply_first(earlier, applied)

    done = await migrate(earlier)

    assert done == [part for part, _ in parts("incremental")[applied:]]
    assert await _shape(earlier) == expected
    await server.execute(f"drop database {name} with (force)")
    await server.close()


async def test_migrating_again_changes_nothing(empty_dsn: str) -> None:
    await migrate(empty_dsn)
    before = await _shape(empty_dsn)

    assert await migrate(empty_dsn) == []
    assert await _shape(empty_dsn) == before


async def test_two_at_once_do_not_collide(empty_dsn: str) -> None:
    first, second = await asyncio.gather(migrate(empty_dsn), migrate(empty_dsn))

    assert sorted(first + second) == [name for name, _ in parts("incremental")]


async def test_changed_part_stops_with_its_name(empty_dsn: str) -> None:
    await migrate(empty_dsn)
    connection = await asyncpg.connect(empty_dsn)
    await connection.execute("update migration set body = 'other' where name like '0001%'")
    await connection.close()

    with pytest.raises(Misconfigured, match="0001_catalogue"):
        await migrate(empty_dsn)


async def test_observation_is_a_hypertable_where_timescale_is(
    stack: Stack, empty_dsn: str
) -> None:
    await migrate(empty_dsn)
    connection = await asyncpg.connect(empty_dsn)
    found = await connection.fetchval("select 1 from pg_extension where extname = 'timescaledb'")
    await connection.close()

    assert bool(found) is (stack.variant == "real")


async def _apply_first(dsn: str, number: int) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(CREATE_MIGRATION)
    for name, body in parts("incremental")[:number]:
        await connection.execute(body)
        await connection.execute("insert into migration values ($1, $2)", name, body)
    await connection.close()


async def _shape(dsn: str) -> tuple[list[tuple[object, ...]], list[str]]:
    connection = await asyncpg.connect(dsn)
    columns = [tuple(row) for row in await connection.fetch(_COLUMNS)]
    indexes = [row[0] for row in await connection.fetch(_INDEXES)]
    await connection.close()
    return columns, indexes


def _dsn(stack: Stack, name: str) -> str:
    return stack.database_service.connection_to(name).dsn.get_secret_value()
