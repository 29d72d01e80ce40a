"""What changed is written down once, in order, and for good."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.feeds.chronicle import Chronicle, keep_chronicle
from api.feeds.event import times
from api.iris import Iris
from schemas.settings import DatabaseConnection
from tests.api.conftest import BASE

module = pytest.mark.asyncio(loop_scope="module")
NOON = datetime(2026, 6, 1, 12, 0, 0, 123_456, tzinfo=UTC)
MOVE = """
with here as (
    insert into location (name, description, location, longitude, latitude)
    values ('elders', 'elders', '{"type": "Point", "coordinates": [3.6, 50.9]}', 3.6, 50.9)
    returning location_id
)
update thing set location_id = here.location_id from here where name = 'stationsstraat'
"""


async def events(owner: asyncpg.Connection, feed: str | None = None) -> list[Any]:
    rows = await owner.fetch("select * from chronicle order by feed, position")
    return [tuple(row) for row in rows if feed in (None, row["feed"])]


async def told(owner: asyncpg.Connection, feed: str, after: int = 0) -> list[tuple[str, str]]:
    rows = await owner.fetch(
        "select activity, subject from chronicle where feed = $1 and position > $2"
        " order by position",
        feed,
        after,
    )
    return [(row["activity"], row["subject"]) for row in rows]


@module
@pytest.mark.embedded
async def test_second_turn_has_nothing_to_say(
    owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    before = await events(owner)

    assert len(before) > 200
    assert {row[0] for row in before} == {"catalogue", "vocabulary", "leiedonk"}
    assert await chronicle.turn(owner) == 0
    assert await Chronicle(Iris(BASE)).turn(owner) == 0
    assert await events(owner) == before


@module
@pytest.mark.embedded
async def test_thing_that_moves_has_another_version(
    owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    before = await events(owner, "leiedonk")
    thing = await owner.fetchval("select thing_id from thing where name = 'stationsstraat'")
    await owner.execute(MOVE)
    await chronicle.turn(owner)
    after = await events(owner, "leiedonk")

    assert after[: len(before)] == before
    assert await told(owner, "leiedonk", len(before)) == [("update", f"id/thing/{thing}")]
    assert "POINT (3.6 50.9)" in after[-1][-1]
    assert f"/id/thing/{thing}/version/{len(after)}>" in after[-1][-1]
    assert not {"\x00"} & set("".join(row[-1] for row in after))


@module
@pytest.mark.embedded
async def test_another_unit_is_another_datastream(
    owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    last = len(await events(owner, "leiedonk"))
    await owner.execute(
        "insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name,"
        " unit, interval_seconds, title, description, observation_type, unit_of_measurement, open)"
        " select thing_id, sensor_id, observed_property_id, dataset_id, name, 'km/h',"
        " interval_seconds, title, description, observation_type, unit_of_measurement, open"
        " from datastream where open and interval_seconds = 3600 limit 1"
    )
    number = await owner.fetchval("select max(datastream_id) from datastream")
    await chronicle.turn(owner)

    assert await told(owner, "leiedonk", last) == [("create", f"id/datastream/{number}")]


@module
@pytest.mark.embedded
async def test_what_closes_is_deleted_and_what_opens_again_is_created(
    owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    last = len(await events(owner, "leiedonk"))
    was = "where name = 'zilverbrug'"
    series = f"thing_id = (select thing_id from thing {was})"
    await owner.execute(f"update datastream set open = false where {series}")
    await owner.execute(f"update thing set open = false {was}")
    await chronicle.turn(owner)
    closed = await told(owner, "leiedonk", last)
    await owner.execute(f"update datastream set open = true where {series}")
    await owner.execute(f"update thing set open = true {was}")
    await chronicle.turn(owner)
    opened = await told(owner, "leiedonk", last + len(closed))

    assert [activity for activity, _ in closed] == ["delete"] * 4
    assert [activity for activity, _ in opened] == ["create"] * 4
    assert {subject for _, subject in closed} == {subject for _, subject in opened}


@module
@pytest.mark.embedded
async def test_what_is_restricted_is_never_said(
    owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)

    assert "GEHEIM" not in repr(await events(owner))
    assert await events(owner, "sterredorp") == []


@module
@pytest.mark.embedded
async def test_catalogue_changes_with_what_is_declared_and_not_with_what_is_measured(
    owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    last = len(await events(owner, "catalogue"))
    dataset = f"{BASE}/ldes/leiedonk/traffic#stream"
    await owner.execute("update latest set published_at = now(), last_phenomenon_end = now()")
    await owner.execute("update dataset_quality set unflagged_count = 1")
    await chronicle.turn(owner)
    measured = await told(owner, "catalogue", last)
    await owner.execute(
        "update dataset set properties ="
        " jsonb_set(properties, '{title,nl}', to_jsonb(clock_timestamp()::text)),"
        " changed_time = now() where city = 'leiedonk' and theme = 'traffic'"
    )
    await chronicle.turn(owner)
    declared = await told(owner, "catalogue", last)
    kept = await owner.fetch("select properties, dataset_id from dataset where city = 'vlierhove'")
    await owner.execute("update dataset set properties = '{}' where city = 'vlierhove'")
    await chronicle.turn(owner)
    gone = (await told(owner, "catalogue", last))[len(declared) :]
    for row in kept:
        await owner.execute("update dataset set properties = $1 where dataset_id = $2", *row)

    assert measured == []
    assert {activity for activity, _ in declared} == {"update"}
    assert ("update", dataset) in declared
    assert ("delete", f"{BASE}/ldes/vlierhove/traffic#stream") in gone
    assert ("delete", f"{BASE}/catalogue/vlierhove#contact") in gone
    assert ("update", f"{BASE}/catalogue#catalogue") in gone


@module
@pytest.mark.embedded
async def test_two_chroniclers_leave_no_gap_and_say_nothing_twice(
    owner: asyncpg.Connection, database: DatabaseConnection
) -> None:
    async def keep() -> None:
        connection = await asyncpg.connect(database.dsn.get_secret_value())
        one = Chronicle(Iris(BASE))
        for number in range(4):
            await connection.execute(
                "update thing set title = title || $1 where name = 'stationsstraat'", f" {number}"
            )
            await one.turn(connection)
        await connection.close()

    await asyncio.gather(keep(), keep())
    rows = await events(owner)
    for feed in {row[0] for row in rows}:
        own = [row for row in rows if row[0] == feed]
        published = [row[2] for row in own]

        assert [row[1] for row in own] == list(range(1, len(own) + 1))
        assert published == sorted(set(published))
        for subject in {row[3] for row in own}:
            said = [row[4:6] for row in own if row[3] == subject]
            assert all(before != after for before, after in itertools.pairwise(said))


async def until_said(owner: asyncpg.Connection, title: str) -> None:
    """Wait until a thing's new title is written down."""
    async with asyncio.timeout(60):
        while not await owner.fetchval(  # noqa: ASYNC110, as a reader sees it
            "select exists (select from chronicle where description like '%' || $1 || '%')", title
        ):
            await asyncio.sleep(0.02)


