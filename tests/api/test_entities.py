"""What is restricted cannot be looked up without its city's key."""

import asyncpg
import httpx
import pytest

from tests.api.conftest import as_city

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize(
    "path",
    ["/id/thing/2", "/id/thing/2/sensor/2", "/id/feature-of-interest/3", "/id/datastream/2"],
)
async def test_restricted_entity_is_there_for_its_city_alone(
    client: httpx.AsyncClient, path: str
) -> None:
    everybody = await client.get(path)
    other = await client.get(path, headers=as_city("maanstad"))
    own = await client.get(path, headers=as_city("zonnedorp"))

    assert (everybody.status_code, other.status_code, own.status_code) == (404, 404, 200)
    assert "GEHEIM" not in everybody.text + other.text
    assert "GEHEIM" in own.text
    assert own.headers["cache-control"] == "private, no-store"


async def test_thing_tells_only_of_the_sensors_that_the_caller_sees(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "update datastream set thing_id = 1 where datastream_id = 2"  # GEHEIM, of sensor 2
    )

    assert "/id/thing/1/sensor/2" not in (await client.get("/id/thing/1")).text
    assert (await client.get("/id/thing/1/sensor/2")).status_code == 404
    mine = await client.get("/id/thing/1", headers=as_city("zonnedorp"))
    assert "/id/thing/1/sensor/2" in mine.text
