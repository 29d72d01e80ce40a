"""The one order of everything published, also with several stores at once."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from schemas.errors import Fenced
from schemas.publication import LANE
from schemas.settings import DatabaseConnection
from stream_processors.store import all_new, lane, transaction
from stream_processors.store.slices import Layout
from tests.stream_processors.scene import (
    Scene,
    in_order,
    metric,
    observation,
    reading,
    record,
    scene,
)


async def test_duplicates_get_no_sequence(shop: Scene) -> None:
    await shop.store(reading(0, observation(minute=0)))
    await shop.store(reading(1, observation(minute=0), observation(minute=1)))
    await shop.store(reading(2, observation(minute=2)))

    assert [one.sequence for one in await shop.published()] == [1, 2, 3]


async def test_batch_is_one_publication_that_says_what_it_holds(shop: Scene) -> None:
    await shop.store(*(reading(n, observation(minute=n)) for n in range(5)))

    [row] = await shop.rows("publication", "1")
    published = await shop.published()
    assert (row["first_sequence"], row["last_sequence"], row["observation_count"]) == (1, 5, 5)
    assert row["published_from"] == published[0].published_time
    assert row["published_to"] == published[-1].published_time


async def test_batch_without_change_publishes_nothing(shop: Scene) -> None:
    await shop.store(reading(0, observation()))
    await shop.store(reading(1, observation()), reading(2, empty="nothing-valid"))

    assert len(await shop.rows("publication", "1")) == 1
    assert await shop.account() == {
        "normalised": 2,
        "empty": 1,
        "observations": 1,
        "duplicates": 1,
    }


async def test_at_most_400_observations_bear_one_millisecond(shop: Scene) -> None:
    for part in range(3):
        first = part * 700
        await shop.store(reading(part, *(observation(minute=first + n) for n in range(700))))

    times = [one.published_time for one in await shop.published()]
    counts = {time: times.count(time) for time in set(times)}
    assert max(counts.values()) <= 400
    assert in_order(times)
    assert all(time.microsecond % 1000 == 0 for time in times)


async def test_published_time_never_goes_back_with_the_clock(shop: Scene) -> None:
    future = datetime.now(UTC).replace(microsecond=123_000) + timedelta(hours=1)
    await shop.connection.execute(
        "update publication_lane set last_published_at = $1, published_in_last = 399", future
    )
    await shop.store(reading(0, observation(minute=0), observation(minute=1)))

    times = [one.published_time for one in await shop.published()]
    assert times == [future, future + timedelta(milliseconds=1)]


async def test_listeners_are_woken_with_the_last_sequence(shop: Scene) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    await shop.connection.add_listener("publication", lambda *said: told.put_nowait(said[3]))
    await shop.store(reading(0, observation(minute=0), observation(minute=1)))

    assert await asyncio.wait_for(told.get(), 5) == "2"


async def test_two_stores_commit_in_the_order_of_their_sequences(
    database: DatabaseConnection,
) -> None:
    """Whoever has read up to N has missed nothing below N."""
    seen: list[int] = []
    async with scene(database, 0) as one, scene(database, 1) as two:
        work = asyncio.gather(_write(one, 0), _write(two, 1))
        watcher = await asyncpg.connect(database.dsn.get_secret_value())
        while not work.done():
            rows = await watcher.fetch(
                "select first_sequence, last_sequence from publication "
                "where first_sequence > $1 order by 1",
                seen[-1] if seen else 0,
            )
            seen += [n for row in rows for n in range(row[0], row[1] + 1)]
            await asyncio.sleep(0)
        await work
        await watcher.close()
        total = await one.published()

    assert [item.sequence for item in total] == list(range(1, 601))
    assert in_order([item.published_time for item in total])
    assert seen == list(range(1, len(seen) + 1))


async def _write(shop: Scene, partition: int) -> None:
    for turn in range(60):
        rows = (observation(partition + 1, turn * 5 + n) for n in range(5))
        await shop.store(reading(turn, *rows, partition=partition))


async def test_two_sources_of_one_thing_keep_the_rules_of_again_and_corrected(
    database: DatabaseConnection,
) -> None:
    """The same keys from two partitions at once: each is new once, and corrected in one order."""
    async with scene(database, 0) as one, scene(database, 1) as two:
        await asyncio.gather(
            *(_same_keys(shop, partition) for shop, partition in ((one, 0), (two, 1)))
        )
        account = await one.account()
        versions = await one.rows("observation_version")
        published = await one.published()
        count = await one.connection.fetchval("select sum(observation_count) from latest")

    assert account["observations"] == 30 == count
    assert account["corrections"] == len(versions)
    assert 30 + account["corrections"] + account.get("duplicates", 0) == 600
    assert len(published) == 30 + len(versions)


async def _same_keys(shop: Scene, partition: int) -> None:
    for turn in range(10):
        rows = (
            observation(1, minute, float(partition), result_minute=turn) for minute in range(30)
        )
        await shop.store(reading(turn, *rows, partition=partition))


async def test_old_owner_of_a_partition_cannot_commit(database: DatabaseConnection) -> None:
    async with scene(database, 0) as old, scene(database, 0) as new:
        await new.store(reading(0, observation(minute=0, result=1)))
        with pytest.raises(Fenced):
            await old.store(reading(0, observation(minute=0, result=2)))

        assert await new.results() == [1.0]
        assert await new.account() == {"normalised": 1, "observations": 1}


async def test_old_owner_that_has_staged_its_rows_loses_the_lane_and_the_batch(
    database: DatabaseConnection,
) -> None:
    """A store that stalls inside of the lane is ended by the server, and another goes on."""
    async with (
        scene(database, 0, idle_timeout_seconds=0.3) as stalled,
        scene(database, 0, lock_timeout_seconds=5) as other,
    ):
        connection = await stalled.sink._session.connection()
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("set local idle_in_transaction_session_timeout = '300ms'")
        await connection.execute("select pg_advisory_xact_lock($1)", LANE)
        await other.store(reading(0, observation()))

        assert await other.results() == [1.0]


async def test_connection_that_ends_between_copy_and_commit_leaves_nothing(
    shop: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is tried again, and is there once."""
    killed = False

    async def die_once(
        connection: "asyncpg.Connection[asyncpg.Record]", layout: Layout, *, last_erasure: int
    ) -> lane.Passage:
        nonlocal killed
        passage = await lane.pass_lane(connection, layout, last_erasure=last_erasure)
        if not killed:
            killed = True
            await shop.connection.execute(
                "select pg_terminate_backend($1)", connection.get_server_pid()
            )
        return passage

    monkeypatch.setattr(transaction, "pass_lane", die_once)
    await shop.store(reading(0, observation(minute=0), observation(minute=1)))

    assert killed
    assert [one.sequence for one in await shop.published()] == [1, 2]
    assert await shop.account() == {"normalised": 1, "observations": 2}


