"""Health, readiness, figures, and what is told while the database is away."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest
from pydantic import ValidationError

from api.application import create_app
from api.problems import STATUS, status_of
from api.server import run
from api.settings import ApiSettings
from api.telemetry import face_of
from deploy.stack.ports import free_port
from schemas import errors
from schemas.errors import Misconfigured
from schemas.settings import DatabaseConnection, HttpListener

from .conftest import ROOT, served, started

PATHS = (ROOT + "/Things", "/observations.csv?city=a", "/", "/ready", "/live/observations")


def client_of(app: object) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_while_the_database_is_away_callers_are_told_to_come_again() -> None:
    nowhere = DatabaseConnection.model_validate(
        {"dsn": f"postgresql://x:y@127.0.0.1:{free_port()}/nowhere"}
    )
    async with started(ApiSettings(database=nowhere)) as app, client_of(app) as http:
        answers = [await http.get(path) for path in PATHS]
        alive = await http.get("/health")

    assert {one.status_code for one in answers} == {503}
    assert all(one.headers["retry-after"] for one in answers)
    assert all(one.headers["content-type"] == "application/problem+json" for one in answers)
    assert alive.json() == {"status": "alive"}


@pytest.mark.embedded
async def test_a_database_that_is_not_migrated_is_not_ready(
    embedded_database: DatabaseConnection,
) -> None:
    owner = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    await owner.execute("drop schema public cascade; create schema public")
    await owner.close()
    async with started(ApiSettings(database=embedded_database)) as app, client_of(app) as http:
        answers = [await http.get(path) for path in PATHS]

    assert {one.status_code for one in answers} == {503}


@pytest.mark.embedded
async def test_a_database_that_comes_back_is_used_again(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    async with served(settings) as address, httpx.AsyncClient(base_url=address) as http:
        await owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        async with asyncio.timeout(90):
            answer = await http.get("/ready")
            while answer.status_code != 200:
                answer = await http.get("/ready")
        assert (await http.get(ROOT + "/Things")).status_code == 200


@pytest.mark.embedded
async def test_a_statement_that_takes_too_long_is_given_up_with_advice(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "alter table observed_property rename to hidden; create view observed_property as"
        " select h.* from hidden h, lateral pg_sleep(5) s;"
        " grant select on observed_property to stadspuls_reader"
    )
    short = settings.limits.model_copy(update={"statement_seconds": 0.05})
    hurried = settings.model_copy(update={"limits": short})
    async with started(hurried) as app, client_of(app) as http:
        answer = await http.get(ROOT + "/ObservedProperties")

    assert answer.status_code == 503
    assert "a shorter period" in answer.json()["detail"]


@pytest.mark.embedded
async def test_the_reader_can_change_nothing(settings: ApiSettings) -> None:
    async with started(settings) as app:
        store = app.state.hub._store
        with pytest.raises(errors.PlatformError):
            async with store.reading() as connection:
                await connection.execute("insert into city values ('x', 'x', 'x', '{}')")
        async with store.listening() as connection:
            assert await connection.fetchval("select current_user") == "stadspuls_reader"
            assert await connection.fetchval("show transaction_read_only") == "on"


@pytest.mark.embedded
async def test_requests_are_counted_by_face_and_status(client: httpx.AsyncClient) -> None:
    await client.get(ROOT + "/Things")
    await client.get(ROOT + "/Nope")
    await client.get("/nope")

    figures = (await client.get("/metrics")).text
    assert 'stadspuls_api_requests_total{face="sensorthings",status="200"} 1.0' in figures
    assert 'stadspuls_api_requests_total{face="sensorthings",status="404"} 1.0' in figures
    assert 'stadspuls_api_requests_total{face="other",status="404"} 1.0' in figures


def test_every_address_that_is_documented_belongs_to_a_face() -> None:
    paths = create_app(ApiSettings()).openapi()["paths"]

    assert [path for path in paths if face_of(path) == "other"] == []
    assert {face_of(path) for path in ("/quality.csv", "/quality/flags")} == {"quality"}
    assert {face_of(path) for path in ("/", "/map/data.json", "/cities/a/b")} == {"portal"}


@pytest.mark.embedded
async def test_browsers_of_any_origin_may_read(client: httpx.AsyncClient) -> None:
    origin = {"Origin": "https://dashboard.example"}
    asked = {"Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "authorization"}  # fmt: skip

    for path in (ROOT + "/Things", "/observations.csv?datastream=1", "/nope"):
        answer = await client.get(path, headers=origin)
        assert answer.headers["access-control-allow-origin"] == "*"
    preflight = await client.options(ROOT + "/Things", headers=origin | asked)
    assert preflight.status_code == 200


async def test_a_taken_port_is_told_as_a_setting_to_change(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(Misconfigured, match=str(port)):
            await run(ApiSettings(listener=HttpListener(port=port)))
        with pytest.raises(Misconfigured, match="certificate"):
            await run(ApiSettings(listener=HttpListener(certificate_file=tmp_path / "x.pem",
                                                        key_file=tmp_path / "x.key")))  # fmt: skip
    finally:
        server.close()
        await server.wait_closed()


def test_every_error_of_the_tree_has_a_status() -> None:
    statuses = {
        name: int(status_of(kind.__new__(kind)))
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.PlatformError)
    }

    assert statuses["NotFound"] == 404
    assert statuses["StoreUnavailable"] == 503
    assert statuses["NotSupported"] == 501
    assert len(statuses) >= len(STATUS) - 4


@pytest.mark.parametrize("base", ["stadspuls.be", "ftp://x", "https://x/\u20ac"])
def test_a_base_iri_that_is_no_address_is_refused(base: str) -> None:
    with pytest.raises(ValidationError):
        ApiSettings(base_iri=base)


def test_every_setting_is_described() -> None:
    for part in (ApiSettings, *(ApiSettings.model_fields[name].annotation
                                for name in ("limits", "live"))):  # fmt: skip
        assert part is not None
        assert all(field.description for field in part.model_fields.values())
