"""Every query of dashboards and alarms, run as Grafana would, on each PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from deploy.grafana.check import Tried, queries, try_queries
from deploy.grafana.database_user import make_user, reach_of
from deploy.grafana.definitions import dashboards, sql
from deploy.grafana.macros import expanded
from schemas.settings import DatabaseConnection

FOREIGN = ("public.observation", "public.dead_letter", "public.thing", "pg_authid")


async def rows(viewer: asyncpg.Connection, where: str, city: str = "zonnedorp") -> list[Any]:
    """Return what a panel or an alarm shows."""
    [text] = [
        one.text
        async for one in queries(viewer, now=datetime.now(UTC))
        if one.where == where and one.city in (city, "")
    ]
    return [dict(row) for row in await viewer.fetch(text)]


async def test_every_query_answers_and_shows_something_somewhere_and_nothing_secret(
    viewer: asyncpg.Connection,
) -> None:
    shown: dict[str, int] = {}
    async for one in queries(viewer, now=datetime.now(UTC)):
        found = await viewer.fetch(one.text)
        assert "GEHEIM" not in str(found), one.where
        assert "dsmr" not in str(found), one.where
        shown[one.where] = shown.get(one.where, 0) + len(found)

    assert len(shown) == sum(len(one.panels) for one in dashboards()) + 3
    assert [where for where, count in shown.items() if not count] == []


async def test_panels_show_what_is_in_the_database(viewer: asyncpg.Connection) -> None:
    week = await rows(viewer, "stadspuls-traffic/sums")
    states = await rows(viewer, "stadspuls-city/datastream_states")
    means = await rows(viewer, "stadspuls-air-quality/means", "maanstad")
    flagged = await rows(viewer, "stadspuls-traffic/flagged_share")
    published = await rows(viewer, "stadspuls-platform/published")

    assert {(row["metric"], row["value"]) for row in week} == {("Auto's, Kerkstraat", 4.0)}
    assert len(week) in (168, 169)
    assert states == [{"op tijd": 0, "te laat": 0, "stil": 1, "ritme onbekend": 1}]
    assert {row["value"] for row in means} == {2.0}
    assert {round(row["value"], 3) for row in flagged} == {0.333}
    assert float(sum(row["waarnemingen per seconde"] for row in published)) == pytest.approx(
        250 / 60
    )


async def test_alarms_name_what_is_the_matter(viewer: asyncpg.Connection) -> None:
    [silent] = await rows(viewer, "alarm/silent_things")
    [slow] = await rows(viewer, "alarm/slow_publication")
    rejected = await rows(viewer, "alarm/rejected_readings")

    assert (silent["city"], silent["thing"]) == ("zonnedorp", "Teller Kerkstraat")
    assert (slow["city"], slow["seconds"]) == ("zonnedorp", pytest.approx(90, rel=0.06))
    assert {(row["profile"], float(row["share"])) for row in rejected} == {
        ("telraam/v2", 0.3), ("other", 0.3),
    }  # fmt: skip


async def test_a_chosen_datastream_is_shown_alone(viewer: asyncpg.Connection) -> None:
    end = datetime.now(UTC)
    chosen = {"city": "zonnedorp", "theme": "traffic", "property": "car-count"}
    found = {}
    for datastream in ("1", "5"):
        text = expanded(
            sql("panels", "sums"),
            start=end - timedelta(hours=3),
            end=end,
            variables={**chosen, "datastream": [datastream]},
        )
        found[datastream] = len(await viewer.fetch(text))

    assert found["1"] in (12, 13)
    assert found["5"] == 0


async def test_whoever_looks_at_dashboards_can_read_nothing_else(
    viewer: asyncpg.Connection,
) -> None:
    for relation in FOREIGN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await viewer.fetch(f"select * from {relation}")


async def test_a_condition_sees_no_row_that_the_view_hides(viewer: asyncpg.Connection) -> None:
    """A condition that fails at hidden rows would tell what is in them: 2 is not open."""
    found = await viewer.fetch(
        "select datastream_id from dashboard.aggregate where 1 / (datastream_id - 2) is not null"
    )

    assert {row["datastream_id"] for row in found} == {1, 3, 6}


async def test_the_user_for_grafana_reads_and_can_change_nothing(
    viewer: asyncpg.Connection, database: DatabaseConnection, topic_prefix: str
) -> None:
    dsn = database.dsn.get_secret_value()
    host, port = reach_of(dsn).address.split(":")
    place: dict[str, Any] = {
        "host": host, "port": int(port), "database": reach_of(dsn).database, "user": topic_prefix,
    }  # fmt: skip
    await make_user(dsn, password="first", user=topic_prefix)
    await make_user(dsn, password="it's second", user=topic_prefix)
    try:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(**place, password="first")
        connection = await asyncpg.connect(**place, password="it's second")
        try:
            assert await connection.fetchval("select count(*) from dashboard.city") == 2
            assert await connection.fetchval("show statement_timeout") == "15s"
            assert await connection.fetchval("show jit") == "off"
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await connection.execute("create temporary table mine ()")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch("select * from public.latest")
        finally:
            await connection.close()
    finally:
        await viewer.execute(f"reset role; drop role {topic_prefix}")


async def test_check_tells_of_a_query_that_fails_and_goes_on(
    viewer: asyncpg.Connection, database: DatabaseConnection
) -> None:
    await viewer.execute("reset role; drop view dashboard.kafka_offset")
    tried: list[Tried] = [one async for one in try_queries(database.dsn.get_secret_value())]

    assert [one.where for one in tried if one.error] == ["stadspuls-platform/kafka"]
    assert len(tried) > 30
