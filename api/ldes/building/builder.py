"""Builds pages: follows the publication, closes what is complete, and never changes it again.

A turn reads what was published, cuts pages, puts them into the store and writes everything down in
one transaction. A builder that is killed anywhere leaves at most pages in the store that nobody
knows of; the next one begins where the last transaction ended, and takes those away.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

import asyncpg

from api.iris import Iris
from api.ldes.buckets import end_of
from api.ldes.building.leader import Connection
from api.ldes.building.monitor import Monitor
from api.ldes.building.page_closer import PageCloser
from api.ldes.building.page_index import ClosedPage, write_down
from api.ldes.building.settings import LdesSettings
from api.ldes.building.stream import Stream, load_streams
from api.ldes.directory import Dataset, Directory
from api.ldes.page_names import page_folder
from api.ldes.page_store import PageStore
from api.ldes.paging import after
from schemas.errors import Misconfigured
from schemas.publication import LANE, PublishedObservation, unpack

_FOLDER: Final = files("api.ldes.building")
_PUBLICATION: Final = (_FOLDER / "publication.sql").read_text(encoding="utf-8")
_ADD: Final = (_FOLDER / "add_stream.sql").read_text(encoding="utf-8")
_MOVE: Final = (_FOLDER / "move_watermark.sql").read_text(encoding="utf-8")
_FIX_BASE: Final = (_FOLDER / "fix_base.sql").read_text(encoding="utf-8")
_EDGE: Final = "select last_sequence from publication_lane"
_NEWEST_FEATURE: Final = "select max(feature_of_interest_id) from feature_of_interest"
_SWEPT: Final = 1000
"""Pages behind the last known one in which a killed builder may have left something."""

MOST_BATCHES: Final = 10
"""Read in a turn: enough to catch up fast, few enough to stay small in memory."""


_log = logging.getLogger(__name__)


class Builder:
    """Builds the pages of all streams, from where they were left.

    Args:
        connection: that holds the builder's lock.
        settings: of the builder.
        store: where pages lie.
        directory: what is known of datasets and datastreams.
        monitor: where it is counted.

    Attributes:
        position: everything published up to here is in a page or waits for one.
    """

    def __init__(
        self,
        connection: Connection,
        settings: LdesSettings,
        store: PageStore,
        directory: Directory,
        monitor: Monitor,
    ) -> None:
        self.position = 0
        self._monitor = monitor
        self._connection = connection
        self._settings = settings
        self._store = store
        self._directory = directory
        self._closer = PageCloser(Iris(settings.base_iri), directory, store)
        self._streams: dict[int, Stream] = {}
        self._refreshed_time = 0.0
        self._newest_feature = 0

    async def load(self) -> None:
        """Find out where the pages were left, and remove what nobody knows of.

        Raises:
            Misconfigured: pages were published under another base IRI.
        """
        await self._fix_base()
        self.position = await self._connection.fetchval("select sequence from event_progress")
        await self._directory.refresh(self._connection)
        streams = await load_streams(self._connection)
        self._streams = {one.dataset_id: one for one in streams if one.kind == "observations"}
        for stream in streams:
            await self._sweep(stream)

    async def turn(self) -> int:
        """Build what can be built; return how many batches were read, `MOST_BATCHES` at most.

        Raises:
            PageStoreUnavailable: a page cannot be kept.
            Fenced: another builder has gone on.
        """
        rows = await self._connection.fetch(_PUBLICATION, self.position, MOST_BATCHES)
        watermark = await (self._read(rows) if rows else self._idle_watermark())
        if watermark is not None:
            await self._build(watermark, becomes=rows[-1]["last_sequence"] if rows else None)
        self._monitor.lag.set(await self._connection.fetchval(_EDGE) - self.position)
        return len(rows)

    async def _build(self, watermark: datetime, becomes: int | None) -> None:
        closed: list[ClosedPage] = []
        changed = []
        for stream in self._streams.values():
            known = stream.closed_sequence
            closed += await self._close(stream, watermark)
            if stream.fresh or stream.closed_sequence != known:
                changed.append((stream, self._directory.dataset(stream.dataset_id).open))
        becomes = becomes or self.position
        await write_down(
            self._connection, closed=closed, streams=changed, known=self.position, becomes=becomes
        )
        self.position = becomes
        self._monitor.pages.inc(len(closed))
        self._monitor.members.inc(sum(one.member_count for one in closed))

    async def _fix_base(self) -> None:
        wished = self._settings.base_iri
        fixed = await self._connection.fetchval(_FIX_BASE, wished)
        if fixed != wished:
            raise Misconfigured(
                f"LDES_BASE_IRI is {wished}, but pages were published under {fixed}: their "
                f"identifiers last for good, so set it back to {fixed}"
            )

    async def _sweep(self, stream: Stream) -> None:
        """Remove pages that a builder put into the store and could not write down."""
        dataset, number = self._directory.dataset(stream.dataset_id), stream.paging.number
        folders = {page_folder(dataset, stream.kind, one) for one in (number, number + _SWEPT)}
        for folder in sorted(folders):
            for name in await self._store.names(folder):
                if int(name.rpartition("/")[2].partition(".")[0]) >= number:
                    await self._store.remove(name)

    async def _read(self, rows: Sequence[asyncpg.Record]) -> datetime:
        """Read batches; return up to when nothing can come any more."""
        missing = rows[0]["first_sequence"] - self.position - 1
        if self.position and missing > 0:
            _log.error(
                "%s observations after sequence %s are in no page: their publication was removed "
                "before it was read",
                missing,
                self.position,
            )
            self._monitor.missing.inc(missing)
        await self._refresh()
        for row in rows:
            await self._take(unpack(row["batch"]))
        watermark: datetime = rows[-1]["published_to"]
        return watermark

    async def _take(self, batch: Sequence[PublishedObservation]) -> None:
        await self._directory.learn(self._connection, {one.datastream_id for one in batch})
        for one in batch:
            if one.sequence > self.position:
                dataset = self._directory.takes(one.datastream_id)
                if dataset:
                    stream = self._streams.get(dataset.dataset_id)
                    (stream or await self._begin(dataset)).take(one)

    async def _begin(self, dataset: Dataset) -> Stream:
        number = await self._connection.fetchval(_ADD, dataset.dataset_id, "observations")
        stream = Stream(event_stream_id=number, dataset_id=dataset.dataset_id, kind="observations")
        self._streams[dataset.dataset_id] = stream
        return stream

    async def _close(self, stream: Stream, watermark: datetime) -> list[ClosedPage]:
        closed = []
        paging = stream.paging
        for cut in paging.cut(watermark=watermark, most=self._settings.page_members):
            page = await self._closer.close(self._connection, stream, cut)
            stream.closed_sequence = cut.members[-1].sequence
            if page is None:
                paging.take_back(cut)
            else:
                closed.append(page)
        stream.fresh = after(stream.fresh, stream.closed_sequence)
        return closed

    async def _idle_watermark(self) -> datetime | None:
        """While nothing is published: let time pass, where a page waits for its end."""
        now = datetime.now(UTC)
        if not any(one.paging.bucket and end_of(one.paging.bucket) <= now for one in self._all()):
            return None
        async with self._connection.transaction():
            await self._connection.execute("select pg_advisory_xact_lock($1)", LANE)
            row = await self._connection.fetchrow(_MOVE)
        if row is None or row["last_sequence"] > self.position:
            return None  # something was published meanwhile: it is read first
        watermark: datetime = row["last_published_at"]
        return watermark

    def _all(self) -> Iterable[Stream]:
        return self._streams.values()

    async def _refresh(self) -> None:
        """Read what is known of datastreams again when it is old, or a thing has moved."""
        newest = await self._connection.fetchval(_NEWEST_FEATURE)
        old = time.monotonic() - self._refreshed_time > self._settings.refresh_seconds
        if old or newest != self._newest_feature:
            await self._directory.refresh(self._connection)
            self._refreshed_time = time.monotonic()
            self._newest_feature = newest
