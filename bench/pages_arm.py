"""Event streams: what building pages costs at a rate, and how fast a closed one is given."""

import asyncio
import time
from statistics import median
from typing import Final

import asyncpg

from api.settings import ApiSettings
from bench.child import Child, child
from bench.feed import feed
from bench.http_reader import Answers, Wanted
from bench.page_server import PLAIN, Serving
from bench.processes import Meter
from bench.results import Building, Giving, Pages
from bench.whole_arm import Site
from deploy.part import environment
from deploy.stack.ports import free_port
from schemas.errors import Unavailable
from schemas.settings import HttpListener

RATE: Final = 5000
"""Observations a second that the builder is to keep up with."""

_SLICES: Final = 12
_SHORTEST_SECONDS: Final = 0.2
_WARM_SECONDS: Final = 0.5
_PATIENCE_SECONDS: Final = 60.0
_READ: Final = "select sequence from event_progress"
_PAGE: Final = (
    "select p.name, p.page, city, theme from event_page as p join event_stream using"
    " (event_stream_id) join dataset using (dataset_id) where p.open and kind = 'observations'"
    " order by member_count desc, closed_at desc limit 1"
)


async def pages_arm(here: Site, *, seconds: float) -> Pages:
    """Measure the builder, then the giving of a page that it built.

    Args:
        here: the platform, which stands idle.
        seconds: that each of the two is to take, about.

    Raises:
        Unavailable: no page was closed, or a process ended.
    """
    building = await _building(here, seconds)
    page = await here.connection.fetchrow(_PAGE)
    if page is None:
        raise Unavailable("no page of an event stream was closed")
    return Pages(building=building, giving=await _giving(here, page, seconds))


async def _building(here: Site, seconds: float) -> Building:
    connection = here.connection
    before = await connection.fetchval("select count(*) from event_page")
    meter = Meter({"ldes": here.pids()["ldes"]})
    begin = time.perf_counter()
    last = await feed(connection, rate=RATE, seconds=seconds)
    fed = time.perf_counter()
    await _until_read(connection, last)
    read = time.perf_counter()
    return Building(
        observations=int(RATE * seconds),
        seconds=round(fed - begin, 3),
        pages=await connection.fetchval("select count(*) from event_page") - before,
        cost=meter.read().costs["ldes"],
        behind_seconds=round(read - fed, 3),
    )


async def _until_read(connection: asyncpg.Connection, sequence: int) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while await connection.fetchval(_READ) < sequence:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)


async def _giving(here: Site, page: asyncpg.Record, seconds: float) -> Giving:
    """Ask for the page and for plain bytes of its size in turn, a slice of time each."""
    platform = here.platform
    settings = ApiSettings(
        database=platform.stack.database,
        listener=HttpListener(port=free_port()),
        base_iri=platform.settings.base_iri,
        pages_dir=platform.installation.pages_dir,
    )
    file = platform.installation.pages_dir / f"{page['name']}.nq.zst"
    serving = Serving(environment(settings), str(file))
    lengths = [_WARM_SECONDS, *[max(_SHORTEST_SECONDS, seconds / _SLICES / 2)] * _SLICES]
    path = f"/ldes/{page['city']}/{page['theme']}/page/{page['page']}"
    async with (
        child("bench.page_server", serving),
        child("bench.http_reader", {}) as reader,
    ):
        slices = [
            [await _slice(reader, settings.listener, one, length) for one in (PLAIN, path)]
            for length in lengths
        ]
    return _given(file.stat().st_size, slices[1:])


async def _slice(reader: Child, listener: HttpListener, path: str, seconds: float) -> Answers:
    wanted = Wanted(host=listener.host, port=listener.port, path=path, seconds=seconds)
    await reader.tell(wanted)
    return Answers(**await reader.said())


def _given(size: int, slices: list[list[Answers]]) -> Giving:
    if {one.bytes for both in slices for one in both} != {size}:
        raise Unavailable("the page and the plain bytes are not of one size")
    return Giving(
        page_bytes=size,
        plain_per_second=round(median(plain.per_second for plain, _ in slices), 1),
        page_per_second=round(median(page.per_second for _, page in slices), 1),
        ratio=round(median(page.per_second / plain.per_second for plain, page in slices), 3),
    )
