"""Every reading is accounted for once; what cannot be stored is kept with its reason."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from schemas import wire
from schemas.settings import DatabaseConnection
from schemas.wire import Rejection
from stream_processors.store.slices import MAXIMUM_ROUNDS
from tests.stream_processors.scene import (
    NOON,
    Scene,
    metric,
    observation,
    reading,
    record,
    scene,
)


async def test_reading_that_normalise_repeats_is_accounted_for_once(shop: Scene) -> None:
    await shop.store(reading(0, observation(minute=0)), reading(1, observation(minute=1)))
    await shop.store(reading(0, observation(minute=0)), reading(1, observation(minute=1)))

    assert await shop.account() == {"normalised": 2, "observations": 2}
    assert metric(shop.monitor, "stadspuls_store_readings_repeated_total") == 2


async def test_missing_readings_are_counted(shop: Scene) -> None:
    await shop.store(reading(0, observation(minute=0)), reading(4, observation(minute=4)))

    assert metric(shop.monitor, "stadspuls_store_readings_missing_total") == 3
    assert await shop.account() == {"normalised": 2, "observations": 2}


async def test_first_reading_of_a_partition_leaves_no_gap(shop: Scene) -> None:
    await shop.store(reading(500, observation()))

    assert metric(shop.monitor, "stadspuls_store_readings_missing_total") == 0


async def test_readings_of_a_log_made_anew_are_not_taken_for_repeated(shop: Scene) -> None:
    later = NOON + timedelta(hours=1)
    await shop.store(*(reading(n, observation(minute=n)) for n in range(3)))
    await shop.store(*(reading(n, observation(minute=60 + n), received=later) for n in range(3)))

    assert await shop.account() == {"normalised": 6, "observations": 6}


async def test_replayed_reading_passes_the_mark_and_is_counted_no_second_time(
    shop: Scene,
) -> None:
    await shop.store(reading(0, observation(result=1)), reading(1, observation(minute=1)))
    await shop.store(reading(0, observation(result=2), replayed=True))
    await shop.store(reading(2, observation(minute=2)))

    account = await shop.account()
    assert account == {"normalised": 3, "observations": 3, "corrections": 1}
    assert metric(shop.monitor, "stadspuls_store_readings_missing_total") == 0


async def test_mark_and_place_survive_a_restart(shop: Scene) -> None:
    await shop.store(reading(0, observation(minute=0)))
    await shop.take_over(0)
    await shop.store(reading(0, observation(minute=0)), reading(1, observation(minute=1)))

    rows = await shop.rows("kafka_offset", "topic")
    assert [(row["topic"], row["next_offset"]) for row in rows] == [
        (wire.OBSERVATIONS, 3),
        (wire.READINGS, 2),
    ]
    assert await shop.account() == {"normalised": 2, "observations": 2}


async def test_rejected_and_empty_readings_are_counted_in_their_hour(shop: Scene) -> None:
    broken = (Rejection(reason="payload.malformed", detail="no JSON"),)
    brussels = timezone(timedelta(hours=2))
    received = datetime(2026, 6, 1, 15, 59, tzinfo=brussels)
    await shop.store(
        reading(0, rejections=broken, received=received),
        reading(1, empty="redelivered", received=received),
    )

    [row] = await shop.rows("account")
    assert (row["rejected"], row["empty"]) == (1, 1)
    assert row["hour"] == datetime(2026, 6, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        (observation(1, 5, "nul \0 in it"), "payload.nul"),
        (observation(1, 5, {"a": ["\0"]}), "payload.nul"),
        (observation(1, 5, 10**400), "payload.number"),
        (observation(1, start=datetime(1, 1, 1, tzinfo=UTC)), "time.unreadable"),
        (observation(1, start=datetime(9999, 12, 31, tzinfo=UTC)), "time.unreadable"),
        (observation(1, 5, end=NOON), "time.unreadable"),
        (observation("refused", 5), "things.too-many"),
    ],
)
async def test_observation_that_cannot_be_stored_is_kept_and_the_others_go_on(
    shop: Scene, poison: wire.Observation, reason: str
) -> None:
    await shop.store(
        reading(0, observation(minute=0)),
        reading(1, poison, observation(minute=1)),
        reading(2, poison),
        reading(3, observation(minute=3)),
    )

    letters = await shop.rows("dead_letter", "reading_offset")
    assert [(row["reasons"], row["station"]) for row in letters] == [([reason], "store")] * 2
    assert await shop.results() == [1.0] * 3
    assert await shop.account() == {"normalised": 3, "rejected": 1, "observations": 3}


async def test_dead_letter_of_the_store_can_be_replayed_from_its_payload(shop: Scene) -> None:
    await shop.store(reading(0, observation("refused", 5)))

    [letter] = await shop.rows("dead_letter")
    again = wire.read_normalised(letter["payload"])
    assert (again.offset, again.observations[0].datastream) == (0, "refused")


async def test_dead_letter_of_the_store_is_the_same_one_when_it_comes_back(shop: Scene) -> None:
    await shop.store(reading(0, observation("refused", 5)))
    await shop.connection.execute("update dead_letter set replayed_at = now()")
    [before] = await shop.rows("dead_letter")

    await shop.store(reading(0, observation("refused", 5), replayed=True))

    [after] = await shop.rows("dead_letter")
    assert (after["dead_letter_id"], after["payload"]) == (
        before["dead_letter_id"],
        before["payload"],
    )
    assert after["replayed_at"] is None


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut short"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"city": 1}', id="another form"),
        pytest.param(b'{"city":"\xff"}', id="not UTF-8"),
        pytest.param(b'{"city":"\\ud800"}', id="half a character"),
        pytest.param(b'{"city":' + b"[" * 100_000, id="deep"),
    ],
)
async def test_record_that_cannot_be_read_is_kept_and_passed(shop: Scene, value: bytes) -> None:
    records = [record(0, value), record(1, reading(0, observation()))]
    await shop.sink.write(records, shop.ownership)

    [letter] = await shop.rows("dead_letter")
    assert (letter["reasons"], letter["payload"]) == (["wire.unknown"], value)
    assert await shop.results() == [1.0]


async def test_value_that_only_postgresql_refuses_is_found_by_halving(
    shop: Scene,
) -> None:
    await shop.connection.execute(
        "alter table observation add constraint picky check (result_number <> 13)"
    )
    await shop.store(*(reading(n, observation(minute=n, result=n)) for n in range(20)))

    [letter] = await shop.rows("dead_letter")
    assert (letter["reasons"], letter["reading_offset"]) == (["record.refused"], 13)
    assert await shop.results() == [float(n) for n in range(20) if n != 13]
    assert await shop.account() == {"normalised": 19, "rejected": 1, "observations": 19}


async def test_what_takes_the_database_too_long_at_once_is_stored_half_at_a_time(
    database: DatabaseConnection,
) -> None:
    async with scene(database, 0, statement_timeout_seconds=1.5) as slow:
        await slow.connection.execute(
            "create function dawdle() returns trigger language plpgsql as "
            "'begin perform pg_sleep(0.5); return new; end'; "
            "create trigger slow before insert on observation "
            "for each row execute procedure dawdle()"
        )
        await slow.store(*(reading(n, observation(minute=n, result=n)) for n in range(4)))

        assert await slow.results() == [0, 1, 2, 3]
        assert await slow.account() == {"normalised": 4, "observations": 4}
        assert len(await slow.rows("publication", "first_sequence")) > 1


async def test_many_results_for_one_key_are_cut_into_several_transactions(shop: Scene) -> None:
    count = MAXIMUM_ROUNDS * 3
    await shop.store(*(reading(n, observation(result=n, result_minute=n)) for n in range(count)))

    assert await shop.results() == [count - 1.0]
    assert len(await shop.rows("publication", "1")) == 3
    assert (await shop.account())["corrections"] == count - 1


async def test_touched_quarters_are_noted_once_a_batch(shop: Scene) -> None:
    """Those of texts too: they are not summed up, but counted for their quality."""
    await shop.store(
        reading(0, observation(1, 0), observation(1, 14.9), observation(1, 15), observation(2, 0)),
        reading(1, observation(3, 0, "text")),
    )

    rows = await shop.rows("aggregate_task", "datastream_id, bucket_start")
    assert [(row["datastream_id"], row["bucket_start"]) for row in rows] == [
        (1, NOON),
        (1, NOON + timedelta(minutes=15)),
        (2, NOON),
        (3, NOON),
    ]


async def test_record_with_a_time_that_has_no_offset_is_kept_and_passed(shop: Scene) -> None:
    naive = reading(0, observation(1, start=datetime(2026, 1, 1)))  # noqa: DTZ001 - the poison
    await shop.store(naive, reading(1, observation()))

    assert len(await shop.rows("dead_letter")) == 1
    assert await shop.results() == [1.0]
