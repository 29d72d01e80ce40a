"""Readings that take long: others run meanwhile, and what was read is not done again."""

import asyncio
from pathlib import Path

import pytest
from aiokafka import TopicPartition

from schemas import wire
from stream_processors import pace
from stream_processors.group_runner import GroupRunner
from stream_processors.monitor import Monitor
from stream_processors.pace import Pace
from stream_processors.settings import NormaliseSettings
from stream_processors.steps.passage import Arrival
from tests.stream_processors.fake_consumer import FakeConsumer
from tests.stream_processors.packs import reading, registry_of

PLACE = TopicPartition(wire.READINGS, 0)
ARRIVALS = [Arrival(partition=0, offset=40 + n, reading=reading(n)) for n in range(3)]


@pytest.fixture
def runner(tmp_path: Path) -> GroupRunner:
    made = GroupRunner(NormaliseSettings(), registry_of(tmp_path), Monitor())
    made._consumer = FakeConsumer(PLACE)
    return made


@pytest.mark.parametrize(("turn_seconds", "offsets"), [(0, [40]), (3600, [40, 41, 42])])
async def test_turn_reads_what_it_has_time_for_and_one_reading_at_least(
    runner: GroupRunner, turn_seconds: float, offsets: list[int]
) -> None:
    runner._pace = Pace(turn_seconds=turn_seconds)

    read = await runner._read(PLACE, ARRIVALS)

    assert [one.result.offset for one in read] == offsets
    assert runner._consumer.sought == ({PLACE: 41} if len(read) == 1 else {})


async def test_nothing_is_made_of_readings_that_were_taken_from_us_meanwhile(
    runner: GroupRunner,
) -> None:
    class Losing(Pace):
        async def is_over(self) -> bool:
            runner.on_partitions_revoked([PLACE])
            return False

    runner._pace = Losing()

    assert await runner._read(PLACE, ARRIVALS) == []


async def test_others_run_between_two_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "BREATH_SECONDS", -1)
    ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)

    assert not await Pace().is_over()

    assert ran.is_set()
