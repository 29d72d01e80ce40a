"""Completeness, timeliness and soundness, from what is stored, whatever comes late."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.wire import Observation
from stream_processors.aggregates.aggregator import Aggregator
from stream_processors.monitor import Monitor
from stream_processors.quality_figures.bookkeeper import Bookkeeper
from stream_processors.quality_figures.figures import Severities, summarise
from stream_processors.settings import AggregateSettings
from tests.stream_processors.comparison.test_stored_history import THINGS
from tests.stream_processors.scene import NOON, Scene, metric, observation, reading

SEVERITIES = Severities(error=["range.high"], warning=["rate.steep", "flat.line"])
HOUR = timedelta(hours=1)


async def count(shop: Scene, *, now: datetime = NOON + timedelta(hours=4)) -> Monitor:
    """Sum up and count what was stored, and summarise the day before `now`."""
    chosen = AggregateSettings(database=shop.sink._settings.database)
    monitor = Monitor()
    aggregator = Aggregator(chosen, monitor, barring_flags=SEVERITIES.error)
    bookkeeper = Bookkeeper(chosen, monitor, severities=SEVERITIES)
    await aggregator.turn()
    await bookkeeper.turn()
    touched = [row["datastream_id"] for row in await shop.rows("latest", "1")]
    await summarise(shop.connection, touched=touched, now=now)
    await aggregator._session.close()
    await bookkeeper._session.close()
    return monitor


async def turn(shop: Scene, monitor: Monitor) -> None:
    """Let the bookkeeper go round once more."""
    chosen = AggregateSettings(database=shop.sink._settings.database)
    bookkeeper = Bookkeeper(chosen, monitor, severities=SEVERITIES)
    await bookkeeper.turn()
    await bookkeeper._session.close()


async def store(shop: Scene, *observations: Observation, late: float = 0) -> None:
    """Store observations, each received `late` seconds after its phenomenon's end."""
    for one in observations:
        end = one.phenomenon_end or one.phenomenon_start
        received = end + timedelta(seconds=late)
        await shop.store(reading(shop.next_offset, one, received=received))


async def day(shop: Scene, series: int = 1) -> dict[str, Any]:
    rows = {row["datastream_id"]: dict(row) for row in await shop.rows("datastream_quality", "1")}
    return rows[series]


async def test_hour_counts_observations_and_flags_by_the_worst_of_each(shop: Scene) -> None:
    flags: Sequence[tuple[str, ...]] = (
        (), (), ("time.received",), ("rate.steep",), ("rate.steep", "range.high"),
    )  # fmt: skip
    await store(shop, *(observation(1, n, 1.0, quality=f) for n, f in enumerate(flags)))
    await store(shop, observation(1, 70, "text"))
    await count(shop)

    first, second = await shop.rows("quality_hour")
    assert (first["hour_start"], second["hour_start"]) == (NOON, NOON + HOUR)
    assert first["observation_count"] == 5
    assert first["unflagged_count"] == 2
    assert (first["warning_count"], first["error_count"]) == (1, 1)
    assert first["flags"] == '{"range.high": 1, "rate.steep": 2, "time.received": 1}'
    assert (second["observation_count"], second["flags"]) == (1, None)


async def test_late_value_and_withdrawn_value_are_in_the_count(shop: Scene) -> None:
    await store(shop, observation(1, 5), observation(1, 65))
    await count(shop)
    await store(shop, observation(1, 10))
    taken_back = reading(
        1, replayed=True, empty="nothing-valid", received=NOON + timedelta(minutes=65)
    )
    await shop.store(taken_back)
    await count(shop)

    [hour] = await shop.rows("quality_hour")
    assert (hour["hour_start"], hour["observation_count"]) == (NOON, 2)


async def test_day_tells_what_was_expected_by_the_cadence_that_is_learned(shop: Scene) -> None:
    minutes = [5 * n for n in range(36) if n not in (7, 8, 20)]
    await store(shop, *(observation(1, minute) for minute in minutes))
    await count(shop, now=NOON + timedelta(hours=3, minutes=20))

    found = await day(shop)
    assert (found["every_seconds"], found["every_from"]) == (300, "learned")
    assert (found["observation_count"], found["expected_count"]) == (33, 36)
    assert found["window_end"] - found["window_start"] == timedelta(days=1)


