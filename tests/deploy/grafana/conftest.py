"""A database that has something for every panel."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest_asyncio

from schemas.settings import DatabaseConnection

SEEDS = (Path(__file__).parents[2] / "api/seed.sql", Path(__file__).with_name("fill.sql"))


@pytest_asyncio.fixture
async def viewer(database: DatabaseConnection) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection that sees what dashboards see, to the filled database."""
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    for seed in SEEDS:
        await connection.execute(seed.read_text(encoding="utf-8"))
    await connection.execute("set role stadspuls_dashboard")
    yield connection
    await connection.close()