async def test_commit_that_was_not_heard_of_is_noticed_by_its_offsets(shop: Scene) -> None:
    batch = [record(0, reading(0, observation()))]
    known = dict(shop.ownership.known)
    await shop.sink.write(batch, shop.ownership)
    shop.ownership.known.update(known)
    with pytest.raises(Fenced):
        await shop.sink.write(batch, shop.ownership)

    assert await shop.account() == {"normalised": 1, "observations": 1}


async def test_lane_is_measured(shop: Scene) -> None:
    await shop.store(reading(0, observation()))

    assert metric(shop.monitor, "stadspuls_store_lane_seconds_count") == 1


async def test_batch_is_judged_again_when_something_was_published_since_we_looked(
    database: DatabaseConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another store brings the same key just before we enter the lane."""
    look = all_new.look_ahead
    async with scene(database, 0) as one, scene(database, 1) as other:

        async def meanwhile(*args: Any) -> int | None:
            seen = await look(*args)
            monkeypatch.setattr(lane, "look_ahead", look)
            await other.store(reading(0, observation(result=1), partition=1))
            return seen

        monkeypatch.setattr(lane, "look_ahead", meanwhile)
        later = observation(result=2, result_minute=5)
        await one.store(reading(0, later, observation(minute=1), received=None))

        assert await one.results() == [2.0, 1.0]
        assert [item.change for item in await one.published()] == ["new", "corrected", "new"]
        assert await one.account() == {"normalised": 2, "observations": 2, "corrections": 1}


@pytest.mark.parametrize("again", [False, True], ids=["all-new", "judged-in-the-lane"])
async def test_publication_says_what_the_rows_say(shop: Scene, *, again: bool) -> None:
    results = [1, 2.5, True, "wet", {"b": [1.5, None], "a": "é"}]
    end = datetime(2026, 6, 2, tzinfo=UTC)
    if again:
        await shop.store(reading(0, observation(2)))
    for offset in range(1, 3):
        batch = [
            observation(1, offset * 1000 + n, results[n % 5], quality=("range.high",) * (n % 2))
            for n in range(900)
        ]
        span = observation(3, offset, start=end.replace(hour=offset), end=end.replace(hour=22))
        await shop.store(reading(offset, *batch, span, *([observation(2)] if again else [])))

    rows = await shop.connection.fetch(
        "select sequence, published_at, datastream_id, phenomenon_start, phenomenon_end, "
        "result_time, coalesce(to_json(result_number)::jsonb, result_json)::text, "
        "coalesce(quality, '{}') from observation order by sequence"
    )
    published = [
        (*(getattr(item, name) for name in item.__struct_fields__[:6]), item.result, item.quality)
        for item in await shop.published()
    ]
    assert len(rows) == 1802 + again
    assert [(*row[:6], json.loads(row[6]), tuple(row[7])) for row in rows] == published
