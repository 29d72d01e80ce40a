"""Quarters, hours and days are exact, whatever came late or was corrected."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from schemas.settings import DatabaseConnection
from stream_processors.aggregates import aggregate as module
from stream_processors.aggregates.aggregate import TEMPORARY_TABLES, aggregate
from stream_processors.aggregates.aggregator import Aggregator
from stream_processors.monitor import Monitor
from stream_processors.settings import AggregateSettings
from tests.stream_processors.scene import NOON, Scene, metric, observation, reading


async def _sum_up(shop: Scene) -> Monitor:
    dsn = shop.sink._settings.database
    monitor = Monitor()
    aggregator = Aggregator(AggregateSettings(database=dsn), monitor, barring_flags=["range.high"])
    await aggregator.turn()
    await aggregator._session.close()
    return monitor


async def _aggregates(shop: Scene, period: str, series: int = 1) -> list[dict[str, Any]]:
    rows = await shop.connection.fetch(
        "select * from aggregate where datastream_id = $1 and period = $2 order by bucket_start",
        series,
        period,
    )
    return [dict(row) for row in rows]


async def test_quarter_hour_and_day_are_summed_up(shop: Scene) -> None:
    await shop.store(
        reading(0, observation(1, 0, 1), observation(1, 5, 4), observation(1, 20, 2)),
        reading(1, observation(1, 70, 8)),
    )
    await _sum_up(shop)

    quarters = await _aggregates(shop, "quarter")
    hours = await _aggregates(shop, "hour")
    [day] = await _aggregates(shop, "day")
    assert [(row["count"], row["sum"]) for row in quarters] == [(2, 5.0), (1, 2.0), (1, 8.0)]
    assert [(row["count"], row["sum"]) for row in hours] == [(3, 7.0), (1, 8.0)]
    assert (day["count"], day["sum"], day["sum_of_squares"]) == (4, 15.0, 85.0)
    assert (day["minimum"], day["maximum"], day["first"], day["last"]) == (1, 8, 1, 8)
    assert quarters[0]["bucket_end"] - quarters[0]["bucket_start"] == timedelta(minutes=15)


async def test_late_observation_reopens_its_buckets(shop: Scene) -> None:
    await shop.store(reading(0, observation(1, 5, 4)))
    await _sum_up(shop)
    await shop.store(reading(1, observation(1, 0, 1)))
    await _sum_up(shop)

    [day] = await _aggregates(shop, "day")
    assert (day["count"], day["sum"], day["first"]) == (2, 5.0, 1.0)


async def test_correction_and_withdrawal_change_what_was_summed_up(shop: Scene) -> None:
    await shop.store(reading(0, observation(1, 0, 1), observation(1, 20, 2)))
    await _sum_up(shop)
    await shop.store(reading(1, observation(1, 0, 9, result_minute=1)))
    await shop.store(reading(0, observation(1, 0, 1), replayed=True))
    await _sum_up(shop)

    assert [row["sum"] for row in await _aggregates(shop, "quarter")] == [9.0]
    assert [row["sum"] for row in await _aggregates(shop, "day")] == [9.0]


async def test_bucket_that_became_empty_goes_away(shop: Scene) -> None:
    await shop.store(reading(0, observation(1, 0, 1)))
    await _sum_up(shop)
    await shop.store(reading(0, replayed=True))
    await _sum_up(shop)

    assert await shop.rows("aggregate") == []


async def test_value_with_an_error_flag_is_only_counted(shop: Scene) -> None:
    await shop.store(
        reading(0, observation(1, 0, 1), observation(1, 1, 1e9, quality=("range.high",))),
        reading(1, observation(1, 2, 3, quality=("time.received",))),
        reading(2, observation(2, 0, 1e300)),
    )
    await _sum_up(shop)

    [quarter] = await _aggregates(shop, "quarter")
    [other] = await _aggregates(shop, "day", 2)
    assert (quarter["count"], quarter["flagged_count"], quarter["sum"]) == (2, 1, 4.0)
    assert (other["count"], other["flagged_count"], other["sum"]) == (0, 1, None)


async def test_text_is_not_summed_up(shop: Scene) -> None:
    await shop.store(reading(0, observation(1, 0, "text")))
    await _sum_up(shop)

    assert await shop.rows("aggregate") == []


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime(2026, 3, 29, 12, tzinfo=UTC), 23), (datetime(2026, 10, 25, 12, tzinfo=UTC), 25)],
)
async def test_day_is_the_citys_own(shop: Scene, day: datetime, hours: int) -> None:
    await _register(shop, "Europe/Brussels")
    midnight = day.replace(hour=0) - timedelta(hours=1 if hours == 23 else 2)
    await shop.store(
        reading(0, *(observation(1, start=midnight + timedelta(hours=n)) for n in range(-1, 26)))
    )
    await _sum_up(shop)

    found = {row["bucket_start"]: row for row in await _aggregates(shop, "day")}
    assert found[midnight]["count"] == hours
    assert found[midnight]["bucket_end"] - midnight == timedelta(hours=hours)


async def test_day_of_a_zone_with_half_hours_is_exact(shop: Scene) -> None:
    await _register(shop, "Asia/Kolkata")
    midnight = datetime(2026, 6, 1, 18, 30, tzinfo=UTC)
    times = [midnight - timedelta(minutes=1), midnight, midnight + timedelta(minutes=29)]
    await shop.store(reading(0, *(observation(1, start=time) for time in times)))
    await _sum_up(shop)

    assert [row["count"] for row in await _aggregates(shop, "day")] == [1, 2]


async def test_note_that_comes_while_its_bucket_is_summed_up_is_not_lost(
    shop: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store goes on, without waiting, in the middle of the aggregator's transaction."""
    await shop.store(reading(0, observation(1, 0, 1)))
    aggregator = await asyncpg.connect(shop.sink._settings.database.dsn.get_secret_value())
    await aggregator.execute(TEMPORARY_TABLES)
    async with aggregator.transaction():
        await aggregate(aggregator, shard=1, barring_flags=[], most=10)
        async with asyncio.timeout(90):
            await shop.store(reading(1, observation(1, 1, 2)))
    await aggregator.close()
    await _sum_up(shop)

    [day] = await _aggregates(shop, "day")
    assert (day["count"], day["sum"]) == (2, 3.0)
    assert await shop.rows("aggregate_task") == []


