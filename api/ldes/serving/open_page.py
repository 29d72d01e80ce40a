"""The page that is open: what waits for it, and what the builder has not looked at yet."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Final

from api.iris import Iris
from api.ldes import lexical
from api.ldes.directory import Directory
from api.ldes.member import Version
from api.ldes.page_names import page_address
from api.ldes.page_text import Page, page_text
from api.ldes.paging import Paging, after
from api.ldes.revisions import replaced_by
from api.ldes.serving.index import StreamFacts
from api.store import Connection
from schemas.errors import NotFound
from schemas.publication import PublishedObservation, unpack

_FOLDER: Final = files("api.ldes.serving")
_WAITING: Final = (_FOLDER / "waiting_of.sql").read_text(encoding="utf-8")
_TAIL: Final = (_FOLDER / "tail.sql").read_text(encoding="utf-8")
_BATCHES: Final = 10
_REMEMBERED: Final = 20


class OpenPages:
    """Writes open pages.

    Args:
        iris: of the installation.
        severities: of the quality flags, by code.
        page_members: most members of a page, as the builder has it.
        refresh_seconds: age at which what is known of datastreams is read again.
    """

    def __init__(
        self,
        iris: Iris,
        severities: Mapping[str, str],
        *,
        page_members: int,
        refresh_seconds: float,
    ) -> None:
        self._iris = iris
        self._directory = Directory(iris, severities)
        self._page_members = page_members
        self._refresh_seconds = refresh_seconds
        self._refreshed_time = 0.0
        self._batches: dict[int, list[PublishedObservation]] = {}

    async def text(self, connection: Connection, stream: StreamFacts) -> str:
        """Return the open page of a stream: what it would be closed with, were nothing to come.

        Raises:
            NotFound: it would be the first page, and nothing was published yet.
        """
        await self._refresh(connection)
        members = await self._members(connection, stream)
        end = members[-1].published_time if members else stream.lower_time
        if end is None:
            raise NotFound("nothing was published here yet")
        # Sums tell themselves what they replace.
        changes = members if stream.kind == "observations" else []
        replaced = await replaced_by(connection, changes)
        subject = lexical.iri(stream.iri(self._iris))
        versions = [Version(one, replaced.get(one.sequence)) for one in members]
        written = [self._directory.write(subject, one, stream.kind) for one in versions]
        return page_text(self._page(stream, end), written).decode()

    async def _refresh(self, connection: Connection) -> None:
        if time.monotonic() - self._refreshed_time > self._refresh_seconds:
            await self._directory.refresh(connection)
            self._refreshed_time = time.monotonic()

    async def _members(
        self, connection: Connection, stream: StreamFacts
    ) -> Sequence[PublishedObservation]:
        found = [
            one
            for row in await connection.fetch(_WAITING, stream.event_stream_id)
            for one in after(unpack(row["batch"]), stream.closed_sequence)
        ]
        if stream.kind == "observations":
            found += await self._tail(connection)
        await self._directory.learn(connection, {one.datastream_id for one in found})
        paging = Paging(
            number=stream.open_page,
            lower=stream.lower_time,
            bucket=stream.open_bucket,
            waiting=[one for one in found if self._is_of(one, stream)],
        )
        return paging.open_members(self._page_members)

    def _is_of(self, one: PublishedObservation, stream: StreamFacts) -> bool:
        dataset = self._directory.takes(one.datastream_id)
        return dataset is not None and dataset.dataset_id == stream.dataset.dataset_id

    async def _tail(self, connection: Connection) -> list[PublishedObservation]:
        rows = await connection.fetch(_TAIL, _BATCHES)
        return [one for row in rows for one in self._batch(row["last_sequence"], row["batch"])]

    def _batch(self, last_sequence: int, content: bytes) -> list[PublishedObservation]:
        """Return a batch, unpacked once for the open pages of all streams."""
        if last_sequence not in self._batches:
            while len(self._batches) >= _REMEMBERED:
                del self._batches[next(iter(self._batches))]
            self._batches[last_sequence] = unpack(content)
        return self._batches[last_sequence]

    def _page(self, stream: StreamFacts, end: datetime) -> Page:
        number, dataset, iris = stream.open_page, stream.dataset, self._iris
        return Page(
            stream=stream.iri(iris),
            root=stream.root(iris),
            address=page_address(iris, dataset, stream.kind, number),
            licence=dataset.licence,
            previous=page_address(iris, dataset, stream.kind, number - 1),
            following="",
            generated_time=end,
        )