async def test_hour_is_looked_at_when_its_last_values_had_time_to_come(shop: Scene) -> None:
    await store(shop, *(observation(1, 5 * n) for n in range(24)))
    await count(shop, now=NOON + timedelta(hours=2, minutes=14))
    early = await day(shop)
    await count(shop, now=NOON + timedelta(hours=2, minutes=16))

    assert (early["observation_count"], early["expected_count"]) == (12, 12)
    assert (await day(shop))["expected_count"] == 24


async def test_silence_goes_on_being_counted(shop: Scene) -> None:
    await store(shop, *(observation(1, 5 * n) for n in range(12)))
    await count(shop)
    await summarise(shop.connection, touched=[], now=NOON + timedelta(hours=6, minutes=20))

    found = await day(shop)
    assert (found["observation_count"], found["expected_count"]) == (12, 72)
    assert found["every_from"] == "learned"


async def test_nothing_is_expected_of_what_comes_by_chance(shop: Scene) -> None:
    minutes = [0, 1, 2, 30, 31, 33, 70, 71, 90, 120, 121, 122, 170, 171]
    await store(shop, *(observation(1, minute) for minute in minutes))
    await store(shop, *(observation(2, minute) for minute in range(5)))
    await count(shop)

    for series in (1, 2):
        found = await day(shop, series)
        assert (found["every_seconds"], found["every_from"]) == (None, None)
        assert found["expected_count"] is None


@pytest.mark.parametrize(
    ("interval", "properties", "expected"),
    [(900, "{}", (900, "interval", 12)), (900, '{"everySeconds": 1800}', (1800, "declared", 6))],
)
async def test_declared_cadence_goes_before_the_interval(
    shop: Scene, interval: int, properties: str, expected: tuple[int, str, int]
) -> None:
    await register(shop, interval=interval, properties=properties)
    await store(shop, *(observation(1, n, 1.0) for n in range(0, 60, 15)))
    await count(shop, now=NOON + timedelta(hours=3, minutes=20))

    found = await day(shop)
    assert (found["every_seconds"], found["every_from"], found["expected_count"]) == expected


async def test_delays_are_from_the_end_of_the_phenomenon_to_the_gateway_and_from_there_on(
    shop: Scene,
) -> None:
    intervals = [
        observation(1, 15 * n, end=NOON + timedelta(minutes=15 * n + 15)) for n in range(8)
    ]
    await store(shop, *intervals[:6], late=20)
    await store(shop, *intervals[6:], late=600)
    await count(shop)

    found = await day(shop)
    since_noon = (datetime.now(UTC) - NOON).total_seconds()
    assert found["arrival_p50_seconds"] == pytest.approx(20, rel=0.05)
    assert found["arrival_p95_seconds"] == pytest.approx(600, rel=0.05)
    assert found["publication_p50_seconds"] == pytest.approx(since_noon, rel=0.06)


async def test_dataset_tells_of_its_open_datastreams(shop: Scene) -> None:
    await register(shop, interval=900, properties="{}")
    await register(shop, interval=300, properties="{}", is_open=False)
    await store(shop, *(observation(1, 15 * n) for n in range(7)), late=20)
    await store(shop, *(observation(2, 5 * n) for n in range(3)), late=9000)
    await count(shop, now=NOON + timedelta(hours=2, minutes=20))

    [dataset] = await shop.rows("dataset_quality", "1")
    assert (dataset["datastream_count"], dataset["observation_count"]) == (1, 7)
    assert (dataset["completed_count"], dataset["expected_count"]) == (7, 8)
    assert dataset["arrival_p95_seconds"] == pytest.approx(20, rel=0.05)


async def test_dataset_without_open_datastreams_tells_of_all(shop: Scene) -> None:
    await register(shop, interval=900, properties="{}", is_open=False)
    await store(shop, observation(1, 0, quality=("rate.steep",)))
    await count(shop)

    [dataset] = await shop.rows("dataset_quality", "1")
    assert (dataset["datastream_count"], dataset["warning_count"]) == (1, 1)
    assert dataset["flags"] == '{"rate.steep": 1}'


