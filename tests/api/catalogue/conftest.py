"""Three cities, in a database and as facts, with what their sensors measured."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
import yaml
from rdflib import Graph

from api.catalogue.describing import catalogue_graph
from api.catalogue.facts import CityFacts, DatasetFacts, Extent, Facts
from api.data_quality.measurements import Measurement, metrics
from api.iris import Iris
from api.settings import ApiSettings
from deploy.installation import EXAMPLES
from deploy.stack import Stack
from schemas.catalogue import Dataset
from schemas.cities.declaration import DatasetDeclaration, city_declaration
from schemas.cities.registry import CityContext, Registry, load_registry
from schemas.description import dataset_of
from schemas.settings import DatabaseConnection
from stream_processors.register.synchronise import synchronise
from tests.api.conftest import BASE, started
from tests.conftest import fresh_database

MEASURED = Path(__file__).with_name("measured.sql")


def _closed_pack(directory: Path) -> Path:
    """Write the pack of a city with a closed dataset and terms of its own."""
    (directory / "city.yaml").write_text(yaml.safe_dump(_CLOSED), encoding="utf-8")
    return directory


_CLOSED = {
    "slug": "sterredorp",
    "name": {"nl": "Gemeente Sterredorp"},
    "publisher": {
        "name": {"nl": "Gemeente Sterredorp"},
        "iri": "https://data.vlaanderen.be/id/organisatie/OVO000001",
    },
    "contact": {
        "name": "Dataloket",
        "email": "data@sterredorp.example",
        "page": "https://sterredorp.example/data",
    },
    "spatial": "https://data.vlaanderen.be/id/gemeente/44021",
    "datasets": [
        {
            "theme": "energy",
            "title": {"nl": "Energie van woningen"},
            "description": {"nl": "Slimme meters van een proefproject."},
            "licence": "cc-by-4.0",
            "access": "restricted",
            "accessReason": {"code": "personal-data", "nl": "Gaat over gezinnen."},
            "legalBasis": {"nl": "Gemeenteraadsbesluit van 3 maart"},
        },
        {
            "theme": "parking",
            "title": {"nl": "Parkings"},
            "description": {"nl": "Vrije plaatsen."},
            "licence": "odbl-1.0",
            "access": "open",
            "frequency": "every-5-minutes",
        },
    ],
}


TIME = datetime(2026, 3, 2, 8, tzinfo=UTC)
EXTENT = Extent(
    things=2,
    datastreams=3,
    observations=12,
    box=(3.5482, 50.9791, 3.5561, 50.9843),
    shortest_interval_seconds=900,
    first_time=TIME,
    last_time=TIME,
    published_at=TIME,
)


def registry(directory: Path) -> Registry:
    """Return the two fictional cities, and one with a closed dataset."""
    return load_registry([EXAMPLES / "leiedonk", EXAMPLES / "vlierhove", _closed_pack(directory)])


def facts(cities: Registry) -> Facts:
    """Return what the catalogue would be made of, without a database."""
    return Facts(
        {
            slug: CityFacts(city=slug, name=slug, said=city_declaration(context.pack.city))
            for slug, context in cities.cities.items()
        },
        [
            _dataset(context, dataset_of(context, one.theme))
            for context in cities.cities.values()
            for one in context.pack.city.datasets
        ],
    )


def _dataset(context: CityContext, dataset: Dataset) -> DatasetFacts:
    is_open = dataset.access == "open"
    return DatasetFacts(
        dataset_id=1,
        city=dataset.city,
        theme=dataset.theme,
        licence=dataset.licence,
        open=is_open,
        said=msgspec.convert(dict(dataset.properties), DatasetDeclaration),
        registered_time=TIME,
        changed_time=TIME,
        extent=EXTENT if is_open else None,
        quality=[Measurement(one, 0.5, TIME) for one in metrics().values()] if is_open else (),
    )


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """Return the catalogue of the three cities; a test that changes it copies it."""
    iris = Iris(BASE, "mqtt://stadspuls.test:1883")
    return catalogue_graph(facts(registry(tmp_path_factory.mktemp("pack"))), iris)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def database(
    embedded_stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[DatabaseConnection]:
    """Yield a database with three cities in it, for a whole module."""
    async with fresh_database(embedded_stack) as fresh:
        connection = await asyncpg.connect(fresh.dsn.get_secret_value())
        await synchronise(connection, registry(tmp_path_factory.mktemp("pack")))
        await connection.execute(MEASURED.read_text(encoding="utf-8"))
        await connection.close()
        yield fresh


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def owner(database: DatabaseConnection) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection that may write; a test that does takes it back."""
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(
    database: DatabaseConnection, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """Yield an HTTP client of the application over the three cities."""
    settings = ApiSettings(
        database=database,
        base_iri=BASE,
        catalogue_seconds=0.001,
        pages_dir=tmp_path_factory.mktemp("pages"),
    )
    async with started(settings) as app:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            yield http
