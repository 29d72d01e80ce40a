"""A platform behind a reverse proxy that counts, and an event stream of it."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tests.clients.reverse_proxy import ReverseProxy, reverse_proxy
from tests.clients.writing import CITY, THEME
from tests.journey.running import Up, up


@dataclass(frozen=True)
class Site:
    """What clients of an event stream see, and what is really there."""

    platform: Up
    proxy: ReverseProxy
    path: str = f"/ldes/{CITY}/{THEME}"

    @property
    def url(self) -> str:
        """Public address of the stream."""
        return self.proxy.address + self.path

    def published(self) -> set[str]:
        """Return the IRIs of what was published, from the database."""
        rows = asyncio.run(_published(self.platform.facts["database"]))
        return {
            f"{self.proxy.address}/id/observation/"
            f"{row['datastream_id']}_{row['phenomenon_start']:%Y%m%dT%H%M%SZ}/{row['sequence']}"
            for row in rows
        }


async def _published(dsn: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(
            "select datastream_id, phenomenon_start, sequence from observation"
            " join datastream using (datastream_id) join dataset using (dataset_id)"
            " where city = $1 and theme = $2",
            CITY,
            THEME,
        )
    finally:
        await connection.close()


@contextmanager
def site_in(data_dir: Path) -> Iterator[Site]:
    """Run an embedded platform whose public address is a reverse proxy's."""
    data_dir.chmod(0o755)
    with ExitStack() as stack:
        running: list[Up] = []
        proxy = stack.enter_context(reverse_proxy(lambda: str(running[0].facts["api"])))
        address = proxy.address
        platform = up(data_dir, services="embedded", STADSPULS_BASE_IRI=address)
        running.append(stack.enter_context(platform))
        yield Site(running[0], proxy)
