"""Builds pages: follows the publication, closes what is complete, and never changes it again.

A turn reads what was published, cuts pages, puts them into the store and writes everything down in
one transaction. A builder that is killed anywhere leaves at most pages in the store that nobody
knows of; the next one begins where the last transaction ended, and takes those away.
"""

import logging
import math
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

import asyncpg

from api.iris import Iris, Kind
from api.ldes.buckets import end_of
from api.ldes.building import summaries
from api.ldes.building.monitor import Monitor
from api.ldes.building.page_closer import PageCloser
from api.ldes.building.page_index import ClosedPage, write_down
from api.ldes.building.settings import LdesSettings
from api.ldes.building.stream import Stream, load_streams
from api.ldes.building.summaries import Settled
from api.ldes.directory import Directory
from api.ldes.page_names import page_folder
from api.ldes.page_store import PageStore
from api.ldes.paging import after
from api.leader import Connection
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

_SUMMED_SECONDS: Final = 5.0
"""Between two looks for hours and days that are due."""

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
        self._streams: dict[tuple[int, Kind], Stream] = {}
        self._summed_time = -math.inf
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
        self._streams = {(one.dataset_id, one.kind): one for one in streams}
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
        now = summaries.milliseconds(datetime.now(UTC))
        settled = await self._sum_up(now)
        if watermark is not None or settled or self._sums_wait(now):
            becomes = rows[-1]["last_sequence"] if rows else self.position
            await self._build(watermark, now, settled, becomes)
        self._monitor.lag.set(await self._connection.fetchval(_EDGE) - self.position)
        return len(rows)

    async def _build(
        self,
        watermark: datetime | None,
        now: datetime,
        settled: Sequence[Settled],
        becomes: int,
    ) -> None:
        """Close what can be closed: sums are published here alone, so nothing comes before now."""
        closed: list[ClosedPage] = []
        changed = []
        try:
            for stream in self._streams.values():
                known = stream.closed_sequence
                end = watermark if stream.kind == "observations" else now
                if end is not None:
                    closed += await self._close(stream, end)
                if stream.fresh or stream.closed_sequence != known:
                    changed.append((stream, self._directory.dataset(stream.dataset_id).open))
        finally:
            await self._closer.kept()
        await write_down(
            self._connection,
            closed=closed,
            streams=changed,
            known=self.position,
            becomes=becomes,
            settled=settled,
        )
        self.position = becomes
        self._monitor.pages.inc(len(closed))
        self._monitor.members.inc(sum(one.member_count for one in closed))

    async def _sum_up(self, now: datetime) -> list[Settled]:
        """Let the streams of sums take what is due, now and then."""
        if time.monotonic() - self._summed_time < _SUMMED_SECONDS:
            return []
        rest_seconds = self._settings.summary_rest_seconds
        rows = await summaries.due(self._connection, rest_seconds=rest_seconds)
        if len(rows) < summaries.MOST:
            self._summed_time = time.monotonic()
        await self._directory.learn(self._connection, {row["datastream_id"] for row in rows})
        settled: list[Settled] = []
        for (number, kind), found in _by_stream(rows, self._directory).items():
            if number:
                stream = await self._stream(number, kind)
                settled += summaries.publish(stream, found, now)
            else:
                settled += summaries.skipped(found)
        return settled

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
                    (await self._stream(dataset.dataset_id, "observations")).take(one)

    async def _stream(self, dataset_id: int, kind: Kind) -> Stream:
        """Return a stream of a dataset; one that is new begins."""
        known = self._streams.get((dataset_id, kind))
        if known is None:
            number = await self._connection.fetchval(_ADD, dataset_id, kind)
            known = Stream(event_stream_id=number, dataset_id=dataset_id, kind=kind)
            self._streams[dataset_id, kind] = known
        return known

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
        if not self._is_over(datetime.now(UTC), of_sums=False):
            return None
        async with self._connection.transaction():
            await self._connection.execute("select pg_advisory_xact_lock($1)", LANE)
            row = await self._connection.fetchrow(_MOVE)
        if row is None or row["last_sequence"] > self.position:
            return None  # something was published meanwhile: it is read first
        watermark: datetime = row["last_published_at"]
        return watermark

    def _sums_wait(self, now: datetime) -> bool:
        """Tell whether a page of sums can be closed without anything to come."""
        most = self._settings.page_members
        sums = (one for one in self._streams.values() if one.kind != "observations")
        full = any(len(one.paging.waiting) > most for one in sums)
        return full or self._is_over(now, of_sums=True)

    def _is_over(self, now: datetime, *, of_sums: bool) -> bool:
        """Tell whether a page waits for nothing but the end of its time."""
        return any(
            one.paging.bucket and end_of(one.paging.bucket) <= now
            for one in self._streams.values()
            if (one.kind != "observations") == of_sums
        )

    async def _refresh(self) -> None:
        """Read what is known of datastreams again when it is old, or a thing has moved."""
        newest = await self._connection.fetchval(_NEWEST_FEATURE)
        old = time.monotonic() - self._refreshed_time > self._settings.refresh_seconds
        if old or newest != self._newest_feature:
            await self._directory.refresh(self._connection)
            self._refreshed_time = time.monotonic()
            self._newest_feature = newest


def _by_stream(
    rows: Iterable[asyncpg.Record], directory: Directory
) -> dict[tuple[int, Kind], list[asyncpg.Record]]:
    """Return hours and days by dataset and kind; by dataset 0 those that are in no stream."""
    found: dict[tuple[int, Kind], list[asyncpg.Record]] = {}
    for row in rows:
        dataset = directory.takes(row["datastream_id"])
        key = (dataset.dataset_id if dataset else 0, summaries.kind_of(row))
        found.setdefault(key, []).append(row)
    return found
