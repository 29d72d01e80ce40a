"""`/feeds/…`: streams of changes, and versions of entities below `/id/…`."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.entities.kinds import KINDS
from api.feeds.block import Block, forms_of, type_of, written
from api.feeds.feed import Feed, events_of, feed_named, nodes_of, pages_of, version_at
from api.feeds.kept_pages import KeptPages
from api.feeds.text import event_block, member_of, node_blocks, page_blocks, root_blocks
from api.feeds.tree import NODE, PAGE, Span, node_name, page_name, page_of
from api.identifiers import MAXIMUM_INTEGER
from api.iris import Iris
from api.ldes.page_store import DirectoryPageStore
from api.ldes.serving.codings import at_once, encoded
from api.ldes.serving.forms import FORMS
from api.negotiation import Form, accepted, form_of
from api.queries import check_names, query_of
from api.rdf_document import has, not_modified
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotFound

_FOR_GOOD: Final = "public, max-age=604800, immutable"
_NUMBER: Final = re.compile(r"([1-9]\d{0,9})(?:\.([a-z]+))?", re.ASCII)
_Making: TypeAlias = Callable[[Feed, Span], Awaitable[Sequence[Block]]]
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {form.media_type: {} for form in FORMS}},
    304: {"description": "it is as the caller has it"},
    406: {"description": "none of these forms is one that the caller takes"},
}


@dataclass(frozen=True)
class _Found:
    """What is answered: `kept` is where it is kept for good, if it is."""

    feed: Feed
    blocks: Sequence[Block]
    immutable: bool = False
    kept: str = ""


class Feeds:
    """Answers for what is asked of feeds."""

    def __init__(self, settings: ApiSettings, store: Store) -> None:
        self._store = store
        self._kept = KeptPages(DirectoryPageStore(settings.pages_dir))
        self._iris = Iris(settings.base_iri)
        self._polling_seconds = max(1, round(settings.feed_seconds))
        self._for_now = f"public, max-age={self._polling_seconds}"
        self._most_characters = settings.limits.query_characters

    async def root(self, request: Request, name: str) -> Response:
        """Return the root node of a feed."""
        feed_name, _, suffix = name.partition(".")
        async with self._store.reading() as connection:
            feed = await feed_named(connection, feed_name)
            children = await nodes_of(connection, feed)
        polling_seconds = self._polling_seconds
        blocks = root_blocks(self._iris, feed, children, polling_seconds=polling_seconds)
        return await self._answer(request, _Found(feed, blocks), suffix)

    async def node(self, request: Request, name: str, number: str) -> Response:
        """Return an inner node."""
        count, suffix = _numbered(number)
        feed = await self._reaching(name, Span(count, NODE))
        found = await self._found(feed, Span(count, NODE), node_name(count), self._node)
        return await self._answer(request, found, suffix)

    async def page(self, request: Request, name: str, number: str) -> Response:
        """Return a page."""
        count, suffix = _numbered(number)
        feed = await self._reaching(name, Span(count, PAGE))
        found = await self._found(feed, Span(count, PAGE), page_name(count), self._page)
        return await self._answer(request, found, suffix)

    async def version(self, request: Request) -> Response:
        """Return a version of an entity."""
        path = request.scope["path"].lstrip("/")
        subject, _, last = path.partition("/version/")
        position, suffix = _numbered(last)
        async with self._store.reading() as connection:
            event = await version_at(connection, subject, position)
            feed = await feed_named(connection, event.feed)
        span = page_of(position)
        if not span.is_full(feed.last):
            return await self._answer(
                request, _Found(feed, [event_block(self._iris, event)]), suffix
            )
        page = await self._found(feed, span, page_name(span.number), self._page)
        told = _Found(feed, [member_of(page.blocks, position)], immutable=True)
        return await self._answer(request, told, suffix)

    async def _found(self, feed: Feed, span: Span, name: str, make: _Making) -> _Found:
        """Return a page or a node: as it is kept, if nothing will be added to it."""
        if not span.is_full(feed.last):
            return _Found(feed, await make(feed, span))
        kept = f"feeds/{feed.name}/{name}"
        blocks = await self._kept.blocks(kept, lambda: make(feed, span))
        return _Found(feed, blocks, immutable=True, kept=kept)

    async def _node(self, feed: Feed, span: Span) -> Sequence[Block]:
        async with self._store.reading() as connection:
            children = await pages_of(connection, feed, span)
        full = span.is_full(feed.last)
        return node_blocks(self._iris, feed, node_name(span.number), children, full=full)

    async def _page(self, feed: Feed, span: Span) -> Sequence[Block]:
        async with self._store.reading() as connection:
            events = await events_of(connection, feed, span)
        return page_blocks(self._iris, feed, span, events)

    async def _reaching(self, name: str, span: Span) -> Feed:
        async with self._store.reading() as connection:
            feed = await feed_named(connection, name)
        # A full page names the next one before that has a member.
        follows = span.size == PAGE and span.first == feed.last + 1 > 1
        if span.first > feed.last and not follows:
            raise NotFound(f"the feed {name} has not come so far")
        return feed

    async def _answer(self, request: Request, found: _Found, suffix: str) -> Response:
        check_names(query_of(request, most=self._most_characters), ())
        form = _form(request, found.feed, suffix)
        content = await self._content(found, form)
        coding = at_once(request.headers.get("accept-encoding"))
        digest = hashlib.sha256(content).hexdigest()[:32]
        headers = {
            "ETag": f'"{digest}-{form.suffix}-{coding}"',
            "Cache-Control": _FOR_GOOD if found.immutable else self._for_now,
            "Vary": "Accept, Accept-Encoding",
        }
        if has(request, headers["ETag"]):
            return not_modified(headers)
        kind = type_of(form, with_graphs=found.feed.tells_activities)
        headers |= {"Content-Type": kind}
        if coding != "identity":
            headers |= {"Content-Encoding": coding}
        return Response(await asyncio.to_thread(encoded, content, coding), headers=headers)

    async def _content(self, found: _Found, form: Form) -> bytes:
        if found.kept:
            return await self._kept.content(found.kept, form, found.blocks)
        return written(found.blocks, form)


def feeds(settings: ApiSettings, store: Store) -> APIRouter:
    """Return the routes of the feeds."""
    router = APIRouter(tags=["Linked data"])
    answers = Feeds(settings, store)

    @router.get("/feeds/{name}", operation_id="feed", response_class=Response, responses=_ANSWERS)
    async def root(request: Request, name: str) -> Response:
        """Give the changes of the `catalogue`, the `vocabulary`, or a city's entities."""
        return await answers.root(request, name)

    @router.get(
        "/feeds/{name}/node/{number}",
        operation_id="feed_node",
        response_class=Response,
        responses=_ANSWERS,
    )
    async def node(request: Request, name: str, number: str) -> Response:
        """Give an inner node of a feed: where its pages are."""
        return await answers.node(request, name, number)

    @router.get(
        "/feeds/{name}/page/{number}",
        operation_id="feed_page",
        response_class=Response,
        responses=_ANSWERS,
    )
    async def page(request: Request, name: str, number: str) -> Response:
        """Give a page of a feed."""
        return await answers.page(request, name, number)

    for path, give in (("", root), ("/node/{number}", node), ("/page/{number}", page)):
        router.add_api_route(
            f"/feeds/{{name}}{path}", give, methods=["HEAD"], include_in_schema=False
        )
    for kind in KINDS:
        router.add_api_route(
            f"{kind.path}/version/{{position}}",
            answers.version,
            methods=["GET", "HEAD"],
            include_in_schema=False,
            response_class=Response,
        )
    return router


def _form(request: Request, feed: Feed, suffix: str) -> Form:
    forms = forms_of(with_graphs=feed.tells_activities)
    return form_of(suffix, forms) if suffix else accepted(request.headers.get("accept"), forms)


def _numbered(text: str) -> tuple[int, str]:
    found = _NUMBER.fullmatch(text)
    if not found or int(found[1]) * NODE > MAXIMUM_INTEGER * NODE:
        raise NotFound("it ends with a number, counted from 1, and a suffix at most")
    return int(found[1]), found[2] or ""
