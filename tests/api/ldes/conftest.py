"""A builder over the seeded database, and a store that publishes into it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest
import pytest_asyncio
import rdflib
import zstandard

from api.iris import Iris
from api.ldes.building.builder import Builder
from api.ldes.building.leader import leading
from api.ldes.building.monitor import Monitor
from api.ldes.building.settings import LdesSettings
from api.ldes.directory import Directory
from api.ldes.page_store import DirectoryPageStore
from schemas.publication import PublishedObservation, pack
from schemas.settings import DatabaseConnection
from tests.api.conftest import BASE

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
MORNING = datetime(2090, 1, 5, 9, 0, tzinfo=UTC)
"""So late that no day is over: only what is published closes a page."""
PAGE = 6
"""Small pages: what is published here never has more than one observation a millisecond."""


@pytest.fixture(autouse=True)
def _very_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have RDF read in the very words: the lexical form is promised, and libraries change this."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


@dataclass
class Publisher:
    """Publishes as the store does, at the times that a test wants."""

    connection: Owner
    sequence: int = 1000
    published: list[PublishedObservation] = field(default_factory=list)

    async def publish(
        self, *datastreams: int, at: datetime, step: timedelta | None = None, **facts: Any
    ) -> None:
        """Commit a batch: an observation of each of these datastreams, the first at `at`."""
        batch = [
            self._observation(number, at + place * (step or timedelta(0)), **facts)
            for place, number in enumerate(datastreams)
        ]
        await self.connection.execute(
            "insert into publication values ($1, $2, $3, $4, $5, $6)",
            batch[0].sequence,
            batch[-1].sequence,
            batch[0].published_time,
            batch[-1].published_time,
            len(batch),
            pack(batch),
        )
        await self.connection.execute(
            "update publication_lane set last_sequence = $1, last_published_at = $2",
            batch[-1].sequence,
            batch[-1].published_time,
        )
        self.published += batch

    def _observation(self, datastream: int, at: datetime, **facts: Any) -> PublishedObservation:
        self.sequence += 1
        start = MORNING + timedelta(minutes=15 * self.sequence)
        usual: dict[str, Any] = {
            "phenomenon_start": start,
            "phenomenon_end": start + timedelta(minutes=15),
            "result_time": start + timedelta(minutes=15),
            "result": float(self.sequence),
        }
        return PublishedObservation(self.sequence, at, datastream, **(usual | facts))


@dataclass
class Site:
    """A builder, its pages, and a publisher beside it."""

    builder: Builder
    publisher: Publisher
    folder: Path
    owner: Owner
    monitor: Monitor

    async def turns(self) -> None:
        """Let the builder work until there is nothing left to read."""
        while await self.builder.turn():
            pass

    async def pages(self, theme: str = "traffic") -> list[asyncpg.Record]:
        """Return the pages of a theme, as they are written down."""
        return list(
            await self.owner.fetch(
                "select p.* from event_page p join event_stream using (event_stream_id)"
                " join dataset using (dataset_id) where theme = $1 order by city, page",
                theme,
            )
        )

    def text(self, page: asyncpg.Record) -> str:
        """Return what a page says."""
        return zstandard.decompress((self.folder / f"{page['name']}.nq.zst").read_bytes()).decode()

    def files(self) -> dict[str, bytes]:
        """Return every file of the page store."""
        found = (one for one in self.folder.rglob("*") if one.is_file())
        return {str(one.relative_to(self.folder)): one.read_bytes() for one in found}


@pytest.fixture
def ldes_settings(embedded_database: DatabaseConnection, tmp_path: Path) -> LdesSettings:
    """Return the settings of a builder over the seeded database."""
    usual = LdesSettings(
        database=embedded_database,
        pages_dir=tmp_path / "pages",
        base_iri=BASE,
        refresh_seconds=0.001,
        poll_seconds=0.05,
        interval_seconds=0.02,
    )
    return usual.model_copy(update={"page_members": PAGE})  # fewer than it may be, unchecked


@pytest_asyncio.fixture
async def site(ldes_settings: LdesSettings, owner: Owner) -> AsyncIterator[Site]:
    """Yield a builder that leads and has loaded."""
    monitor = Monitor()
    async with leading(ldes_settings.database, monitor) as connection:
        yield await site_over(connection, ldes_settings, owner, monitor)


async def site_over(
    connection: Owner,
    settings: LdesSettings,
    owner: Owner,
    monitor: Monitor,
    publisher: Publisher | None = None,
) -> Site:
    """Return a builder over a connection, loaded."""
    directory = Directory(Iris(settings.base_iri), {"range.high": "error"})
    store = DirectoryPageStore(settings.pages_dir)
    builder = Builder(connection, settings, store, directory, monitor)
    await builder.load()
    return Site(builder, publisher or Publisher(owner), settings.pages_dir, owner, monitor)
