"""Whatever comes, in whatever order, and whenever differences are made: the same in the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.interpreter.differences import (
    Difference,
    Register,
    RegisterReading,
    differences,
    touched_intervals,
)
from schemas.settings import DatabaseConnection
from stream_processors.differences.difference import TEMPORARY_TABLES, difference
from tests.stream_processors.differences.registers import declare
from tests.stream_processors.scene import Scene, observation, reading, scene

Act: TypeAlias = tuple[str, int]

BARRING = ["range.high"]
REGISTERS = {
    1: Register(interval=timedelta(minutes=15), most=50),
    2: Register(interval=timedelta(minutes=5), most=50, rolls_over_at=1000),
    3: Register(interval=timedelta(hours=1), most=2000, restarts=True),
}
_TABLES = (
    "observation", "observation_version", "latest", "aggregate_task", "difference_task",
    "publication", "account", "kafka_offset",
)  # fmt: skip
_STANDS = (
    (0, 10), (2, 11), (4.5, 11), (5, 12), (9, 14), (10, 980), (14.9, 990), (15, 999), (17, 4),
    (29, 5), (30.5, 77), (31, 5), (46, 9), (60, 9), (61, 30), (75, 31), (119, 32), (120, 33),
    (180, 2), (181, 1), (240, 3),
)  # fmt: skip
_FLAGS = {
    4.5: ("range.high",),
    30.5: ("range.high",),
    17: ("device.estimated",),
    61: ("range.high",),
}
_READINGS = [
    reading(
        number,
        *(
            observation(series, minute, value, quality=_FLAGS.get(minute, ()))
            for series in REGISTERS
        ),
    )
    for number, (minute, value) in enumerate(_STANDS)
]
_CORRECTIONS = [
    reading(
        number,
        *(observation(series, minute, value + 7, result_minute=500) for series in REGISTERS),
    )
    for number, (minute, value) in enumerate(_STANDS[::3])
]


async def _played(shop: Scene, acts: list[Act]) -> list[Difference]:
    """Play acts, and return the differences that are there in the end."""
    await shop.connection.execute(f"truncate {', '.join(_TABLES)}")
    await shop.take_over(0)
    shop.next_offset = 0
    for verb, number in acts:
        one = (_CORRECTIONS if verb == "correct" else _READINGS)[number]
        if verb in ("store", "correct"):  # at a new offset: redelivered by the broker
            await shop.store(reading(shop.next_offset, *one.observations))
        elif verb == "replay":
            await shop.store(reading(number, *one.observations, replayed=True))
        elif verb == "withdraw":
            await shop.store(reading(number, replayed=True))
        else:
            await _make(shop, most=number + 1)
    for _ in range(3):
        await _make(shop, most=100)
    assert await shop.rows("difference_task") == []
    rows = await shop.connection.fetch(
        "select * from observation where datastream_id > 100 "
        "order by datastream_id, phenomenon_start"
    )
    return [_difference(row) for row in rows]


@asynccontextmanager
async def _shop(database: DatabaseConnection) -> AsyncIterator[Scene]:
    async with scene(database, 0, registers=tuple(REGISTERS)) as shop:
        for series, register in REGISTERS.items():
            await declare(
                shop.connection,
                series,
                interval_seconds=int(register.interval.total_seconds()),
                rolls_over_at=register.rolls_over_at,
                most=register.most,
                restarts=register.restarts,
            )
        await shop.connection.execute(TEMPORARY_TABLES)
        yield shop


def _difference(row: Any) -> Difference:
    return Difference(
        row["phenomenon_start"],
        row["phenomenon_end"],
        row["result_number"],
        tuple(row["quality"] or ()),
    )


async def _make(shop: Scene, *, most: int) -> None:
    for shard in REGISTERS:
        await difference(
            shop.connection,
            shard=shard,
            barring_flags=BARRING,
            most=most,
            timeouts=shop.sink._settings,
        )


async def _due(shop: Scene) -> list[Difference]:
    """Return the differences of what is stored, made all at once."""
    due: list[Difference] = []
    for series, register in REGISTERS.items():
        rows = await shop.connection.fetch(
            "select * from observation where datastream_id = $1 order by phenomenon_start", series
        )
        readings = [
            RegisterReading(row["phenomenon_start"], row["result_number"], row["quality"] or ())
            for row in rows
            if not set(BARRING) & set(row["quality"] or ())
        ]
        starts = {
            start for one in readings for start in touched_intervals(one.time, register.interval)
        }
        due += differences(register, readings, sorted(starts))
    return due


def _orders() -> st.SearchStrategy[list[Act]]:
    every = [("store", number) for number in range(len(_READINGS))]
    again = st.lists(st.sampled_from(every), max_size=6)
    turns = st.lists(st.tuples(st.just("make"), st.integers(0, 19)), max_size=6)
    return st.tuples(again, turns).flatmap(lambda more: st.permutations(every + more[0] + more[1]))


def _anything() -> st.SearchStrategy[list[Act]]:
    verbs = st.sampled_from(["store", "store", "replay", "withdraw", "make"])
    acts = st.tuples(verbs, st.integers(0, len(_READINGS) - 1))
    corrections = st.tuples(st.just("correct"), st.integers(0, len(_CORRECTIONS) - 1))
    return st.lists(st.one_of(acts, acts, acts, corrections), min_size=20, max_size=60)


def _drawn(strategy: st.SearchStrategy[list[Act]], *, examples: int) -> list[list[Act]]:
    cases: list[list[Act]] = []

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        database=None,
    )
    @given(acts=strategy)
    def draw(acts: list[Act]) -> None:
        cases.append(acts)

    draw()
    return cases


@pytest.mark.timeout(300)
async def test_any_order_with_repetition_gives_the_same_differences(
    database: DatabaseConnection,
) -> None:
    """And when they are made again meanwhile, of few notes at a time, does not matter either."""
    async with _shop(database) as shop:
        expected = await _played(shop, [("store", number) for number in range(len(_READINGS))])
        assert len(expected) > 10
        assert expected == await _due(shop)
        for acts in _drawn(_orders(), examples=15):
            assert await _played(shop, acts) == expected, acts


@pytest.mark.timeout(300)
async def test_differences_are_those_of_what_is_stored(database: DatabaseConnection) -> None:
    """Also when values are corrected, and readings replayed that take back what they gave."""
    async with _shop(database) as shop:
        for acts in _drawn(_anything(), examples=25):
            assert await _played(shop, acts) == await _due(shop), acts
