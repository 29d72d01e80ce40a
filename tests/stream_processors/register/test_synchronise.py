"""City packs and vocabulary into the catalogue, again at every start."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from schemas.cities.registry import Registry
from schemas.settings import DatabaseConnection
from stream_processors.register.registrar import Registrar
from stream_processors.register.synchronise import synchronise
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival
from tests.stream_processors.packs import reading, registry_of

_OPEN = {
    "theme": "traffic",
    "title": {"nl": "Verkeer"},
    "description": {"nl": "Tellingen"},
    "licence": "creative-commons-zero",
    "access": "open",
}


@pytest_asyncio.fixture
async def client(
    database: DatabaseConnection,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    yield connection
    await connection.close()


async def _see(database: DatabaseConnection, registry: Registry) -> None:
    """Let a thing register itself."""
    arrivals = [Arrival(partition=0, offset=0, reading=reading())]
    [passage] = normalise(arrivals, registry=registry)
    registrar = Registrar(database, registry)
    await registrar.register([(passage.result, passage.result.observations[0])])
    await registrar.close()


async def _content(client: "asyncpg.Connection[asyncpg.Record]") -> dict[str, list[Any]]:
    tables = (
        "city", "dataset", "location", "thing", "historical_location", "feature_of_interest",
        "sensor", "observed_property", "datastream",
    )  # fmt: skip
    return {
        table: [tuple(row) for row in await client.fetch(f"select * from {table} order by 1")]
        for table in tables
    }


async def test_second_time_changes_nothing(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    known = {"profile": "proef/teller", "name": "sluis", "location": [3.2, 51.0]}
    registry = registry_of(tmp_path, things=[known])
    await synchronise(client, registry)
    await _see(database, registry)
    before = await _content(client)
    await synchronise(client, registry)

    assert await _content(client) == before


async def test_dataset_that_is_closed_closes_its_datastreams_and_things(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path)
    await synchronise(client, registry)
    await _see(database, registry)
    reason = {"code": "trial", "nl": "Nog in proef"}
    closed = {**_OPEN, "access": "restricted", "accessReason": reason, "title": {"nl": "Dicht"}}
    await synchronise(client, registry_of(tmp_path, datasets=[closed]))

    assert await client.fetchval("select open from datastream") is False
    assert await client.fetchval("select open from thing") is False
    assert await client.fetchval("select title from dataset") == "Dicht"

    await synchronise(client, registry_of(tmp_path))

    assert await client.fetchval("select open from datastream") is True
    assert await client.fetchval("select open from thing") is True


async def test_thing_that_the_city_closes_closes_its_datastreams(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path)
    await synchronise(client, registry)
    await _see(database, registry)
    personal = {"profile": "proef/teller", "name": "brug", "personal": "yes"}
    await synchronise(client, registry_of(tmp_path, things=[personal]))

    assert await client.fetchval("select open from datastream") is False
    assert await client.fetchval("select self_registered from thing") is False


async def test_place_that_is_told_later_holds_for_what_was_measured_before(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path)
    await synchronise(client, registry)
    await _see(database, registry)
    told = {"profile": "proef/teller", "name": "brug", "location": [3.2, 51.0]}
    await synchronise(client, registry_of(tmp_path, things=[told]))

    features = await client.fetch("select feature->'geometry'->>'type' from feature_of_interest")
    assert [row[0] for row in features] == ["Point"]
    assert await client.fetchval("select location_id is not null from thing") is True


async def test_thing_that_moved_keeps_its_earlier_place(
    client: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> None:
    thing = {"profile": "proef/teller", "name": "brug"}
    for place in ([3.2, 51.0], [3.3, 51.1], None):
        known = thing | ({"location": place} if place else {})
        await synchronise(client, registry_of(tmp_path, things=[known]))

    places = await client.fetch(
        "select l.longitude from historical_location join location l using (location_id) "
        "order by historical_location_id"
    )
    features = await client.fetch("select valid_from from feature_of_interest order by 1")
    now = await client.fetchval(
        "select l.longitude from thing join location l using (location_id)"
    )
    assert [row[0] for row in places] == [3.2, 3.3]
    assert len(features) == 2
    assert now == 3.3


async def test_citys_own_property_stands_beside_the_vocabularys(
    client: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> None:
    await synchronise(client, registry_of(tmp_path))

    assert await client.fetchval("select count(*) > 10 from observed_property where city is null")


_SHOWN = "select open from thing where name = 'brug'"
_BRIDGE = {"profile": "proef/teller", "name": "brug", "location": [3.2, 51.0]}


async def test_thing_is_shown_before_it_speaks_as_long_as_a_pack_announces_it(
    client: "asyncpg.Connection[asyncpg.Record]", tmp_path: Path
) -> None:
    await synchronise(client, registry_of(tmp_path, things=[_BRIDGE]))
    before = await client.fetchval(_SHOWN)
    await synchronise(client, registry_of(tmp_path, things=[_BRIDGE], announce="yes"))
    [announced] = await client.fetch("select open, announced from thing")
    await synchronise(client, registry_of(tmp_path, things=[_BRIDGE | {"announce": "no"}]))
    withdrawn = await client.fetchval(_SHOWN)
    await synchronise(client, registry_of(tmp_path, things=[_BRIDGE], announce="yes"))
    await synchronise(client, registry_of(tmp_path, announce="yes"))

    assert before is False
    assert tuple(announced) == (True, ["traffic"])
    assert withdrawn is False
    assert await client.fetchval(_SHOWN) is False  # the pack no longer tells of it


async def test_thing_that_speaks_is_shown_by_what_it_says_and_not_by_its_announcement(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path, things=[_BRIDGE], announce="yes")
    await synchronise(client, registry)
    await _see(database, registry)
    spoken = await client.fetchval(_SHOWN)
    await client.execute("update datastream set open = false")
    await client.execute("update thing set open = true")
    registrar = Registrar(database, registry)
    arrivals = [Arrival(partition=0, offset=0, reading=reading())]
    [passage] = normalise(arrivals, registry=registry)
    await registrar.register([(passage.result, passage.result.observations[0])])
    await registrar.close()

    assert spoken is True
    assert await client.fetchval(_SHOWN) is False
