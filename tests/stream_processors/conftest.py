"""A store on a fresh database of each variant."""

from collections.abc import AsyncIterator

import pytest_asyncio

from schemas.settings import DatabaseConnection
from tests.stream_processors.scene import Scene, scene


@pytest_asyncio.fixture
async def shop(database: DatabaseConnection) -> AsyncIterator[Scene]:
    """Yield a store that owns partition 0."""
    async with scene(database, 0) as made:
        yield made
