"""A broker of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from deploy.stack.mosquitto import Mosquitto


@pytest_asyncio.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """Yield a Mosquitto without messages."""
    async with Mosquitto(tmp_path) as broker:
        yield broker
