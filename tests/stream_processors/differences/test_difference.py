"""What registers counted in each interval: exact, once, whatever came late or was corrected."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from schemas.publication import LANE
from schemas.settings import DatabaseConnection
from stream_processors.differences import difference as module
from stream_processors.differences.difference import TEMPORARY_TABLES, difference
from stream_processors.differences.subtractor import Subtractor
from stream_processors.monitor import Monitor
from stream_processors.settings import AggregateSettings
from stream_processors.store import lane
from tests.stream_processors.differences.registers import declare
from tests.stream_processors.scene import (
    NOON,
    Scene,
    in_order,
    metric,
    observation,
    reading,
    scene,
)

BARRING = ["range.high"]


@pytest_asyncio.fixture
async def meter(database: DatabaseConnection) -> AsyncIterator[Scene]:
    """Yield a store whose datastream 1 is a register; 101 has its differences, of quarters."""
    async with scene(database, 0, registers=(1,)) as made:
        await declare(made.connection, 1)
        yield made


async def make(shop: Scene) -> Monitor:
    """Make the differences of all that is noted."""
    monitor = Monitor()
    settings = AggregateSettings(database=shop.sink._settings.database)
    subtractor = Subtractor(settings, monitor, barring_flags=BARRING)
    await subtractor.turn()
    await subtractor._session.close()
    return monitor


async def made(shop: Scene, series: int = 101) -> list[tuple[float, float]]:
    """Return the differences: minutes after noon, and result."""
    rows = await shop.connection.fetch(
        "select * from observation where datastream_id = $1 order by phenomenon_start", series
    )
    for row in rows:
        assert row["phenomenon_end"] - row["phenomenon_start"] == timedelta(minutes=15)
        assert row["result_time"] == row["phenomenon_end"]
    return [
        ((row["phenomenon_start"] - NOON).total_seconds() / 60, row["result_number"])
        for row in rows
    ]


async def test_quarter_is_made_once_something_is_read_at_its_end(meter: Scene) -> None:
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 10, 12)))
    await make(meter)
    assert await made(meter) == []
    await meter.store(reading(1, observation(1, 16, 13)))
    await make(meter)

    assert await made(meter) == [(0, 2)]
    assert await meter.rows("difference_task") == []


async def test_difference_is_an_observation_like_any_other(meter: Scene) -> None:
    """It is published in sequence, the newest of its datastream, and summed up."""
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 15, 12.5)))
    monitor = await make(meter)

    published = await meter.published()
    [latest] = await meter.connection.fetch("select * from latest where datastream_id = 101")
    [task] = await meter.connection.fetch("select * from aggregate_task where datastream_id = 101")
    assert [(one.datastream_id, one.sequence) for one in published] == [(1, 1), (1, 2), (101, 3)]
    assert published[-1].result == 2.5
    assert (latest["result_number"], latest["observation_count"]) == (2.5, 1)
    assert task["bucket_start"] == NOON
    assert metric(monitor, "stadspuls_difference_observations_total", change="new") == 1


async def test_difference_was_received_with_the_reading_that_ended_its_interval(
    meter: Scene,
) -> None:
    await meter.store(reading(0, observation(1, 0, 10)), reading(7, observation(1, 15, 12)))
    await make(meter)

    row = await meter.connection.fetchrow("select * from observation where datastream_id = 101")
    assert row is not None
    assert row["received_time"] == NOON + timedelta(seconds=7)
    assert (row["reading_partition"], row["reading_offset"]) == (-1, -1)


async def test_account_of_the_readings_knows_nothing_of_differences(meter: Scene) -> None:
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 15, 12)))
    await make(meter)

    assert await meter.account() == {"normalised": 1, "observations": 2}


async def test_late_reading_corrects_and_completes(meter: Scene) -> None:
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 14, 12)))
    await meter.store(reading(1, observation(1, 16, 13), observation(1, 45, 20)))
    await make(meter)
    assert await made(meter) == [(0, 2)]
    await meter.store(reading(2, observation(1, 15, 12.5), observation(1, 30, 15)))
    await make(meter)

    assert await made(meter) == [(0, 2.5), (15, 2.5), (30, 5)]
    [before] = await meter.rows("observation_version")
    assert (before["result_number"], before["withdrawn"]) == (2, False)
    assert [one.change for one in await meter.published() if one.datastream_id == 101] == [
        "new", "corrected", "new", "new",
    ]  # fmt: skip


async def test_corrected_reading_corrects_both_its_sides(meter: Scene) -> None:
    await meter.store(
        reading(0, observation(1, 0, 10), observation(1, 15, 12), observation(1, 30, 20))
    )
    await make(meter)
    await meter.store(reading(1, observation(1, 15, 13, result_minute=40)))
    await make(meter)

    assert await made(meter) == [(0, 3), (15, 7)]


async def test_reading_that_is_withdrawn_takes_its_differences_with_it(meter: Scene) -> None:
    await meter.store(reading(0, observation(1, 0, 10)), reading(1, observation(1, 15, 12)))
    await make(meter)
    await meter.store(reading(1, replayed=True))
    await make(meter)

    assert await made(meter) == []
    [before] = await meter.connection.fetch(
        "select * from observation_version where datastream_id = 101"
    )
    assert before["withdrawn"]
    assert (await meter.published())[-1].change == "withdrawn"


async def test_store_that_never_saw_a_register_notes_what_a_replay_takes_back(
    meter: Scene, database: DatabaseConnection
) -> None:
    await meter.store(reading(0, observation(1, 0, 10)), reading(1, observation(1, 15, 12)))
    await make(meter)
    async with scene(database, 0) as other:
        other.next_offset = meter.next_offset
        await other.store(reading(1, replayed=True))
    await make(meter)

    assert await made(meter) == []


async def test_difference_may_return_to_what_it_was(meter: Scene) -> None:
    await meter.store(reading(0, observation(1, 0, 10)), reading(1, observation(1, 15, 12)))
    for number, value in enumerate((13, 12), start=2):
        await make(meter)
        later = observation(1, 15, value, result_minute=100 + number)
        await meter.store(reading(number, later))
    await make(meter)

    assert await made(meter) == [(0, 2)]


async def test_flags_are_made_again_with_the_result(meter: Scene) -> None:
    """Nothing was used, so that only the flag of a distant reading is to be mended."""
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 10, 10)))
    await meter.store(reading(1, observation(1, 20, 10)))
    await make(meter)
    flags = "select result_number, quality from observation where datastream_id = 101"
    assert [tuple(row) for row in await meter.connection.fetch(flags)] == [
        (0, ["register.shifted"])
    ]
    await meter.store(reading(2, observation(1, 15, 10)))
    await make(meter)

    assert [tuple(row) for row in await meter.connection.fetch(flags)] == [(0, None)]


async def test_reading_with_an_error_flag_does_not_count(meter: Scene) -> None:
    wrong = observation(1, 15, 1e9, quality=("range.high",))
    await meter.store(reading(0, observation(1, 0, 10), wrong, observation(1, 20, 14)))
    await make(meter)
    assert await made(meter) == []
    await meter.store(reading(1, observation(1, 14, 11)))
    await make(meter)

    assert await made(meter) == [(0, 1)]


async def test_reading_with_an_error_flag_does_not_hide_the_first_one_after_an_end(
    meter: Scene,
) -> None:
    wrong = observation(1, 16.5, 1e9, quality=("range.high",))
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 14, 12), wrong))
    await make(meter)
    await meter.store(reading(1, observation(1, 17, 12)))
    await make(meter)

    assert await made(meter) == [(0, 2)]


async def test_reading_with_an_error_flag_does_not_hide_the_last_one_before_a_begin(
    meter: Scene,
) -> None:
    wrong = observation(1, 14.5, 1e9, quality=("range.high",))
    stands = [observation(1, minute, value) for minute, value in ((0, 10), (10, 12), (16, 15))]
    await meter.store(reading(0, *stands, wrong, observation(1, 30, 20)))
    await make(meter)
    assert await made(meter) == [(0, 2), (15, 8)]
    await meter.store(reading(1, observation(1, 13, 13)))
    await make(meter)

    assert await made(meter) == [(0, 3), (15, 7)]


async def test_what_is_noted_twice_or_is_no_news_changes_nothing(meter: Scene) -> None:
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 15, 12)))
    await make(meter)
    before = await meter.published()
    await meter.store(reading(1, observation(1, 0, 10), observation(1, 15, 12)))
    await make(meter)

    assert await meter.published() == before
    assert await meter.rows("difference_task") == []


async def test_datastreams_that_are_no_registers_are_not_noted(meter: Scene) -> None:
    await meter.store(reading(0, observation(2, 0, 10), observation(2, 15, 12)))

    assert await meter.rows("difference_task") == []


async def test_reading_that_comes_while_its_register_is_worked_on_is_not_lost(
    meter: Scene,
) -> None:
    """The store goes on, without waiting, until the lane is needed."""
    await meter.store(reading(0, observation(1, 0, 10)))
    other = await _connection(meter)
    async with other.transaction():
        settings = meter.sink._settings
        await difference(other, shard=1, barring_flags=[], most=10, timeouts=settings)
        async with asyncio.timeout(90):
            await meter.store(reading(1, observation(1, 15, 12)))
    await other.close()
    await make(meter)

    assert await made(meter) == [(0, 2)]


async def test_shard_is_worked_on_by_one_process_at_a_time(meter: Scene) -> None:
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 15, 12)))
    other = await _connection(meter)
    async with other.transaction():
        await other.fetchval(module._TAKE_SHARD, 1)
        await make(meter)
        assert await made(meter) == []
    await other.close()
    await make(meter)

    assert await made(meter) == [(0, 2)]


async def test_process_that_ends_before_its_commit_leaves_its_notes(
    meter: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 15, 12)))
    pass_lane = lane.pass_lane

    async def die(
        connection: "asyncpg.Connection[asyncpg.Record]", *args: Any, **more: Any
    ) -> None:
        await pass_lane(connection, *args, **more)
        connection.terminate()
        raise ConnectionError

    other = await _connection(meter)
    monkeypatch.setattr(lane, "pass_lane", die)
    with pytest.raises((ConnectionError, asyncpg.InterfaceError)):
        await difference(other, shard=1, barring_flags=[], most=10, timeouts=meter.sink._settings)
    monkeypatch.undo()
    assert await made(meter) == []
    await make(meter)

    assert await made(meter) == [(0, 2)]
    assert [one.sequence for one in await meter.published()] == [1, 2, 3]


async def test_store_and_processor_share_one_sequence_without_a_gap(meter: Scene) -> None:
    async def store() -> None:
        for minute in range(0, 300, 5):
            await meter.store(reading(minute, observation(1, minute, minute / 5)))

    storing = asyncio.create_task(store())
    while not storing.done():
        await make(meter)
    await storing
    await make(meter)

    published = await meter.published()
    assert [one.sequence for one in published] == list(range(1, len(published) + 1))
    assert in_order([one.published_time for one in published])
    assert await made(meter) == [(start, 3) for start in range(0, 285, 15)]


async def test_lane_that_is_not_to_be_had_leaves_all_for_later(meter: Scene) -> None:
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 15, 12)))
    other = await _connection(meter)
    hurried = AggregateSettings(database=meter.sink._settings.database, lock_timeout_seconds=0.05)
    async with meter.connection.transaction():
        await meter.connection.execute("select pg_advisory_xact_lock($1)", LANE)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await difference(other, shard=1, barring_flags=[], most=10, timeouts=hurried)
    await other.close()
    await make(meter)

    assert await made(meter) == [(0, 2)]


async def test_erasure_that_begins_meanwhile_leaves_all_for_later(
    meter: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 15, 12)))
    stage = lane.stage

    async def meanwhile(*args: Any) -> None:
        await stage(*args)
        await meter.connection.execute("update publication_lane set last_erasure = 7")

    monkeypatch.setattr(lane, "stage", meanwhile)
    await make(meter)
    monkeypatch.undo()
    assert await made(meter) == []
    await make(meter)

    assert await made(meter) == [(0, 2)]


@pytest.mark.parametrize("datastream", [None, 1, 101])
async def test_nothing_is_made_of_what_was_erased(meter: Scene, datastream: int | None) -> None:
    """Not even of the readings around it."""
    await meter.connection.execute(
        "insert into erasure (city, thing, thing_id, datastream_id, from_time, to_time, reason, "
        "asked_by) select 'stad-a', 'v/m/t', thing_id, $1, $2, $3, '', '' from thing",
        *(datastream, NOON + timedelta(minutes=20), NOON + timedelta(minutes=22)),
    )
    await meter.store(reading(0, *(observation(1, n, n) for n in (0, 15, 19, 23, 30, 45))))
    await make(meter)

    assert await made(meter) == [(0, 15), (30, 15)]


async def test_backlog_is_told(meter: Scene) -> None:
    await meter.store(reading(0, observation(1, 0, 10), observation(1, 15, 12)))
    monitor = await make(meter)

    assert metric(monitor, "stadspuls_difference_backlog_minutes") == 2


async def test_more_notes_than_are_taken_at_a_time_are_worked_off_in_a_turn(
    meter: Scene,
) -> None:
    await meter.store(reading(0, *(observation(1, 15 * n, n) for n in range(20))))
    monitor, database = Monitor(), meter.sink._settings.database
    settings = AggregateSettings(database=database, batch_tasks=3)
    subtractor = Subtractor(settings, monitor, barring_flags=BARRING)
    await subtractor.turn()
    await subtractor._session.close()

    assert await made(meter) == [(15 * n, 1) for n in range(19)]


async def test_registers_are_made_side_by_side_across_years(meter: Scene) -> None:
    """Windows far apart, in several chunks of a hypertable."""
    await declare(meter.connection, 17)
    meter.sink._catalogue.registers.add(17)
    years = [NOON.replace(year=year) for year in (2019, 2022, 2026)]
    quarter = timedelta(minutes=15)
    readings: list[tuple[int, datetime, float]] = [
        (series, start + n * quarter, series * n)
        for series in (1, 17)
        for start in years
        for n in range(3)
    ]
    await meter.store(
        reading(
            0, *(observation(series, 0, value, start=time) for series, time, value in readings)
        )
    )
    await make(meter)

    for series in (1, 17):
        results = [result for _, result in await made(meter, 100 + series)]
        assert results == [series] * 6


async def _connection(shop: Scene) -> "asyncpg.Connection[asyncpg.Record]":
    connection = await asyncpg.connect(shop.sink._settings.database.dsn.get_secret_value())
    await connection.execute(TEMPORARY_TABLES)
    return connection
