"""Clients that want one hour of a stream of several years read that hour, and no other year."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from api.iris import Iris
from api.ldes.building.leader import leading
from api.ldes.building.monitor import Monitor
from api.ldes.building.settings import LdesSettings
from api.settings import ApiSettings
from schemas.publication import PublishedObservation
from schemas.settings import DatabaseConnection
from tests.api.conftest import SEED, served
from tests.api.ldes.conftest import Publisher, site_over
from tests.clients.npm_programs import FOLDER, LdesClient, run
from tests.clients.reverse_proxy import ReverseProxy, reverse_proxy

pytestmark = [
    pytest.mark.clients,
    pytest.mark.embedded,
    pytest.mark.xdist_group("event streams"),
]

STREAM = "/ldes/zonnedorp/traffic"
DAY = datetime(2024, 3, 5, tzinfo=UTC)
HOUR = DAY.replace(hour=10)
YEARS = (DAY.replace(year=2022), DAY.replace(year=2023), DAY, DAY.replace(year=2025))
CARS, STATE = 1, 5
"""Datastreams of the two things whose data are open."""
_COMUNICA = FOLDER / "@comunica/config-query-sparql-link-traversal/config"
_FOLLOWS_NEXT = "ccqs:config/rdf-resolve-hypermedia-links/actors.json"


@dataclass(frozen=True)
class History:
    """A stream of several years, and the requests that clients make of it."""

    proxy: ReverseProxy
    published: list[PublishedObservation]

    @property
    def url(self) -> str:
        return self.proxy.address + STREAM

    def of_the_hour(self, datastream: int) -> list[PublishedObservation]:
        """Return what a datastream published in the hour."""
        end = HOUR + timedelta(hours=1)
        return [
            one
            for one in self.published
            if one.datastream_id == datastream and HOUR <= one.published_time < end
        ]

    def years_read(self) -> set[str]:
        """Return the years of the inner nodes and pages that were asked for."""
        paths = {one.path.removeprefix(f"{STREAM}/") for one in self.proxy.passed}
        pages = {path for path in paths if path.startswith("page/")}
        years = {path[:4] for path in paths - pages if path[:4].isdigit()}
        return years | {self._year_of(int(path.removeprefix("page/"))) for path in pages}

    def _year_of(self, page: int) -> str:
        """Return the year of a page: each year has four, of 400 members at most."""
        return str(YEARS[min((page - 1) // 4, len(YEARS) - 1)].year)


@pytest_asyncio.fixture
async def history(embedded_database: DatabaseConnection, tmp_path: Path) -> AsyncIterator[History]:
    """Serve a day of each of four years, 1440 observations each, behind a reverse proxy."""
    async with AsyncExitStack() as stack:
        targets: list[str] = []
        proxy = stack.enter_context(reverse_proxy(lambda: targets[0]))
        owner = await asyncpg.connect(embedded_database.dsn.get_secret_value())
        await owner.execute(SEED.read_text(encoding="utf-8"))
        publisher = Publisher(owner)
        for year in YEARS:
            minute = timedelta(minutes=1)
            await publisher.publish(*[CARS, STATE] * 720, at=year, step=minute)
        await publisher.publish(CARS, at=YEARS[-1] + timedelta(days=1))
        builder = LdesSettings(
            database=embedded_database,
            pages_dir=tmp_path / "pages",
            base_iri=proxy.address,
            page_members=400,
        )
        monitor = Monitor()
        async with leading(embedded_database, monitor) as connection:
            await (await site_over(connection, builder, owner, monitor, publisher)).turns()
        await owner.close()
        keys = tmp_path / "keys.json"
        keys.write_bytes(msgspec.json.encode([]))
        settings = ApiSettings(
            database=embedded_database,
            keys_file=keys,
            base_iri=proxy.address,
            pages_dir=builder.pages_dir,
        )
        targets.append(await stack.enter_async_context(served(settings)))
        yield History(proxy, publisher.published)


def tree_alone(folder: Path) -> Path:
    """Return Comunica's configuration for TREE, less its following of `hydra:next`."""
    config = json.loads((_COMUNICA / "config-base.json").read_text(encoding="utf-8"))
    config["import"].remove(_FOLLOWS_NEXT)
    config["import"].append("ccqslt:config/extract-links/actors/tree.json")
    file = folder / "tree-alone.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    return file


def query(sensor: str) -> str:
    return f"""
        PREFIX dct: <http://purl.org/dc/terms/>
        PREFIX sosa: <http://www.w3.org/ns/sosa/>
        PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        SELECT ?member ?result WHERE {{
          ?member sosa:madeBySensor <{sensor}> ; sosa:hasSimpleResult ?result ;
            dct:created ?created .
          FILTER(?created >= "{HOUR:%Y-%m-%dT%H:%M:%SZ}"^^xsd:dateTime &&
                 ?created < "{HOUR + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"^^xsd:dateTime)
        }}"""


async def test_comunica_answers_a_query_of_one_hour_from_its_day(
    history: History, tmp_path: Path
) -> None:
    """Below the node of the day: no released Comunica leaves links out by their bounds."""
    iris = Iris(history.proxy.address)
    config = str(tree_alone(tmp_path))

    answer = await asyncio.to_thread(
        run,
        "comunica-dynamic-sparql-link-traversal",
        f"{history.url}/{DAY:%Y-%m-%d}",
        query(iris.sensor(1, 1)),
        "--lenient",
        COMUNICA_CONFIG=config,
    )

    found = {row["member"] for row in json.loads(answer)}
    assert found == {
        iris.observation_version(one.datastream_id, one.phenomenon_start, one.sequence)
        for one in history.of_the_hour(CARS)
    }
    assert len(found) == 30
    assert history.years_read() == {"2024"}


async def test_ldes_client_reads_one_hour_from_the_root(history: History) -> None:
    """It leaves out what the bounds of relations tell it to."""
    client = LdesClient(
        history.url,
        *("--after", (HOUR - timedelta(milliseconds=1)).isoformat()),
        *("--before", (HOUR + timedelta(hours=1)).isoformat()),
        *("--concurrent", "1"),
    )
    assert await asyncio.to_thread(client.wait) == 0, client.complaints

    assert len(client.members) == len(history.of_the_hour(CARS) + history.of_the_hour(STATE))
    assert history.years_read() == {"2024"}
