"""Registers have their differences registered beside them, and told again with the profile."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest_asyncio
import yaml

from schemas.cities.registry import Registry, load_registry
from schemas.settings import DatabaseConnection
from stream_processors.register.registrar import Registrar
from stream_processors.register.synchronise import synchronise
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival
from tests.stream_processors.packs import reading, write_pack

Client: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def client(database: DatabaseConnection) -> AsyncIterator[Client]:
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    yield connection
    await connection.close()


def registry_with(
    directory: Path, differences: dict[str, Any] | None, personal: str = "no"
) -> Registry:
    """Return a registry whose profile `proef/water` is of a register."""
    pack = write_pack(directory, datasets=[_DATASET])
    series: dict[str, Any] = {"observed_property": "water-volume", "path": "m3", "unit": "m3"}
    profile = {
        "id": "proef/water",
        "title": "Proef water",
        "version": 1,
        "source": "made for tests",
        "personal": personal,
        "decode": "json",
        "datastreams": {"stand": series | ({"differences": differences} if differences else {})},
        "examples": [
            {
                "description": "a count",
                "topic": "city/stad-a/proef/water/brug",
                "received_time": "2026-06-01T12:00:00Z",
                "payload": {"m3": 1},
                "observations": [{"datastream": "stand", "result": 1}],
            }
        ],
    }
    (pack / "profiles" / "proef" / "water.yaml").write_text(yaml.safe_dump(profile))
    return load_registry([pack])


_DATASET = {
    "theme": "water",
    "title": {"nl": "Water"},
    "description": {"nl": "Tellers"},
    "licence": "creative-commons-zero",
    "access": "open",
}


async def see(database: DatabaseConnection, client: Client, registry: Registry) -> Registrar:
    """Start as a store does, and let a register be seen."""
    await synchronise(client, registry)
    one = reading(model="water", payload=b'{"m3": 1}')
    [passage] = normalise([Arrival(partition=0, offset=0, reading=one)], registry=registry)
    registrar = Registrar(database, registry)
    [observation] = passage.result.observations
    await registrar.register([(passage.result, observation)])
    number = registrar.datastream(passage.result, observation)
    await registrar.close()
    assert isinstance(number, int)
    assert registrar.registers <= {number}
    return registrar


async def declared(client: Client) -> list[dict[str, Any]]:
    """Return the differences that are made, with their datastreams."""
    rows = await client.fetch(
        """
        select r.name as register, s.name, s.interval_seconds as length, s.unit, p.code, s.open,
            s.thing_id = r.thing_id and s.sensor_id = r.sensor_id
                and s.dataset_id = r.dataset_id as beside,
            d.rolls_over_at, d.most, d.restarts, d.interval_seconds, s.properties
        from difference as d
        join datastream as r on r.datastream_id = d.register_id
        join datastream as s on s.datastream_id = d.datastream_id
        join observed_property as p on p.observed_property_id = s.observed_property_id
        """
    )
    return [dict(row) for row in rows]


async def test_register_that_is_seen_has_a_datastream_of_differences_beside_it(
    database: DatabaseConnection, client: Client, tmp_path: Path
) -> None:
    wanted = {"every": "PT15M", "rolls_over_at": 10000, "most": 5}
    registrar = await see(database, client, registry_with(tmp_path, wanted))

    [row] = await declared(client)
    assert (row["register"], row["name"], row["code"]) == (
        "stand",
        "stand-difference",
        "water-used",
    )
    assert (row["length"], row["unit"], row["beside"], row["open"]) == (900, "m3", True, True)
    assert (row["rolls_over_at"], row["most"], row["restarts"]) == (10000, 5, False)
    assert '"differenceOf": "stand"' in row["properties"]
    assert len(registrar.registers) == 1


async def test_differences_of_a_personal_register_are_as_closed_as_itself(
    database: DatabaseConnection, client: Client, tmp_path: Path
) -> None:
    await see(database, client, registry_with(tmp_path, {"every": "PT15M"}, personal="yes"))

    assert [row["open"] for row in await declared(client)] == [False]


async def test_datastream_that_is_no_register_has_none(
    database: DatabaseConnection, client: Client, tmp_path: Path
) -> None:
    registrar = await see(database, client, registry_with(tmp_path, None))

    assert await declared(client) == []
    assert registrar.registers == set()


async def test_register_that_was_there_before_its_profile_spoke_of_differences_gets_them_all(
    database: DatabaseConnection, client: Client, tmp_path: Path
) -> None:
    await see(database, client, registry_with(tmp_path, None))
    register = await client.fetchval("select datastream_id from datastream")
    await client.execute(
        "insert into observation (datastream_id, reading_partition, phenomenon_start, "
        "result_time, published_at, received_time, sequence, reading_offset, result_number) "
        "select $1, 0, t, t, t, t, 1, 1, 1 from unnest($2::timestamptz[]) as t",
        register,
        [NOON, NOON.replace(second=30), NOON.replace(hour=15)],
    )
    await see(database, client, registry_with(tmp_path, {"every": "PT15M"}))

    assert [row["interval_seconds"] for row in await declared(client)] == [900]
    noted = await client.fetch("select datastream_id, touched from difference_task order by 2")
    assert [tuple(row) for row in noted] == [(register, NOON), (register, NOON.replace(hour=15))]


async def test_changed_rule_makes_the_differences_again_and_an_equal_one_does_not(
    database: DatabaseConnection, client: Client, tmp_path: Path
) -> None:
    await see(database, client, registry_with(tmp_path, {"every": "PT15M"}))
    register = await client.fetchval("select register_id from difference")
    await client.execute(
        "insert into observation (datastream_id, reading_partition, phenomenon_start, "
        "result_time, published_at, received_time, sequence, reading_offset, result_number) "
        "values ($1, 0, $2, $2, $2, $2, 1, 1, 1)",
        register,
        NOON,
    )
    await see(database, client, registry_with(tmp_path, {"every": "PT15M"}))
    assert await client.fetchval("select count(*) from difference_task") == 0
    await see(database, client, registry_with(tmp_path, {"every": "PT15M", "lower": "reset"}))

    assert [row["restarts"] for row in await declared(client)] == [True]
    assert await client.fetchval("select count(*) from difference_task") == 1


async def test_another_interval_is_another_datastream(
    database: DatabaseConnection, client: Client, tmp_path: Path
) -> None:
    await see(database, client, registry_with(tmp_path, {"every": "PT15M"}))
    await see(database, client, registry_with(tmp_path, {"every": "PT1H"}))

    assert [row["length"] for row in await declared(client)] == [3600]
    lengths = await client.fetch("select interval_seconds from datastream order by 1")
    assert [row["interval_seconds"] for row in lengths] == [0, 900, 3600]


async def test_profile_that_speaks_of_differences_no_more_has_none_made(
    database: DatabaseConnection, client: Client, tmp_path: Path
) -> None:
    await see(database, client, registry_with(tmp_path, {"every": "PT15M"}))
    registrar = await see(database, client, registry_with(tmp_path, None))

    assert await declared(client) == []
    assert registrar.registers == set()
    assert await client.fetchval("select count(*) from datastream") == 2


async def test_differences_go_to_the_register_that_took_the_place_of_another(
    database: DatabaseConnection, client: Client, tmp_path: Path
) -> None:
    """Two registers never write one datastream."""
    registry = registry_with(tmp_path, {"every": "PT15M"})
    await see(database, client, registry)
    await client.execute(
        "update datastream set observed_property_id = (select observed_property_id "
        "from observed_property where code = 'gas-volume') where name = 'stand'"
    )
    before = await client.fetchval("select register_id from difference")
    await see(database, client, registry)

    [row] = await client.fetch("select register_id from difference")
    assert row["register_id"] != before
