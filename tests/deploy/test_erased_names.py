"""Names and places that a thing had before: gone from catalogue, feed and kept pages."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
import zstandard

from api.feeds.chronicle import Chronicle
from api.iris import Iris
from api.ldes.page_store import DirectoryPageStore
from api.settings import ApiSettings
from deploy.erasure import Wish, find_subject
from deploy.erasure.names import count_names, erase_names, forget_pages
from deploy.erasure.trace import Trace
from schemas.settings import DatabaseConnection
from tests.api.conftest import BASE, SEED, started

pytestmark = pytest.mark.embedded

CITY, THING = "zonnedorp", "teller-1"
WISH = Wish(
    CITY, THING, None, datetime(2026, 1, 1, tzinfo=UTC), datetime.now(UTC), "a name", "dpo"
)
SECRETS = ("Janssens", "Oude markt")
FILL = """
insert into chronicle (feed, position, published_at, subject, activity, digest, description)
select
    'zonnedorp', last + n, newest + n * interval '1 ms', 'id/thing/' || 1000 + n, 'delete', '', ''
from (
    select max(position) as last, max(published_at) as newest from chronicle
    where feed = 'zonnedorp'
) as known
cross join generate_series(1, 100 - last) as n
"""


@pytest_asyncio.fixture
async def owner(embedded_database: DatabaseConnection) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection to a database in which a thing had a person's name, and another place."""
    connection = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    await connection.execute(SEED.read_text(encoding="utf-8"))
    chronicle = Chronicle(Iris(BASE))
    for title in ("Meter van Janssens", "Meter 7"):
        await connection.execute("update thing set title = $1 where name = $2", title, THING)
        await chronicle.turn(connection)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def client(
    embedded_database: DatabaseConnection, owner: asyncpg.Connection, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    settings = ApiSettings(database=embedded_database, base_iri=BASE, pages_dir=tmp_path)
    async with started(settings) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            yield http


async def erased(owner: asyncpg.Connection, store: DirectoryPageStore) -> None:
    subject = await find_subject(owner, WISH)
    await erase_names(owner, subject, await Trace.begin(owner, subject))
    await forget_pages(owner, store, subject)


async def told(owner: asyncpg.Connection) -> str:
    """Return all that is in the database, as text."""
    tables = await owner.fetch(
        "select table_name from information_schema.tables where table_schema = 'public'"
    )
    rows = [await owner.fetch(f"select t::text from {row[0]} as t") for row in tables]
    return "\n".join(row[0] for table in rows for row in table)


async def test_earlier_names_and_places_are_found_nowhere_and_what_holds_is_told_anew(
    owner: asyncpg.Connection, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    await owner.execute(FILL)
    position = await owner.fetchval(
        "select min(position) from chronicle where subject = 'id/thing/1'"
    )
    before = await client.get("/feeds/zonnedorp/page/1.nq")
    assert all(secret in before.text for secret in SECRETS)
    assert SECRETS[0] in kept(tmp_path)
    for _ in range(2):  # it may be done again
        await erased(owner, DirectoryPageStore(tmp_path))
        await Chronicle(Iris(BASE)).turn(owner)
    after = await client.get("/feeds/zonnedorp/page/1.nq")
    newest = await client.get("/feeds/zonnedorp/page/2.nq")
    version = await client.get(f"/id/thing/1/version/{position}.nt")

    everything = await told(owner) + after.text + newest.text + kept(tmp_path)
    assert not [secret for secret in SECRETS if secret in everything]
    assert "activitystreams#Delete" in version.text
    assert "Meter 7" in newest.text
    assert "Teller zonder plaats" in after.text
    assert after.headers["etag"] != before.headers["etag"]
    assert after.text.count("tree#member>") == before.text.count("tree#member>") == 100
    assert await owner.fetchval("select counts ->> 'feedVersions' from erasure") is not None


async def test_what_others_are_called_and_where_they_stand_stays(
    owner: asyncpg.Connection, tmp_path: Path
) -> None:
    others = "select * from chronicle where subject !~ 'thing/1(/|$)|datastream/1$|interest/[12]$'"
    known, here = await owner.fetch(others), await owner.fetch("select * from thing")
    places = await owner.fetch("select * from location where location_id <> 5")
    await erased(owner, DirectoryPageStore(tmp_path))

    assert await owner.fetch(others) == known
    assert await owner.fetch("select * from thing") == here
    assert await owner.fetch("select * from location") == places


def kept(folder: Path) -> str:
    """Return all that is in the page store."""
    return "".join(_read(file) for file in folder.rglob("*.*") if file.is_file())


def _read(file: Path) -> str:
    content = file.read_bytes()
    if file.suffix == ".zst":
        content = zstandard.decompress(content, max_output_size=1 << 28)
    return content.decode()


async def test_what_would_go_is_counted_as_it_goes(owner: asyncpg.Connection) -> None:
    subject = await find_subject(owner, WISH)
    before = await count_names(owner, subject)
    everything = await told(owner)
    again = await count_names(owner, subject)
    trace = await Trace.begin(owner, subject)
    await erase_names(owner, subject, trace)
    after = await count_names(owner, subject)

    assert again == before
    assert everything.count("Meter van Janssens") >= 1
    assert (before["features"], before["places"]) == (1, 1)
    assert before["feedVersions"] == (await trace.finish())["feedVersions"] > 1
    assert after == {"feedVersions": 0, "features": 0, "places": 0}
