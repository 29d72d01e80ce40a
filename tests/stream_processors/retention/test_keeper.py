"""What has been kept long enough goes, by its rule alone, and what went is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.publication import unpack
from schemas.wire import Observation
from tests.stream_processors.retention.keeping import (
    declare,
    keep,
    latest_is_exact,
    removals,
    starts,
    sum_up,
)
from tests.stream_processors.scene import NOON, Scene, observation, reading

DAY = timedelta(days=1)
LATER = NOON + 30 * DAY


def on_day(day: float, series: int = 1, result: float = 1.0, minute: float = 0.0) -> Observation:
    """Return an observation of some days after noon."""
    start = NOON + day * DAY + timedelta(minutes=minute)
    return observation(series, start=start, result=result, result_minute=day * 1440)


async def test_observations_go_with_their_versions_and_aggregates_stay(shop: Scene) -> None:
    await shop.store(*(reading(day, on_day(day)) for day in range(30)))
    await shop.store(reading(30, on_day(2, result=5, minute=0)))
    await sum_up(shop)
    sums = await shop.rows("aggregate")
    await declare(shop, "traffic", observations="P10D", aggregates="P1000D")

    removed = await keep(shop, LATER)

    assert removed == 21
    assert await starts(shop, 1) == [NOON + day * DAY for day in range(20, 30)]
    assert await shop.rows("observation_version") == []
    assert await shop.rows("aggregate") == sums
    assert await latest_is_exact(shop)
    assert await removals(shop, "observation_version") == [
        ("traffic", "P10D", "rows", NOON + 2 * DAY, NOON + 2 * DAY, 1)
    ]
    logged = await removals(shop, "observation")
    assert sum(row[-1] for row in logged) == 20
    assert min(row[3] for row in logged) == NOON
    assert max(row[4] for row in logged) == NOON + 19 * DAY
    assert await keep(shop, LATER) == 0


async def test_dataset_without_a_rule_keeps_what_lies_beside_one_that_has_one(
    shop: Scene,
) -> None:
    await shop.store(*(reading(day, on_day(day), on_day(day, series=3)) for day in range(10)))
    await sum_up(shop)
    await declare(shop, "traffic", observations="P10D")

    await keep(shop, LATER)

    assert await starts(shop, 1) == []
    assert len(await starts(shop, 3)) == 10
    assert {row[2] for row in await removals(shop, "observation")} == {"rows"}
    assert [row["datastream_id"] for row in await shop.rows("latest")] == [3]
    assert await latest_is_exact(shop)


async def test_whole_chunks_go_where_all_agree(shop: Scene) -> None:
    await shop.store(*(reading(day, on_day(day), on_day(day, series=3)) for day in range(25)))
    await sum_up(shop)
    await shop.connection.execute("update publication set published_to = $1", NOON - 99 * DAY)
    await shop.connection.execute("delete from publication")
    for theme in ("traffic", "noise"):
        await declare(shop, theme, observations="P10D")
    chunks = await _chunks(shop)

    await keep(shop, LATER)

    ways = {row[2] for row in await removals(shop, "observation")}
    assert ways == ({"rows", "partition"} if chunks else {"rows"})
    assert await starts(shop, 1) == [NOON + day * DAY for day in range(20, 25)]
    assert await starts(shop, 3) == await starts(shop, 1)
    assert sum(row[-1] for row in await removals(shop, "observation")) == 40
    assert await latest_is_exact(shop)
    assert chunks == 0 or await _chunks(shop) < chunks


@pytest.mark.parametrize("published", [True, False], ids=["rows", "whole chunks"])
async def test_last_value_that_goes_is_taken_back_from_the_broker_and_a_newer_one_is_not(
    shop: Scene, *, published: bool
) -> None:
    await shop.store(reading(0, on_day(0), on_day(0, series=3)), reading(1, on_day(25, series=3)))
    await sum_up(shop)
    await shop.connection.execute(
        "insert into mqtt_retained select n, 'live/a/t/' || n from generate_series(1, 3) as n"
    )
    if not published:
        await shop.connection.execute("delete from publication")
    for theme in ("traffic", "noise"):
        await declare(shop, theme, observations="P10D")

    await keep(shop, LATER)

    noted = await shop.rows("mqtt_retained")
    assert {row["datastream_id"]: row["removed_start"] for row in noted} == {
        1: NOON,
        2: None,
        3: None,
    }


async def test_chunk_that_somebody_reads_goes_another_time(shop: Scene) -> None:
    await shop.store(reading(0, on_day(0)), reading(1, on_day(25)))
    await sum_up(shop)
    await shop.connection.execute("delete from publication")
    await declare(shop, "traffic", observations="P10D")
    async with shop.connection.transaction():
        await shop.connection.fetch("select * from observation")
        await keep(shop, LATER)

    assert await starts(shop, 1) == [NOON + 25 * DAY]
    assert {row[2] for row in await removals(shop, "observation")} == {"rows"}
    chunks = await _chunks(shop)
    await keep(shop, LATER + timedelta(minutes=1))
    assert chunks == 0 or await _chunks(shop) == chunks - 1


async def test_nothing_goes_before_it_is_summed_up(shop: Scene) -> None:
    await shop.store(reading(0, on_day(0)), reading(1, on_day(25)))
    await declare(shop, "traffic", observations="P10D")

    assert await keep(shop, LATER) == 0
    await sum_up(shop)
    assert await keep(shop, LATER) == 1
    assert len(await shop.rows("aggregate")) == 6


async def test_what_has_gone_does_not_come_back_nor_spoil_its_aggregates(shop: Scene) -> None:
    await shop.store(reading(0, on_day(0), on_day(0, minute=5)), reading(1, on_day(25)))
    await sum_up(shop)
    sums = await shop.rows("aggregate")
    await declare(shop, "traffic", observations="P10D", aggregates="P1000D")
    await keep(shop, LATER)
    published = await shop.published()
    # A longer time is declared later: what is gone stays gone.
    await declare(shop, "traffic", observations="P9999D")
    await shop.take_over(0)

    await shop.store(reading(2, on_day(0), on_day(26)), reading(0, on_day(0), replayed=True))
    await sum_up(shop)

    assert await starts(shop, 1) == [NOON + 25 * DAY, NOON + 26 * DAY]
    assert [one.phenomenon_start for one in (await shop.published())[len(published) :]] == [
        NOON + 26 * DAY
    ]
    kept = [row for row in await shop.rows("aggregate") if row["bucket_start"] < NOON + 20 * DAY]
    assert kept == [row for row in sums if row["bucket_start"] < NOON + 20 * DAY]
    account = await shop.connection.fetchrow(
        "select sum(normalised)::int, sum(observations)::int, sum(withheld)::int from account"
    )
    assert tuple(account or ()) == (3, 4, 2)


async def test_observation_of_a_time_that_is_over_is_withheld_and_counted(shop: Scene) -> None:
    await declare(shop, "traffic", observations="P1D")
    await shop.take_over(0)
    today = datetime.now(UTC)
    new = observation(start=today - timedelta(hours=1))

    await shop.store(reading(0, on_day(-900), new, on_day(-900, series=3)))

    assert await starts(shop, 1) == [new.phenomenon_start]
    assert len(await starts(shop, 3)) == 1
    assert (await shop.rows("account"))[0]["withheld"] == 1


async def test_late_value_at_the_edge_finds_its_whole_quarter(shop: Scene) -> None:
    await shop.store(reading(0, on_day(0, minute=3, result=1), on_day(0, minute=9, result=2)))
    await sum_up(shop)
    await declare(shop, "traffic", observations="P10D")

    # Ten days and the slack end in the middle of the quarter.
    await keep(shop, NOON + 10 * DAY + timedelta(minutes=15 + 7))
    await declare(shop, "traffic")
    await shop.take_over(0)
    await shop.store(reading(1, on_day(0, minute=12, result=4)))
    await sum_up(shop)

    [quarter] = await shop.rows("aggregate where period = 'quarter'")
    assert (quarter["count"], quarter["sum"]) == (3, 7.0)


async def test_publications_that_are_kept_lose_what_goes(shop: Scene) -> None:
    await shop.store(reading(0, on_day(0), on_day(25), on_day(0, series=3)))
    await shop.store(reading(1, on_day(0, result=7)))
    await sum_up(shop)
    await declare(shop, "traffic", observations="P10D")
    before = await shop.rows("publication", "first_sequence")

    await keep(shop, LATER, publication_days=9999)

    after = await shop.rows("publication", "first_sequence")
    assert [(row["first_sequence"], row["last_sequence"]) for row in after] == [
        (row["first_sequence"], row["last_sequence"]) for row in before
    ]
    left = [(one.datastream_id, one.phenomenon_start) for one in await shop.published()]
    assert left == [(1, NOON + 25 * DAY), (3, NOON)]
    assert [row["observation_count"] for row in after] == [2, 0]
    assert unpack(after[1]["batch"]) == []


async def test_publications_go_behind_the_horizon_when_the_pages_have_them(shop: Scene) -> None:
    for day in range(3):
        await shop.store(reading(day, on_day(day)))
    await _publish_at(shop, NOON, NOON + DAY, NOON + 9 * DAY)
    await shop.connection.execute(
        "insert into event_stream (dataset_id, kind) values (1, 'observations')"
    )
    await shop.connection.execute("update event_progress set sequence = 1")

    await keep(shop, NOON + 10 * DAY)

    assert [row["first_sequence"] for row in await shop.rows("publication", "1")] == [2, 3]
    assert [row[1:3] for row in await removals(shop, "publication")] == [("P7D", "rows")]
    await shop.connection.execute("update event_progress set sequence = 3")
    await keep(shop, NOON + 10 * DAY + timedelta(minutes=1))
    assert [row["first_sequence"] for row in await shop.rows("publication", "1")] == [3]


async def test_aggregates_go_by_whole_days_of_the_city(shop: Scene) -> None:
    await shop.store(*(reading(day, on_day(day)) for day in range(30)))
    await sum_up(shop)
    await declare(shop, "traffic", observations="P5D", aggregates="P10D")

    await keep(shop, LATER)

    # 21 June begins at 22:00 of the day before, in UTC.
    first = NOON.replace(day=20, hour=22)
    rows = await shop.rows("aggregate", "bucket_start")
    assert {row["period"] for row in rows} == {"quarter", "hour", "day"}
    assert min(row["bucket_start"] for row in rows) == first
    assert await removals(shop, "aggregate")


async def test_dead_letter_stays_as_long_as_the_longest_rule_of_its_datasets(
    shop: Scene,
) -> None:
    for day in range(30):
        for place, profile in enumerate(("v/m", "v/n", "")):
            await _keep_letter(shop, NOON + day * DAY, profile, place)
    await declare(shop, "traffic", deadLetters="P20D")

    await keep(shop, LATER, dead_letters_days=10)

    left = {
        row["profile"]: row["letters"]
        for row in await shop.connection.fetch(
            "select profile, count(*) as letters from dead_letter group by profile"
        )
    }
    assert left == {"v/m": 20, "v/n": 10, "": 10}
    assert sorted(row[1] for row in await removals(shop, "dead_letter")) == ["P10D", "P20D"]


async def test_only_one_keeper_works_at_a_time(shop: Scene) -> None:
    await shop.store(reading(0, on_day(0)))
    await sum_up(shop)
    await declare(shop, "traffic", observations="P10D")
    await shop.connection.fetch("select pg_advisory_lock($1)", 0x7265_7465_6E74_696F)

    assert await keep(shop, LATER) == 0
    await shop.connection.fetch("select pg_advisory_unlock_all()")
    assert await keep(shop, LATER) == 1


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3]), st.integers(0, 29), st.integers(-3, 40)),
        min_size=1,
        max_size=40,
        unique_by=lambda one: one[:2],
    ),
    st.integers(1, 29),
    st.integers(1, 7),
)
async def test_extents_are_exact_whatever_goes(
    shop: Scene, found: list[tuple[int, int, int]], days: int, batch_rows: int
) -> None:
    await shop.connection.execute("truncate observation, observation_version, latest")
    await shop.connection.execute("update dataset set kept_from = '-infinity', properties = '{}'")
    await shop.take_over(0)
    await shop.store(
        *(
            reading(
                shop.next_offset + place,
                observation(
                    series, start=NOON + day * DAY, result_minute=(day + max(late, 0)) * 1440
                ),
            )
            for place, (series, day, late) in enumerate(found)
        )
    )
    await sum_up(shop)
    await declare(shop, "traffic", observations=f"P{days}D")

    await keep(shop, LATER, batch_rows=batch_rows)

    assert await latest_is_exact(shop)
    left = await starts(shop, 1) + await starts(shop, 2)
    assert all(start >= LATER - days * DAY - timedelta(minutes=30) for start in left)


async def _chunks(shop: Scene) -> int:
    if not await shop.connection.fetchval(
        "select to_regclass('timescaledb_information.chunks') is not null"
    ):
        return 0
    found: int = await shop.connection.fetchval(
        "select count(*) from timescaledb_information.chunks"
    )
    return found


async def _publish_at(shop: Scene, *times: datetime) -> None:
    rows = await shop.rows("publication", "first_sequence")
    for row, time in zip(rows, times, strict=True):
        await shop.connection.execute(
            "update publication set published_from = $2, published_to = $2 "
            "where first_sequence = $1",
            row["first_sequence"],
            time,
        )


async def _keep_letter(shop: Scene, received: datetime, profile: str, place: int) -> None:
    await shop.connection.execute(
        "insert into dead_letter (city, source, received_time, station, channel, profile, "
        "profile_version, reasons, rejections, payload, payload_bytes, payload_sha256, "
        "reading_partition, reading_offset) values ('stad-a', 's', $1, 'normalise', 'mqtt', $2, "
        "1, '{a}', '[]', '', 0, $3, 0, 0)",
        received,
        profile,
        str(place),
    )