async def test_shard_is_worked_on_by_one_process_at_a_time(
    shop: Scene, database: DatabaseConnection
) -> None:
    await shop.store(reading(0, observation(1, 0, 1)))
    first = await asyncpg.connect(database.dsn.get_secret_value())
    await first.execute(TEMPORARY_TABLES)
    async with first.transaction():
        await first.fetchval(module._TAKE_SHARD, 1)
        await _sum_up(shop)

        assert await shop.rows("aggregate") == []
    await first.close()
    await _sum_up(shop)

    assert len(await _aggregates(shop, "day")) == 1


async def test_backlog_is_told(shop: Scene) -> None:
    await shop.store(reading(0, observation(1, 0), observation(2, 0)))
    monitor = await _sum_up(shop)

    assert metric(monitor, "stadspuls_aggregate_backlog_buckets") == 2


async def _register(shop: Scene, zone: str) -> None:
    """Register datastream 1 of a city in a time zone."""
    await shop.connection.execute(
        f"""
        insert into city values ('stad-a', 'A', '{zone}');
        insert into dataset (city, theme, title, description, licence, access)
            values ('stad-a', 'x', '', '', '', 'open');
        insert into thing (city, profile, name, title, description)
            values ('stad-a', 'v/m', 't', '', '');
        insert into sensor (profile, version, name, description, encoding_type, metadata)
            values ('v/m', 1, '', '', '', '');
        insert into observed_property (code, theme, name, definition, description)
            values ('p', 'x', '', '', '');
        insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name, unit,
                interval_seconds, title, description, observation_type, unit_of_measurement, open)
            values (1, 1, 1, 1, '1', '', 0, '', '', '', '{{}}', true);
        """
    )
    assert NOON.tzinfo is UTC


async def _noted(shop: Scene) -> list[tuple[str, datetime]]:
    """Return the hours and days that are noted as changed, and take the notes away."""
    rows = await shop.connection.fetch(
        "with noted as (select * from summary where changed_at is not null),"
        " taken as (update summary set changed_at = null)"
        " select period, bucket_start from noted order by period desc, bucket_start"
    )
    return [(row["period"], row["bucket_start"]) for row in rows]


async def test_hours_and_days_are_noted_when_their_sums_change_and_only_then(shop: Scene) -> None:
    """For their event streams: what is summed up again to the same is no new version."""
    await shop.store(reading(0, observation(1, 0, 1), observation(1, 70, 8)))
    await _sum_up(shop)
    first = await _noted(shop)
    day = [bucket for period, bucket in first if period == "day"]
    assert [bucket for period, bucket in first if period == "hour"] == [
        NOON,
        NOON + timedelta(hours=1),
    ]
    assert len(day) == 1
    assert NOON - timedelta(days=1) < day[0] <= NOON

    await shop.connection.execute(
        "insert into aggregate_task (datastream_id, bucket_start) values (1, $1)", NOON
    )
    await _sum_up(shop)
    assert await _noted(shop) == []

    await shop.store(reading(2, observation(1, 70, 9, result_minute=71)))
    await _sum_up(shop)
    assert await _noted(shop) == [("hour", NOON + timedelta(hours=1)), ("day", day[0])]

    await shop.store(reading(0, observation(1, 0, 1), replayed=True))
    await shop.store(reading(2, replayed=True))
    await _sum_up(shop)
    assert ("hour", NOON + timedelta(hours=1)) in await _noted(shop)
