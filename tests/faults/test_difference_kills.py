"""`kill -9` of the processes that make differences, at random moments: none lost, none twice."""

import asyncio
import logging
import random
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.part import Part
from deploy.stack.ports import free_port
from schemas.interpreter.differences import Register, RegisterReading, differences
from schemas.settings import DatabaseConnection, HttpListener
from stream_processors.settings import AggregateSettings
from tests.faults.pipeline import kill_often
from tests.stream_processors.differences.registers import declare
from tests.stream_processors.running import until
from tests.stream_processors.scene import NOON, Scene, observation, reading, scene

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

KILLS = 4
REGISTERS = (1, 2, 18)  # two of them in one shard
RULES = Register(interval=timedelta(minutes=15), most=1000)


def _part(folder: Path, database: DatabaseConnection) -> Part:
    listener = HttpListener(port=free_port())
    settings = AggregateSettings(
        database=database, metrics=listener, interval_seconds=0.05, batch_tasks=7
    )
    return Part(folder, "aggregate", settings, listener=listener)


async def _store(shop: Scene, chance: random.Random, done: asyncio.Event) -> None:
    """Store readings in a random order, some of them again, until others are done."""
    minutes = list(range(0, 60 * 24, 5))
    chance.shuffle(minutes)
    for number, minute in enumerate(minutes + minutes[:20]):
        values = (observation(one, minute, minute / 5 * one) for one in REGISTERS)
        await shop.store(reading(number, *values))
        if not done.is_set():
            await asyncio.sleep(0.05)


async def test_processes_killed_often_lose_and_double_no_difference(
    real_database: DatabaseConnection, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    logging.getLogger(__name__).warning("seed=%d", seed)
    chance, killed = random.Random(seed), asyncio.Event()
    parts = [_part(tmp_path / name, real_database) for name in ("one", "other")]
    async with scene(real_database, 0, registers=REGISTERS) as shop, AsyncExitStack() as stack:
        for one in REGISTERS:
            await declare(shop.connection, one)
        for part in parts:
            stack.push_async_callback(part.kill)
        storing = asyncio.create_task(_store(shop, chance, killed))
        await asyncio.gather(*(kill_often(part, chance, times=KILLS) for part in parts))
        killed.set()
        await storing
        await until(lambda: _is_worked_off(shop), seconds=150)

        for one in REGISTERS:
            await _check(shop, one)
        published = await shop.published()
        assert [one.sequence for one in published] == list(range(1, len(published) + 1))


async def _is_worked_off(shop: Scene) -> bool:
    return not await shop.connection.fetchval("select exists (select from difference_task)")


async def _check(shop: Scene, register: int) -> None:
    minutes = range(0, 60 * 24, 5)
    readings = [RegisterReading(NOON + timedelta(minutes=n), n / 5 * register) for n in minutes]
    starts = [NOON + n * RULES.interval for n in range(96)]
    due = [(one.start, one.result) for one in differences(RULES, readings, starts)]
    rows = await shop.connection.fetch(
        "select phenomenon_start, result_number from observation where datastream_id = $1 "
        "order by 1",
        register + 100,
    )
    assert len(due) == 95
    assert [tuple(row) for row in rows] == due
