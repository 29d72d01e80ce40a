"""A store with a catalogue of two datasets."""

from collections.abc import AsyncIterator

import pytest_asyncio

from schemas.settings import DatabaseConnection
from tests.stream_processors.retention.keeping import CATALOGUE
from tests.stream_processors.scene import Scene, scene


@pytest_asyncio.fixture
async def shop(database: DatabaseConnection) -> AsyncIterator[Scene]:
    """Yield a store that owns partition 0, and knows the datastreams 1, 2 and 3."""
    async with scene(database, 0) as made:
        await made.connection.execute(CATALOGUE)
        yield made
