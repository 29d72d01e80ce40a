"""Flags that hold for an hour: drift and scale, looked for once in it."""

from datetime import timedelta

import pytest

from schemas.errors import StoreUnavailable
from schemas.wire import Observation
from stream_processors.comparison.comparer import Comparer
from tests.stream_processors.comparison.watching import (
    DAILY,
    ERROR,
    EveryWatch,
    RememberedHistory,
)
from tests.stream_processors.scene import NOON, observation, reading

HOURS = 18


class Day:
    """A datastream, 1, with neighbours that say 20, and what it said in the hours before noon."""

    def __init__(self, *values: float, neighbours: int = 3) -> None:
        others = tuple(range(2, 2 + neighbours))
        self.history = RememberedHistory(around={1: others})
        for series in others:
            self.remember(series, [20.0] * HOURS)
        self.remember(1, list(values))
        self.comparer = Comparer(EveryWatch(DAILY), self.history, barring=[ERROR])

    def remember(self, series: int, values: list[float]) -> None:
        first = NOON - timedelta(hours=len(values))
        self.history.values[series] = [
            (first + timedelta(hours=place), value, ()) for place, value in enumerate(values)
        ]

    async def flags(self, *given: Observation) -> list[tuple[str, ...]]:
        """Return the flags of what comes next, less those of the moment."""
        pairs = [(1, one) for one in given]
        await self.comparer.compare([(reading(0), pairs)])
        daily = ("drift.apart", "scale.leapt")
        return [tuple(flag for flag in one.quality if flag in daily) for _, one in pairs]


async def test_value_after_a_day_apart_is_doubted_and_one_beside_its_neighbours_is_not() -> None:
    assert await Day(*[25.0] * 6).flags(observation(1, 0, 25.0)) == [("drift.apart",)]
    assert await Day(*[23.0] * 6).flags(observation(1, 0, 23.0)) == [()]


async def test_other_order_of_magnitude_is_doubted_without_neighbours() -> None:
    day = Day(*[20.0] * 12, *[20_000.0] * 6, neighbours=0)

    assert await day.flags(observation(1, 0, 20_000.0)) == [("scale.leapt",)]


async def test_hours_are_read_once_in_an_hour() -> None:
    day = Day(*[25.0] * 6)
    await day.flags(observation(1, 0, 25.0))
    first = day.history.asked.count("hours")
    await day.flags(observation(1, 30, 25.0), observation(1, 59, 25.0))

    assert day.history.asked.count("hours") == first
    await day.flags(observation(1, 60, 25.0))
    assert day.history.asked.count("hours") > first


async def test_value_of_another_time_gets_no_flag_of_this_hour() -> None:
    day = Day(*[25.0] * 6)
    await day.flags(observation(1, 0, 25.0))
    early = observation(1, -600, 25.0)
    wrong = observation(1, 60 * 24 * 300, 25.0, quality=(ERROR,))

    assert await day.flags(early, wrong) == [(), ()]
    assert await day.flags(observation(1, 5, 25.0)) == [("drift.apart",)]


async def test_sensor_that_is_mended_is_doubted_no_more() -> None:
    day = Day(*[25.0] * 6)
    assert await day.flags(observation(1, 0, 25.0)) == [("drift.apart",)]
    day.remember(1, [20.0] * 6)

    assert await day.flags(observation(1, 60, 20.0)) == [()]


async def test_nothing_is_flagged_while_the_history_is_away() -> None:
    day = Day(*[25.0] * 6)
    day.history.away = True
    with pytest.raises(StoreUnavailable):
        await day.flags(observation(1, 0, 25.0))
    day.history.away = False

    assert await day.flags(observation(1, 0, 25.0)) == [("drift.apart",)]
