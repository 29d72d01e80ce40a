"""Brotli forms of closed pages: made when there is nothing else to do, given to who takes them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta

import brotli
import httpx
import pytest
import pytest_asyncio

from api.ldes.building.compressor import Compressor
from api.ldes.building.settings import LdesSettings
from api.ldes.page_store import DirectoryPageStore
from api.ldes.serving.codings import codings_of
from api.leader import AWAY
from api.settings import ApiSettings
from tests.api.ldes.conftest import MORNING, PAGE, Site
from tests.stream_processors.running import until

embedded = pytest.mark.embedded
MILLISECOND = timedelta(milliseconds=1)
PATH = "/ldes/zonnedorp/traffic/page"


@pytest.mark.parametrize(
    ("header", "codings"),
    [
        (None, ["identity"]),
        ("", ["identity"]),
        ("gzip, deflate, br, zstd", ["br", "zstd", "gzip", "identity"]),
        ("br;q=0.5, gzip;q=0.8", ["gzip", "br", "identity"]),
        ("br;q=0, zstd;q=0.000, gzip;q=0.1", ["gzip", "identity"]),
        ("GZIP;Q=1, identity;q=0.5, br; q=0.7", ["gzip", "br", "identity"]),
        ("identity, br;q=0.9", ["identity", "br"]),
        ("*", ["gzip", "identity"]),
        ("*;q=0, zstd", ["zstd", "identity"]),
        ("gzip;q=0, *", ["identity"]),
        ("identity;q=0", ["identity"]),
        ("br;q=much", ["identity"]),
    ],
)
def test_caller_gets_what_it_likes_best_then_what_is_smallest(
    header: str | None, codings: list[str]
) -> None:
    assert list(codings_of(header)) == codings


@pytest.fixture
def settings(settings: ApiSettings, ldes_settings: LdesSettings) -> ApiSettings:
    """Return settings over the pages that the builder makes."""
    return settings.model_copy(update={"pages_dir": ldes_settings.pages_dir})


@pytest_asyncio.fixture
async def full(site: Site) -> Site:
    """Return a stream with two closed pages."""
    await site.publisher.publish(*[1] * (2 * PAGE + 1), at=MORNING, step=MILLISECOND)
    await site.turns()
    return site


@pytest_asyncio.fixture
async def compressor(full: Site) -> AsyncIterator[Compressor]:
    """Yield what compresses the pages."""
    with closing(Compressor(full.builder._connection, DirectoryPageStore(full.folder))) as found:
        yield found


async def made(compressor: Compressor) -> None:
    """Let the page be compressed that is at work."""
    assert compressor._making is not None
    await asyncio.wait([compressor._making])


@embedded
async def test_closed_pages_are_compressed_one_by_one_the_newest_first(
    full: Site, compressor: Compressor
) -> None:
    first, second = await full.pages()
    before = full.files()
    await compressor.go_on()
    assert full.files() == before
    await made(compressor)
    await compressor.go_on()
    [newest] = full.files().keys() - before.keys()
    await made(compressor)
    await compressor.go_on()
    await compressor.go_on()

    assert newest == f"{second['name']}.nq.br"
    assert before.items() <= full.files().items()
    for page in (first, second):
        content = full.files()[f"{page['name']}.nq.br"]
        assert brotli.decompress(content).decode() == full.text(page)
    assert compressor._making is None


@embedded
async def test_page_is_given_in_brotli_once_it_is_there(
    full: Site, compressor: Compressor, client: httpx.AsyncClient
) -> None:
    """With a tag of its own; whoever likes another coding better gets that."""

    async def ask(accept: str, **headers: str) -> httpx.Response:
        wanted = {"accept-encoding": accept, "accept": "application/n-quads"} | headers
        return await client.get(f"{PATH}/2", headers=wanted)

    plain, before = await ask("identity"), await ask("br, zstd")
    await compressor.go_on()
    await made(compressor)
    await compressor.go_on()

    async def is_there() -> bool:
        answer = await ask("br")
        return bool(answer.headers.get("content-encoding") == "br")

    await until(is_there, seconds=90)  # that there was none is remembered for a second
    answers = {
        accept: await ask(accept) for accept in ("br", "br, zstd", "zstd, br;q=0.9", "gzip;q=1")
    }

    codings = [one.headers["content-encoding"] for one in answers.values()]
    assert before.headers["content-encoding"] == "zstd"
    assert codings == ["br", "br", "zstd", "gzip"]
    assert {one.text for one in (before, *answers.values())} == {plain.text}
    assert len({one.headers["etag"] for one in (plain, *answers.values())}) == 4
    assert all("Accept-Encoding" in one.headers["vary"] for one in answers.values())
    assert "immutable" in answers["br"].headers["cache-control"]
    tag = answers["br"].headers["etag"]
    assert (await ask("br", **{"if-none-match": tag})).status_code == 304
    assert (await ask("gzip", **{"if-none-match": tag})).status_code == 200
    assert (await client.get(f"{PATH}/1", headers={"accept-encoding": "br"})).status_code == 200


@embedded
async def test_page_that_became_another_meanwhile_gets_no_form_of_what_it_was(
    full: Site, compressor: Compressor
) -> None:
    """As when something is erased from it."""
    before = full.files()
    await compressor.go_on()
    await made(compressor)
    await full.owner.execute("update event_page set name = name || 'x' where page = 2")
    await compressor.go_on()

    assert full.files() == before


@embedded
async def test_form_is_not_kept_when_the_connection_is_lost(
    full: Site, compressor: Compressor
) -> None:
    before = full.files()
    await compressor.go_on()
    await made(compressor)
    pid = full.builder._connection.get_server_pid()
    await full.owner.execute("select pg_terminate_backend($1)", pid)
    with pytest.raises(AWAY):
        await compressor.go_on()

    assert full.files() == before
