"""Whatever comes again, and in whatever order: the same in the end, however it is doubted."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import asyncpg
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.settings import DatabaseConnection
from schemas.wire import NormalisedReading
from stream_processors.aggregates.aggregate import TEMPORARY_TABLES, aggregate
from stream_processors.comparison.comparer import Comparer
from stream_processors.comparison.history import StoredHistory
from stream_processors.quality_figures.figures import TEMPORARY_TABLES as HOURS
from stream_processors.quality_figures.figures import Severities, count_hours
from tests.stream_processors.comparison.watching import ERROR, STEEP, EveryWatch
from tests.stream_processors.scene import Scene, observation, reading, scene

_TABLES = (
    "observation", "observation_version", "latest", "aggregate", "aggregate_task", "publication",
    "account", "kafka_offset", "quality_task", "quality_hour",
)  # fmt: skip
_READINGS = [
    reading(
        number,
        observation(number % 2, minute, float(minute * 7 % 5), result_minute=minute * 11 % 50),
        *([observation(2, minute, f"v{minute}")] if number % 3 == 0 else []),
    )
    for number, minute in enumerate((0, 3, 14, 15, 16, 59, 60, 61, 700, 1500))
]
_VERSIONS = [
    reading(
        number,
        *(observation(s, minute, float(result), result_minute=100 + number) for s in (0, 1)),
        observation(2, minute, f"v{result}", result_minute=100 + number),
    )
    for number, (minute, result) in enumerate(
        [(0, 1), (14, 4), (0, 2), (60, 9), (0, 1), (14, 0), (0, 3), (1500, 2), (60, 5), (0, 2)]
    )
]
"""Readings of which later ones correct earlier ones, here and there with a result of before."""
_COLUMNS = {
    "observation": "datastream_id, phenomenon_start, result_number, result_json, result_time",
    "latest": "datastream_id, phenomenon_start, result_number, first_phenomenon_start, "
    "last_phenomenon_end, first_result_time, last_result_time, observation_count",
    "aggregate": "datastream_id, period, bucket_start, bucket_end, count, flagged_count, sum, "
    "sum_of_squares, minimum, maximum, first, last",
    "quality_hour": "datastream_id, hour_start, observation_count, error_count",
}


_CORRECTED_COLUMNS = {
    **_COLUMNS,
    "observation_version": "datastream_id, phenomenon_start, rank() over "
    "(partition by datastream_id, phenomenon_start order by sequence), "
    "result_number, result_json, withdrawn",
}


async def _stored(
    shop: Scene,
    numbers: list[int],
    batch: int,
    *,
    readings: Sequence[NormalisedReading] = _READINGS,
    columns: Mapping[str, str] = _COLUMNS,
) -> dict[str, list[Any]]:
    await shop.connection.execute(f"truncate {', '.join(_TABLES)}")
    await shop.take_over(0)
    shop.next_offset = 0
    for first in range(0, len(numbers), batch):
        part = numbers[first : first + batch]
        # Each comes at a new offset: redelivered by the broker, not repeated by normalise.
        await shop.store(
            *(
                reading(first + place, *readings[number].observations)
                for place, number in enumerate(part)
            )
        )
    await sum_up(shop.connection)
    return {
        table: [tuple(row) for row in await shop.connection.fetch(
            f"select {wanted} from {table} order by 1, 2, 3"
        )]
        for table, wanted in columns.items()
    }  # fmt: skip


async def sum_up(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.execute(
        TEMPORARY_TABLES.replace("temporary table", "temporary table if not exists")
    )
    await connection.execute(HOURS.replace("temporary table", "temporary table if not exists"))
    severities = Severities(error=["range.high"], warning=[])
    for shard in range(16):
        await aggregate(connection, shard=shard, barring_flags=["range.high"], most=1000)
        await count_hours(connection, shard=shard, severities=severities, most=1000)


def _orders() -> st.SearchStrategy[list[int]]:
    every = list(range(len(_READINGS)))
    again = st.lists(st.sampled_from(every), max_size=8)
    return again.flatmap(lambda more: st.permutations(every + more))


def _repeated() -> st.SearchStrategy[list[int]]:
    """Return all versions in their order, and between them some that came before."""
    again = st.lists(st.tuples(st.integers(1, len(_VERSIONS)), st.integers(0, 99)), max_size=12)
    return again.map(_with_repetitions)


def _with_repetitions(again: list[tuple[int, int]]) -> list[int]:
    numbers = []
    for number in range(len(_VERSIONS)):
        numbers.append(number)
        numbers += [which % place for place, which in again if place == number + 1]
    return numbers


@pytest_asyncio.fixture(name="shop")
async def _shop(database: DatabaseConnection) -> AsyncIterator[Scene]:
    """Yield a store with rules so narrow that most values are doubted, by what came before."""
    history = StoredHistory(database, barring=[ERROR], doubting=[ERROR, STEEP])
    comparison = Comparer(EveryWatch(), history, barring=[ERROR])
    async with scene(database, 0, comparison=comparison) as made:
        yield made
    await history.close()


async def test_any_order_with_repetition_gives_the_same(shop: Scene) -> None:
    """Observations, newest, extents and aggregates do not know in which order readings came."""
    await shop.connection.execute(TEMPORARY_TABLES)
    expected = await _stored(shop, list(range(len(_READINGS))), batch=100)
    assert await shop.connection.fetchval("select bool_or(quality is not null) from observation")

    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(numbers=_orders(), batch=st.integers(1, 20))
    def check(numbers: list[int], batch: int) -> None:
        cases.append((numbers, batch))

    cases: list[tuple[list[int], int]] = []
    check()
    for numbers, batch in cases:
        assert await _stored(shop, numbers, batch) == expected, (numbers, batch)


async def test_version_that_is_known_already_changes_nothing(shop: Scene) -> None:
    """Values, versions and their order, newest, extents, aggregates: none knows that it came."""
    told: dict[str, Any] = {"readings": _VERSIONS, "columns": _CORRECTED_COLUMNS}
    expected = await _stored(shop, list(range(len(_VERSIONS))), batch=100, **told)
    assert len(expected["observation_version"]) == 3 * 6

    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(numbers=_repeated(), batch=st.integers(1, 25))
    def check(numbers: list[int], batch: int) -> None:
        cases.append((numbers, batch))

    cases: list[tuple[list[int], int]] = []
    check()
    for numbers, batch in cases:
        assert await _stored(shop, numbers, batch, **told) == expected, (numbers, batch)
