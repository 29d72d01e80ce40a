"""Things and datastreams register themselves when they are first seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest_asyncio

from schemas.cities.registry import Registry
from schemas.errors import StoreUnavailable
from schemas.settings import DatabaseConnection
from schemas.wire import NormalisedReading, Rejection, ToldPlace
from stream_processors.register.registrar import Registrar
from stream_processors.register.synchronise import synchronise
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival
from tests.stream_processors.packs import reading, registry_of


@pytest_asyncio.fixture
async def client(
    database: DatabaseConnection,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    yield connection
    await connection.close()


@asynccontextmanager
async def registrar(database: DatabaseConnection, registry: Registry) -> AsyncIterator[Registrar]:
    made = Registrar(database, registry)
    yield made
    await made.close()


def _readings(registry: Registry, *things: str, model: str = "teller") -> list[NormalisedReading]:
    arrivals = [
        Arrival(partition=0, offset=n, reading=reading(n, thing=thing, model=model))
        for n, thing in enumerate(things)
    ]
    return [passage.result for passage in normalise(arrivals, registry=registry)]


async def _register(
    registrar: Registrar, readings: list[NormalisedReading]
) -> list[int | Rejection]:
    pairs = [(one, observation) for one in readings for observation in one.observations]
    await registrar.register(pairs)
    return [registrar.datastream(*pair) for pair in pairs]


async def test_first_observation_registers_everything_around_it(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path)
    await synchronise(client, registry)
    async with registrar(database, registry) as made:
        [number] = await _register(made, _readings(registry, "brug"))

    row = await client.fetchrow(
        """
        select d.*, t.name as thing, t.self_registered, t.location_id, t.open as thing_open,
            s.profile, s.city as sensor_city, p.code, p.city as property_city, e.theme, f.feature
        from datastream d join thing t using (thing_id) join sensor s using (sensor_id)
        join observed_property p using (observed_property_id) join dataset e using (dataset_id)
        join feature_of_interest f using (thing_id)
        where datastream_id = $1
        """,
        number,
    )
    assert row is not None
    assert (row["thing"], row["self_registered"], row["location_id"]) == ("brug", True, None)
    assert (row["profile"], row["sensor_city"]) == ("proef/teller", "stad-a")
    assert (row["code"], row["property_city"], row["theme"]) == ("car-count", None, "traffic")
    assert (row["open"], row["thing_open"]) == (True, True)


async def test_thing_without_a_place_gets_the_one_that_it_tells_and_keeps_it(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path)
    await synchronise(client, registry)
    for longitude in (3.72, 4.4):
        told = [
            msgspec.structs.replace(one, places=(ToldPlace("brug", longitude, 51.05),))
            for one in _readings(registry, "brug")
        ]
        async with registrar(database, registry) as made:
            await _register(made, told)

    row = await client.fetchrow(
        """
        select longitude, latitude, feature -> 'geometry' ->> 'type' as geometry
        from thing join location using (location_id) join feature_of_interest using (thing_id)
        """
    )
    assert row is not None
    assert tuple(row) == (3.72, 51.05, "Point")


async def test_several_stores_that_see_the_same_at_once_get_the_one_row(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path)
    await synchronise(client, registry)
    things = [f"t{n}" for n in range(20)]
    async with registrar(database, registry) as one, registrar(database, registry) as two:
        found = await asyncio.gather(
            _register(one, _readings(registry, *things)),
            _register(two, _readings(registry, *reversed(things))),
        )

    assert found[0] == found[1][::-1]
    assert await client.fetchval("select count(*) from datastream") == 20


async def test_city_has_so_many_new_things_in_an_hour(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path, newThingsPerHour=2)
    await synchronise(client, registry)
    async with registrar(database, registry) as made:
        first = await _register(made, _readings(registry, "a", "b", "c"))
        again = await _register(made, _readings(registry, "a", "b", "c"))
        await client.execute("update thing set registered_time = now() - interval '61 minutes'")
        later = await _register(made, _readings(registry, "c"))

    refused = [one for one in (*first, *again) if isinstance(one, Rejection)]
    assert [one.reason for one in refused] == ["things.too-many"] * 2
    assert isinstance(later[0], int)


async def test_cap_holds_for_several_stores_together(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path, newThingsPerHour=5)
    await synchronise(client, registry)
    async with registrar(database, registry) as one, registrar(database, registry) as two:
        await asyncio.gather(
            _register(one, _readings(registry, *(f"a{n}" for n in range(4)))),
            _register(two, _readings(registry, *(f"b{n}" for n in range(4)))),
        )

    assert await client.fetchval("select count(*) from thing") == 5


async def test_known_things_come_with_their_place_and_do_not_count(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    known = {"profile": "proef/teller", "name": "brug", "title": "Brug", "location": [3.2, 51.0]}
    registry = registry_of(tmp_path, things=[known], newThingsPerHour=1)
    await synchronise(client, registry)
    async with registrar(database, registry) as made:
        found = await _register(made, _readings(registry, "brug", "sluis"))

    place = await client.fetchrow("select longitude, latitude from location")
    assert all(isinstance(one, int) for one in found)
    assert tuple(place or ()) == (3.2, 51.0)
    assert await client.fetchval("select count(*) from historical_location") == 1


async def test_what_no_profile_or_city_describes_is_refused(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path)
    await synchronise(client, registry)
    [known] = _readings(registry, "brug")
    strange = {"city": "stad-z"}, {"profile": "weg/weg"}
    readings = [_changed(known, **changes) for changes in strange]
    async with registrar(database, registry) as made:
        refused = await _register(made, readings)

    reasons = [one.reason for one in refused if isinstance(one, Rejection)]
    assert reasons == ["topic.unknown-city", "profile.unknown"]


async def test_registration_goes_on_after_the_connection_was_lost(
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    registry = registry_of(tmp_path)
    await synchronise(client, registry)
    async with registrar(database, registry) as made:
        connection = await made._session.connection()
        await client.execute("select pg_terminate_backend($1)", connection.get_server_pid())
        with suppress(StoreUnavailable):  # unless the client has noticed already
            await _register(made, _readings(registry, "brug"))
        [found] = await _register(made, _readings(registry, "brug"))

    assert isinstance(found, int)


def _changed(known: NormalisedReading, **changes: Any) -> NormalisedReading:
    return msgspec.structs.replace(known, **changes)
