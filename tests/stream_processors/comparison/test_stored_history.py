"""The past and the neighbours that the database knows, and the store that asks for them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.settings import DatabaseConnection
from stream_processors.comparison import history as module
from stream_processors.comparison.comparer import NEWEST_SECONDS, Comparer
from stream_processors.comparison.history import StoredHistory
from tests.stream_processors.comparison.watching import (
    DAILY,
    ERROR,
    NARROW,
    STEEP,
    STRICT,
    EveryWatch,
)
from tests.stream_processors.scene import NOON, Scene, observation, reading, scene

THINGS = """
insert into city values ('stad-a', 'A', 'Europe/Brussels');
insert into dataset (city, theme, title, description, licence, access)
    values ('stad-a', 'x', '', '', '', 'open');
insert into sensor (profile, version, name, description, encoding_type, metadata)
    values ('v/m', 1, '', '', '', ''), ('v/other', 1, '', '', '', '');
insert into observed_property (code, theme, name, definition, description)
    values ('p', 'x', '', '', '');
"""
_PLACED = """
with place as (
    insert into location (name, description, location, longitude, latitude)
    values ('', '', '{}', $1, $2) returning location_id
), made as (
    insert into thing (city, profile, name, title, description, location_id)
    select 'stad-a', 'v/m', $3::text, '', '', location_id from place returning thing_id
)
insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name, unit,
    interval_seconds, title, description, observation_type, unit_of_measurement, open)
