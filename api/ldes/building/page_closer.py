"""Closes a page: writes its members, compresses them, and puts the bytes into the store."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Final

import zstandard

from api.iris import Iris
from api.ldes import lexical
from api.ldes.building.page_index import ClosedPage
from api.ldes.building.stream import Stream
from api.ldes.directory import Dataset, Directory
from api.ldes.member import Version
from api.ldes.page_names import PRIMARY, page_address, page_name
from api.ldes.page_store import PageStore
from api.ldes.page_text import Page, page_text
from api.ldes.paging import Cut
from api.ldes.revisions import replaced_by
from api.ldes.series import AnyConnection
from schemas.publication import PublishedObservation

_LEVEL: Final = 3


class PageCloser:
    """Makes the pages of all streams.

    Args:
        iris: of the installation.
        directory: what is known of datasets and datastreams.
        store: where pages lie.
    """

    def __init__(self, iris: Iris, directory: Directory, store: PageStore) -> None:
        self._iris = iris
        self._directory = directory
        self._store = store
        self._keeping: list[asyncio.Task[bytes]] = []

    async def close(
        self, connection: AnyConnection, stream: Stream, cut: Cut
    ) -> ClosedPage | None:
        """Begin to put a page into the store; it is there when `kept` has returned.

        Returns `None` when none of its members may be published (any more).
        """
        dataset = self._directory.dataset(stream.dataset_id)
        members = [one for one in cut.members if self._is_taken(one, dataset)]
        if not members:
            return None
        # Sums tell themselves what they replace.
        changes = members if stream.kind == "observations" else []
        replaced = await replaced_by(connection, changes)
        versions = [Version(one, replaced.get(one.sequence)) for one in members]
        content = self._text(dataset, stream, cut, versions)
        compressed = zstandard.compress(content, _LEVEL)
        # Of these, since they are a thirtieth: hashing the text would take longer than this does.
        digest = hashlib.sha256(compressed).hexdigest()
        name = page_name(dataset, stream.kind, cut.number, digest)
        keeping = self._store.keep(name + PRIMARY, compressed)
        self._keeping.append(asyncio.create_task(keeping, name="ldes.keep"))
        return ClosedPage(
            event_stream_id=stream.event_stream_id,
            cut=cut,
            member_count=len(members),
            open=dataset.open,
            name=name,
            byte_count=len(compressed),
        )

    async def kept(self) -> None:
        """Wait until all pages are in the store, durably: a disk takes many as fast as one.

        Raises:
            PageStoreUnavailable: the store cannot take one.
        """
        ended = await asyncio.gather(*self._keeping, return_exceptions=True)
        self._keeping.clear()
        for one in ended:
            if isinstance(one, BaseException):
                raise one

    def _is_taken(self, one: PublishedObservation, dataset: Dataset) -> bool:
        series = self._directory.series(one.datastream_id)
        return series is not None and dataset.takes(series)

    def _text(
        self, dataset: Dataset, stream: Stream, cut: Cut, versions: Sequence[Version]
    ) -> bytes:
        iri = self._iris.stream(dataset.city, dataset.theme, stream.kind)
        page = Page(
            stream=iri,
            root=self._iris.root(dataset.city, dataset.theme, stream.kind),
            address=page_address(self._iris, dataset, stream.kind, cut.number),
            licence=dataset.licence,
            previous=page_address(self._iris, dataset, stream.kind, cut.number - 1),
            following=page_address(self._iris, dataset, stream.kind, cut.number + 1),
            generated_time=cut.upper,
        )
        subject = lexical.iri(iri)
        return page_text(
            page, [self._directory.write(subject, one, stream.kind) for one in versions]
        )