@module
@pytest.mark.embedded
async def test_chronicle_is_kept_also_after_the_database_was_away(
    owner: asyncpg.Connection, database: DatabaseConnection
) -> None:
    rename = "update thing set title = $1 where name = 'stationsstraat'"
    keeping = asyncio.create_task(keep_chronicle(database, Iris(BASE), seconds=0.05))
    try:
        await owner.execute(rename, "Nieuw A")
        await until_said(owner, "Nieuw A")
        gone = await owner.fetchval(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where application_name = 'stadspuls chronicle' and datname = current_database()"
        )
        await owner.execute(rename, "Nieuw B")
        await until_said(owner, "Nieuw B")
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])

    assert gone == 1
    assert keeping.cancelled()


@given(
    count=st.integers(1, 500),
    ahead=st.one_of(st.none(), st.integers(-10_000, 10_000)),
)
def test_times_go_on_after_the_last_one_a_millisecond_each(count: int, ahead: int | None) -> None:
    now = NOON - timedelta(microseconds=456)
    last = None if ahead is None else now + timedelta(milliseconds=ahead)
    found = times(count, last=last, now=NOON)

    assert len(found) == count
    assert all(time.microsecond % 1000 == 0 for time in found)
    assert {b - a for a, b in itertools.pairwise(found)} <= {timedelta(milliseconds=1)}
    assert last is None or found[0] > last
    assert found[-1] == (max(now, last + timedelta(milliseconds=count)) if last else now)
