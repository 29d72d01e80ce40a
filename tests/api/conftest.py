"""A database with two cities in it, and the application over it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.application import create_app
from api.server import run
from api.settings import ApiSettings, Limits, LiveSettings
from deploy.stack.ports import free_port
from schemas.cities.keys import CityKey, hash_key
from schemas.publication import PublishedObservation, pack
from schemas.settings import DatabaseConnection, HttpListener

BASE = "http://stadspuls.test"
ROOT = "/sensorthings/v1.1"
KEYS = {"zonnedorp": "sleutel-van-zonnedorp", "maanstad": "sleutel-van-maanstad"}
SEED = Path(__file__).with_name("seed.sql")

Get = Callable[..., Awaitable[Any]]


def as_city(city: str) -> dict[str, str]:
    """Return the headers of a city that shows its key."""
    return {"Authorization": f"Bearer {KEYS[city]}"}


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    """Return a key file with a key for each city."""
    return write_keys(tmp_path)


def write_keys(folder: Path) -> Path:
    """Write a key file with a key for each city."""
    keys = [CityKey(city=city, name="test", sha256=hash_key(key)) for city, key in KEYS.items()]
    file = folder / "keys.json"
    file.write_bytes(msgspec.json.encode(keys))
    return file


@pytest_asyncio.fixture
async def owner(embedded_database: DatabaseConnection) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection that may write, to the seeded database."""
    connection = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    await connection.execute(SEED.read_text(encoding="utf-8"))
    yield connection
    await connection.close()


@pytest.fixture
def settings(
    embedded_database: DatabaseConnection, owner: asyncpg.Connection, keys_file: Path
) -> ApiSettings:
    """Return settings over the seeded database."""
    return ApiSettings(
        database=embedded_database,
        keys_file=keys_file,
        base_iri=BASE,
        limits=Limits(statement_seconds=5),
        live=LiveSettings(poll_seconds=0.2),
    )


@asynccontextmanager
async def started(settings: ApiSettings) -> AsyncIterator[FastAPI]:
    """Yield the application with its lifespan running."""
    app = create_app(settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield app


@pytest_asyncio.fixture
async def app(settings: ApiSettings) -> AsyncIterator[FastAPI]:
    """Yield the application over the seeded database."""
    async with started(settings) as running:
        yield running


@pytest_asyncio.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Yield an HTTP client of the application."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        yield http


@pytest.fixture
def sta(client: httpx.AsyncClient) -> Get:
    """Return a function that gets a SensorThings document."""

    async def get(path: str, *, city: str | None = None, status: int = 200, **options: str) -> Any:
        answer = await client.get(
            f"{ROOT}/{path}",
            params={f"${name}": value for name, value in options.items()},
            headers=as_city(city) if city else {},
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    return get


@asynccontextmanager
async def served(settings: ApiSettings, *, base: bool = False) -> AsyncIterator[str]:
    """Yield the address of the interfaces, served over TCP until the context ends.

    With `base` it is the beginning of their identifiers, too.
    """
    listener = HttpListener(port=free_port())
    address = listener.address
    settings = settings.model_copy(
        update={"listener": listener} | ({"base_iri": address} if base else {})
    )
    task = asyncio.create_task(run(settings))
    try:
        async with httpx.AsyncClient(base_url=address) as http:
            while not await _is_ready(http, task):  # noqa: ASYNC110, as a caller sees it
                await asyncio.sleep(0.02)
        yield address
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _is_ready(http: httpx.AsyncClient, task: "asyncio.Task[None]") -> bool:
    if task.done():
        task.result()
    try:
        return (await http.get("/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def publish(
    connection: asyncpg.Connection, *observations: tuple[int, datetime, float]
) -> int:
    """Publish one batch as the store does, and return its last sequence."""
    async with connection.transaction():
        before: int = await connection.fetchval(
            "select last_sequence from publication_lane for update"
        )
        first = before + 1
        now = datetime.now(UTC)
        batch = [
            PublishedObservation(
                sequence=first + place,
                published_time=now,
                datastream_id=datastream,
                phenomenon_start=start,
                phenomenon_end=None,
                result_time=start,
                result=result,
            )
            for place, (datastream, start, result) in enumerate(observations)
        ]
        last = first + len(batch) - 1
        await connection.execute(
            "insert into publication values ($1, $2, $3, $3, $4, $5)",
            first,
            last,
            now,
            len(batch),
            pack(batch),
        )
        await connection.execute("update publication_lane set last_sequence = $1", last)
        await connection.execute(f"notify publication, '{last}'")
    return last


async def add_many(owner: asyncpg.Connection, number: int) -> None:
    """Give datastream 5 so many observations more, a second apart, with their number as result."""
    await owner.execute(
        "insert into observation (datastream_id, reading_partition, phenomenon_start, result_time,"
        " published_at, received_time, sequence, reading_offset, result_number)"
        " select 5, 0, t, t, t, t, 9, n, n from (select n, timestamptz '2020-01-01Z'"
        f" + n * interval '1 s' as t from generate_series(1, {number}) n) s"
    )


async def until_told(http: httpx.AsyncClient, line: str) -> None:
    """Wait until a line stands among the metrics."""
    while line not in (await http.get("/metrics")).text:  # noqa: ASYNC110 - it tells who asks
        await asyncio.sleep(0.05)
