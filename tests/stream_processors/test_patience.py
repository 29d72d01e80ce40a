"""Whoever waits says what for."""

import asyncio

from stream_processors.monitor import Health
from stream_processors.patience import telling


async def test_waiting_that_takes_long_is_told_while_it_lasts() -> None:
    health = Health()
    async with asyncio.timeout(90):
        with telling("the sea", after_seconds=0, health=health):
            while health.waiting_for != "the sea":  # noqa: ASYNC110 - a timer's state
                await asyncio.sleep(0)

    assert not health.ready


async def test_waiting_that_is_short_is_not_told() -> None:
    health = Health()
    health.is_ready()
    with telling("the sea", after_seconds=0, health=health):
        pass
    await asyncio.sleep(0)

    assert health.ready
