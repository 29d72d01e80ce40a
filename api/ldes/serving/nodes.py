"""Finds the node that an address leads to, for a caller who may read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from api.access import Caller
from api.iris import Iris
from api.ldes.buckets import begin_of
from api.ldes.page_names import node_name
from api.ldes.page_store import PageStore
from api.ldes.serving import index
from api.ldes.serving.codings import Coding
from api.ldes.serving.documents import Content, Document, KeptDocuments
from api.ldes.serving.index import Child, PageFacts, StreamFacts
from api.ldes.serving.memory import ShortMemory
from api.ldes.serving.node_text import Remarking, node_text, root_text
from api.ldes.serving.open_page import OpenPages
from api.ldes.serving.places import Place
from api.negotiation import Form
from api.problems import NoLongerKept
from api.settings import EventStreamSettings
from api.store import Connection, Store
from schemas.errors import NotFound

_MOST_NODES: Final = 1000
_MOST_PAGES: Final = 10_000


class Found(NamedTuple):
    """A node in the form that was asked for.

    Attributes:
        immutable: whether it will never change.
        public: whether everybody may have it.
    """

    content: Content
    stream: StreamFacts
    immutable: bool
    public: bool


class Nodes:
    """The nodes of all event streams.

    Args:
        store: the database.
        pages: where closed pages lie.
        iris: of the installation.
        severities: of the quality flags, by code.
        settings: of event streams.
        remarking: what else is said of a stream on its root.
    """

    def __init__(
        self,
        store: Store,
        pages: PageStore,
        iris: Iris,
        severities: Mapping[str, str],
        settings: EventStreamSettings,
        *,
        remarking: Remarking,
    ) -> None:
        self._store = store
        self._remarking = remarking
        self._iris = iris
        self._settings = settings
        self._kept = KeptDocuments(pages, memory_bytes=settings.memory_bytes)
        self._open = OpenPages(
            iris,
            severities,
            page_members=settings.page_members,
            refresh_seconds=settings.refresh_seconds,
        )
        fresh = settings.fresh_seconds
        self._streams: ShortMemory[Place, StreamFacts] = ShortMemory(
            seconds=fresh, most=_MOST_NODES
        )
        self._changing: ShortMemory[tuple[Place, bool], Document | str] = ShortMemory(
            seconds=fresh, most=_MOST_NODES
        )
        self._pages: ShortMemory[Place, PageFacts | None] = ShortMemory(
            seconds=settings.refresh_seconds, most=_MOST_PAGES
        )

    async def find(
        self, place: Place, caller: Caller, form: Form, codings: Sequence[Coding]
    ) -> Found:
        """Return a node in a form, in the first of some codings that there is of it.

        Raises:
            NotFound: there is none, or none for this caller.
            NoLongerKept: retention took it away.
            PageStoreUnavailable: the page store cannot be read.
        """
        place = place.plain
        stream, all_pages = await self._stream(place, caller)
        public = stream.dataset.open and not all_pages
        found: str | Document = await self._kept_name(stream, place, all_pages=all_pages)
        found = found or await self._changing.get(
            (place, all_pages), lambda: self._document(place, all_pages=all_pages)
        )
        if isinstance(found, Document):
            content = await found.content(form, codings)
        else:
            content = await self._kept.content(found, form, codings)
        return Found(content, stream, immutable=isinstance(found, str), public=public)

    async def at_time(self, place: Place, caller: Caller, time: datetime) -> str:
        """Return the address of the page of a moment: the first that may have later members.

        Raises:
            NotFound: there is no such stream, or none for this caller.
        """
        stream, all_pages = await self._stream(place, caller)
        root = stream.root(self._iris)
        async with self._store.reading() as connection:
            page = await index.page_of_time(connection, stream, time, all_pages=all_pages)
        if page is None and stream.lower_time is None and not stream.open_bucket:
            return root  # nothing was published yet
        return f"{root}/page/{page or stream.open_page}"

    async def _stream(self, place: Place, caller: Caller) -> tuple[StreamFacts, bool]:
        stream = await self._streams.get(place.root, lambda: self._read_stream(place.root))
        all_pages = place.city in caller.cities
        if not (stream.dataset.open or all_pages):
            raise NotFound(f"there is no dataset {place.city}/{place.theme} here")
        return stream, all_pages

    async def _read_stream(self, place: Place) -> StreamFacts:
        async with self._store.reading() as connection:
            return await index.stream_at(connection, place)

    async def _kept_name(self, stream: StreamFacts, place: Place, *, all_pages: bool) -> str:
        """Return the name under which a node is kept for good; empty where it may change."""
        if place.page:
            return await self._page_name(stream, place, all_pages=all_pages)
        if not place.bucket or not _is_immutable(stream, place.bucket):
            return ""
        name = node_name(stream.dataset, stream.kind, place.bucket, all_pages=all_pages)
        if not await self._kept.has(name):
            await self._kept.keep(name, await self._node_text(place, all_pages=all_pages))
        return name

    async def _page_name(self, stream: StreamFacts, place: Place, *, all_pages: bool) -> str:
        if place.page >= stream.open_page:
            return ""
        page = await self._pages.get(place, lambda: self._read_page(stream, place.page))
        return _name(page, place, all_pages=all_pages)

    async def _read_page(self, stream: StreamFacts, number: int) -> PageFacts | None:
        async with self._store.reading() as connection:
            return await index.page_at(connection, stream, number)

    async def _document(self, place: Place, *, all_pages: bool) -> Document | str:
        """Return a node that may change; the name of a page that was closed a moment ago."""
        if place.page:
            return await self._open_page(place, all_pages=all_pages)
        if place.bucket:
            return Document(await self._node_text(place, all_pages=all_pages))
        async with self._store.reading() as connection:
            stream = await index.stream_at(connection, place)
            children = await index.children_of(connection, stream, "", all_pages=all_pages)
        remarks = await self._remarking(stream)
        seconds = self._settings.polling_seconds
        return Document(root_text(self._iris, stream, children, remarks, polling_seconds=seconds))

    async def _open_page(self, place: Place, *, all_pages: bool) -> Document | str:
        async with self._store.reading() as connection:
            stream = await index.stream_at(connection, place)
            if place.page > stream.open_page:
                raise _no_page(place)
            if place.page == stream.open_page:
                return Document(await self._open.text(connection, stream))
            page = await index.page_at(connection, stream, place.page)
        return _name(page, place, all_pages=all_pages)

    async def _node_text(self, place: Place, *, all_pages: bool) -> str:
        bucket = place.bucket
        async with self._store.reading() as connection:
            stream = await index.stream_at(connection, place)
            if not await index.is_node(connection, stream, bucket, all_pages=all_pages):
                if await index.is_retired(connection, stream, bucket):
                    raise NoLongerKept("everything below this node is older than is kept")
                raise NotFound(f"there is no node {bucket} here")
            children = await self._children(connection, stream, bucket, all_pages=all_pages)
        immutable = _is_immutable(stream, bucket)
        return node_text(self._iris, stream, bucket, children, immutable=immutable)

    async def _children(
        self, connection: Connection, stream: StreamFacts, bucket: str, *, all_pages: bool
    ) -> list[Child]:
        found = await index.children_of(connection, stream, bucket, all_pages=all_pages)
        if stream.open_bucket == bucket:
            begin = begin_of(bucket)
            lower = max(stream.lower_time, begin) if stream.lower_time else begin
            found.append(Child(f"page/{stream.open_page}", lower, None))
        return found


def _is_immutable(stream: StreamFacts, bucket: str) -> bool:
    """Tell whether an inner node will never change: it is complete, and nothing is taken away."""
    return stream.is_complete(bucket) and not stream.retention


def _name(page: PageFacts | None, place: Place, *, all_pages: bool) -> str:
    if page is None or not (page.open or all_pages):
        raise _no_page(place)
    if page.retired:
        raise NoLongerKept("this page is older than this dataset's event stream is kept")
    return page.name


def _no_page(place: Place) -> NotFound:
    return NotFound(f"there is no page {place.page} in {place.city}/{place.theme}")
