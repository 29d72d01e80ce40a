"""The main ways to read, over TimescaleDB."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import httpx
import pytest
import pytest_asyncio

from api.settings import ApiSettings
from schemas.settings import DatabaseConnection

from .conftest import ROOT, SEED, publish, served
from .test_live import listening

pytestmark = pytest.mark.real


@pytest_asyncio.fixture(name="address")
async def _address(real_database: DatabaseConnection) -> AsyncIterator[str]:
    owner = await asyncpg.connect(real_database.dsn.get_secret_value())
    await owner.execute(SEED.read_text(encoding="utf-8"))
    await owner.close()
    async with served(ApiSettings(database=real_database)) as address:
        yield address


async def test_observations_lie_in_a_hypertable(
    address: str, real_database: DatabaseConnection
) -> None:
    connection = await asyncpg.connect(real_database.dsn.get_secret_value())
    names = await connection.fetch(
        "select hypertable_name from timescaledb_information.hypertables"
    )
    await connection.close()

    assert [row["hypertable_name"] for row in names] == ["observation"]


async def test_pages_history_and_expansions_are_the_same_as_elsewhere(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as http:
        for order in ("phenomenonTime desc", "phenomenonTime", "result"):
            first = f"{ROOT}/Observations?$top=90&$orderby={order}"
            found = await _own_pages(http, first)
            assert len(found) == len(set(found)) == 282
        latest = await http.get(
            f"{ROOT}/Things?$expand=Datastreams/Observations($top=1;$orderby=phenomenonTime desc)"
        )
        history = await http.get("/observations.csv?city=zonnedorp,maanstad")
        before = await http.get("/observations.json?datastream=3&asOf=2026-01-15")

    results = [thing["Datastreams"][0]["Observations"][0]["result"] for thing in
               latest.json()["value"]]  # fmt: skip
    assert results == [249.0, 45.0, {"a": {"b": 2}, "t": "x"}]
    assert history.text.count("\r\n") == 283
    assert len(before.json()) == 30


async def _own_pages(http: httpx.AsyncClient, address: str) -> list[str]:
    """Follow nextLink, whatever public address it names."""
    found: list[str] = []
    while address:
        page = (await http.get(address)).raise_for_status().json()
        found += [one["@iot.id"] for one in page["value"]]
        address = page.get("@iot.nextLink", "").replace("http://127.0.0.1:8080", "")
    return found


async def test_live_goes_on_where_it_left_off(
    address: str, real_database: DatabaseConnection
) -> None:
    owner = await asyncpg.connect(real_database.dsn.get_secret_value())
    await publish(owner, (1, datetime(2026, 5, 1, tzinfo=UTC), 1.0))
    async with listening(address, Last_Event_ID="1000") as events:
        await publish(owner, (3, datetime(2026, 5, 1, tzinfo=UTC), 2.0))
        found = await events.take(2)
    await owner.close()

    assert [event["sequence"] for event in found] == [1001, 1002]