async def test_too_many_of_one_do_not_make_good_what_another_lacks(shop: Scene) -> None:
    await register(shop, interval=900, properties="{}")
    await register(shop, interval=900, properties="{}", name="other")
    await store(shop, *(observation(1, n) for n in range(60)))
    await store(shop, observation(2, 0))
    await count(shop, now=NOON + timedelta(hours=1, minutes=20))

    [dataset] = await shop.rows("dataset_quality", "1")
    assert (dataset["completed_count"], dataset["expected_count"]) == (4 + 1, 8)


async def test_hour_is_the_citys_own(shop: Scene) -> None:
    await register(shop, interval=0, properties="{}", zone="Asia/Kolkata")
    await store(shop, observation(1, 20), observation(1, 40))
    await count(shop)

    starts = [row["hour_start"] for row in await shop.rows("quality_hour")]
    assert starts == [NOON - timedelta(minutes=30), NOON + timedelta(minutes=30)]


async def test_states_of_datastreams_are_shown(shop: Scene) -> None:
    """The one that spoke long ago is silent; of the one that never did nobody knows."""
    await register(shop, interval=900, properties="{}")
    await register(shop, interval=300, properties="{}")
    await store(shop, *(observation(1, 15 * n) for n in range(7)))
    monitor = await count(shop)
    await turn(shop, monitor)
    shown = {
        state: metric(
            monitor, "stadspuls_quality_datastreams", city="stad-a", theme="x", state=state
        )
        for state in ("on-time", "late", "silent", "unknown")
    }

    assert shown == {"on-time": 0, "late": 0, "silent": 1, "unknown": 1}


async def test_backlog_is_told(shop: Scene) -> None:
    await store(shop, observation(1, 0), observation(1, 1), observation(2, 0))
    monitor = await count(shop)

    assert metric(monitor, "stadspuls_quality_backlog_hours") == 2
    assert await shop.rows("quality_task") == []


async def test_quantiles_of_sketches_are_within_a_twentieth(shop: Scene) -> None:
    cases: list[tuple[list[float], float]] = []
    delay = st.floats(0.0011, 1e9)

    @settings(max_examples=60, deadline=None, database=None,
              suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
    @given(st.lists(delay, min_size=1, max_size=40), st.sampled_from([0.05, 0.5, 0.95, 1.0]))
    def collect(delays: list[float], share: float) -> None:
        cases.append((delays, share))

    collect()
    for delays, share in cases:
        found = await shop.connection.fetchrow(_QUANTILES, delays, share)
        assert found is not None
        assert found["sketched"] == pytest.approx(found["exact"], rel=0.0501), (delays, share)


_QUANTILES = """
select
    percentile_disc($2) within group (order by delay) as exact,
    (
        select delay_quantile(array_agg(bucket order by bucket), array_agg(n order by bucket), $2)
        from (
            select delay_bucket(one) as bucket, count(*) as n
            from unnest($1::double precision[]) as one group by 1
        ) as sketch
    ) as sketched
from unnest($1::double precision[]) as delay
"""


async def register(
    shop: Scene,
    *,
    interval: int,
    properties: str,
    is_open: bool = True,
    zone: str = "Europe/Brussels",
    name: str = "",
) -> None:
    """Register the next datastream of the one city, dataset, thing and property."""
    if not await shop.rows("city", "1"):
        await shop.connection.execute(THINGS)
        await shop.connection.execute("update city set time_zone = $1", zone)
        await shop.connection.execute(
            "insert into thing (city, profile, name, title, description)"
            " values ('stad-a', 'v/m', 't', '', '')"
        )
    await shop.connection.execute(
        """
        insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name, unit,
            interval_seconds, title, description, observation_type, unit_of_measurement, open,
            properties)
        values (1, 1, 1, 1, $4, '', $1, '', '', '', '{}', $3, $2)
        """,
        interval,
        properties,
        is_open,
        name,
    )