select thing_id, $4, 1, 1, 'x', '', $5, '', '', '', '{}', true from made
"""


@dataclass
class Judging:
    """A store that compares, and the history that it asks."""

    shop: Scene
    comparer: Comparer
    history: StoredHistory
    seconds: float = 0.0


@pytest_asyncio.fixture
async def judging(database: DatabaseConnection) -> AsyncIterator[Judging]:
    history = StoredHistory(database, barring=[ERROR], doubting=[ERROR, STEEP])
    comparer = Comparer(EveryWatch(), history, barring=[ERROR], clock=lambda: made.seconds)
    async with scene(database, 0, comparison=comparer) as shop:
        made = Judging(shop, comparer, history)
        yield made
    await history.close()


async def _place(
    shop: Scene, name: str, longitude: float, latitude: float = 51.0, **other: Any
) -> None:
    values = (other.get("sensor", 1), other.get("interval", 0))
    await shop.connection.execute(_PLACED, longitude, latitude, name, *values)


async def test_flag_is_stored_published_and_newest_and_the_raw_value_is_kept(
    judging: Judging,
) -> None:
    shop = judging.shop
    await shop.store(reading(0, observation(1, 0, 20.0)), reading(1, observation(1, 5, 60.0)))

    [_, row] = await shop.rows("observation", "phenomenon_start")
    [latest] = await shop.rows("latest")
    published = await shop.published()
    assert (row["quality"], row["raw_result"], row["result_number"]) == (
        ["rate.steep"],
        "60.0",
        60,
    )
    assert latest["quality"] == ["rate.steep"]
    assert [one.quality for one in published] == [(), ("rate.steep",)]


async def test_store_that_takes_over_knows_what_came_before(judging: Judging) -> None:
    shop = judging.shop
    await shop.store(reading(0, observation(1, 0, 20.0)))
    await shop.take_over(0)
    await shop.store(reading(1, observation(1, 5, 60.0)))

    assert [one.quality for one in await shop.published()] == [(), ("rate.steep",)]


async def test_withdrawn_value_is_no_past(judging: Judging) -> None:
    shop = judging.shop
    await shop.store(reading(0, observation(1, 0, 20.0)), reading(1, observation(1, 5, 21.0)))
    await shop.store(reading(1, replayed=True, empty="nothing-valid"))
    await shop.store(reading(2, observation(1, 5, 22.5)))

    assert (await shop.published())[-1].quality == ("rate.steep",)


async def test_redelivered_value_gets_no_flag_and_no_second_version(judging: Judging) -> None:
    shop = judging.shop
    again = reading(1, observation(1, 5, 60.0))
    await shop.store(reading(0, observation(1, 0, 20.0)), again)
    await shop.store(replace_offset(again, 2))

    assert len(await shop.rows("observation")) == 2
    assert await shop.rows("observation_version") == []


def replace_offset(one: Any, offset: int) -> Any:
    return reading(offset, *one.observations)


async def test_memory_and_database_say_the_same_of_the_past(judging: Judging) -> None:
    """What a new owner reads is what the old one knew of a series in order: both judge alike."""
    cases: list[list[tuple[int, float, tuple[str, ...]]]] = []
    value = st.sampled_from([1.0, 1.5, 2.0, 40.0, 41.0, 90.0])
    flags = st.sampled_from([(), (), (ERROR,)])

    @settings(max_examples=25, deadline=None, database=None,
              suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
    @given(st.lists(st.tuples(st.integers(0, 500), value, flags), max_size=15,
                    unique_by=lambda one: one[0]))  # fmt: skip
    def collect(values: list[tuple[int, float, tuple[str, ...]]]) -> None:
        cases.append(values)

    collect()
    for series, values in enumerate(cases, start=1):
        await _store_and_compare(judging, series, values)


async def _store_and_compare(
    judging: Judging, series: int, values: Sequence[tuple[int, float, tuple[str, ...]]]
) -> None:
    shop = judging.shop
    for minute, value, flags in sorted(values):
        one = observation(series, minute, value, quality=flags)
        await shop.store(reading(shop.next_offset, one))

    stored = await judging.history.pasts({series: STRICT})

    assert stored.get(series) == judging.comparer._pasts.get(series), values


async def test_neighbours_are_other_things_of_the_same_kind_within_reach_nearest_first(
    judging: Judging,
) -> None:
    shop = judging.shop
    await shop.connection.execute(THINGS)
    await _place(shop, "here", 4.0)
    await _place(shop, "far-but-within", 4.0, 51.0085)
    await _place(shop, "near", 4.002)
    await _place(shop, "beyond", 4.0, 51.0095)
    await _place(shop, "other-sensor", 4.001, sensor=2)
    await _place(shop, "other-interval", 4.001, interval=3600)

    found = await judging.history.neighbours({1: STRICT, 4: STRICT, 99: STRICT})

    assert found == {1: (3, 2), 4: (2,), 99: ()}


async def test_no_more_neighbours_are_asked_than_make_a_median_sure(
    judging: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_NEIGHBOURS", 3)
    await judging.shop.connection.execute(THINGS)
    for number in range(6):
        await _place(judging.shop, f"t{number}", 4 + number / 10_000)

    found = await judging.history.neighbours({1: STRICT})

    assert found == {1: (2, 3, 4)}


async def test_value_far_from_its_neighbours_is_doubted_when_it_is_stored(
    judging: Judging,
) -> None:
    shop = judging.shop
    await shop.connection.execute(THINGS)
    for number in range(4):
        await _place(shop, f"t{number}", 4 + number / 10_000)
    await shop.store(*(reading(n, observation(n, 0, 20.0 + n / 10)) for n in (1, 2, 3)))
    judging.seconds += NEWEST_SECONDS + 1
    await shop.store(reading(4, observation(4, 1, 24.0)))

    assert (await shop.published())[-1].quality == ("neighbours.differ",)


@pytest.mark.parametrize("name", ["_PASTS", "_NEWEST"])
async def test_statement_finds_its_rows_by_key(judging: Judging, name: str) -> None:
    connection = judging.shop.connection
    await _fill(connection)
    values: dict[str, tuple[Any, ...]] = {
        "_PASTS": (list(range(1, 60)), [NARROW.flat_seconds] * 59, [ERROR], STEEP),
        "_NEWEST": (list(range(1, 60)), [ERROR]),
    }
    plan = await connection.fetch(f"explain (costs off) {getattr(module, name)}", *values[name])

    lines = [row[0] for row in plan]
    table = "_hyper" if any("_hyper" in line for line in lines) else "observation"
    assert not [line for line in lines if f"Seq Scan on {table}" in line], "\n".join(lines)
    assert not [line for line in lines if "Seq Scan on latest" in line], "\n".join(lines)


async def _fill(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.execute(
        """
        insert into observation (datastream_id, reading_partition, phenomenon_start, result_time,
            published_at, received_time, sequence, reading_offset, result_number)
        select series, 0, $1::timestamptz + minute * interval '1 minute', $1, $1, $1,
            series * 1000 + minute, 0, 1
        from generate_series(1, 3000) as series, generate_series(1, 20) as minute
        """,
        NOON,
    )
    await connection.execute(
        """
        insert into latest
        select datastream_id, phenomenon_start, null, result_time, published_at, sequence,
            result_number, null, null, $1, $1, $1, $1, 1
        from observation where phenomenon_start = $1::timestamptz + interval '20 minutes'
        """,
        NOON,
    )
    await connection.execute("analyze observation, latest")


async def test_long_row_of_equal_values_is_counted_within_its_time_alone(
    judging: Judging,
) -> None:
    short = replace(NARROW, flat_seconds=600)
    shop = judging.shop
    await shop.store(reading(0, *(observation(1, minute, 7.0) for minute in range(60))))

    found = await judging.history.pasts({1: replace(STRICT, past=short)})

    assert found[1].times == 11


async def test_hours_are_means_of_what_is_summed_up_without_wrong_values(judging: Judging) -> None:
    hour = NOON.replace(hour=6)
    sums = [
        (1, "hour", hour, 4, 10.0),
        (1, "hour", hour + timedelta(hours=1), 0, None),
        (1, "hour", hour + timedelta(hours=2), 2, 7.0),
        (1, "quarter", hour, 1, 99.0),
        (2, "hour", hour + timedelta(hours=1), 1, 3.0),
        (3, "hour", hour, 1, 99.0),
    ]
    await judging.shop.connection.executemany(
        "insert into aggregate (datastream_id, period, bucket_start, bucket_end, count, sum, "
        "flagged_count) values ($1, $2, $3, $3, $4, $5, 0)",
        sums,
    )

    found = await judging.history.hours([1, 2], hour, hour + timedelta(hours=2))

    assert found == {1: {hour: 2.5}, 2: {hour + timedelta(hours=1): 3.0}}


async def test_sensor_that_was_apart_from_its_neighbours_all_day_is_doubted(
    judging: Judging,
) -> None:
    await judging.shop.connection.execute(THINGS)
    for place, name in enumerate(("away", "near-1", "near-2")):
        await _place(judging.shop, name, 4.0 + place / 1000)
    rows = [
        (series, NOON - timedelta(hours=back), 25.0 if series == 1 else 20.0)
        for series in (1, 2, 3)
        for back in range(1, 7)
    ]
    await judging.shop.connection.executemany(
        "insert into aggregate (datastream_id, period, bucket_start, bucket_end, count, sum, "
        "flagged_count) values ($1, 'hour', $2, $2, 1, $3, 0)",
        rows,
    )
    daily = Comparer(EveryWatch(DAILY), judging.history, barring=[ERROR])
    given = [(1, observation(1, 0, 25.0)), (2, observation(2, 0, 20.0))]

    await daily.compare([(reading(0), given)])

    assert [one.quality for _, one in given] == [("drift.apart",), ()]
