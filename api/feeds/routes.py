"""`/feeds/…`: streams of changes, and versions of entities below `/id/…`."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.entities.kinds import KINDS
from api.feeds.block import Block, forms_of, plain, type_of, written
from api.feeds.feed import Feed, events_of, feed_named, nodes_of, pages_of, version_at
from api.feeds.text import event_block, node_blocks, page_blocks, root_blocks
from api.feeds.tree import NODE, PAGE, Span, node_name
from api.identifiers import MAXIMUM_INTEGER
from api.iris import Iris
from api.ldes.series import AnyConnection
from api.ldes.serving.forms import FORMS
from api.negotiation import Form, accepted, form_of
from api.queries import check_names, query_of
from api.rdf_document import has, not_modified
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotFound

_FOR_GOOD: Final = "public, max-age=604800, immutable"
_NUMBER: Final = re.compile(r"([1-9]\d{0,9})(?:\.([a-z]+))?", re.ASCII)
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {form.media_type: {} for form in FORMS}},
    304: {"description": "it is as the caller has it"},
    406: {"description": "none of these forms is one that the caller takes"},
}


@dataclass(frozen=True)
class _Found:
    feed: Feed
    blocks: Sequence[Block]
    immutable: bool


class Feeds:
    """Answers for what is asked of feeds."""

    def __init__(self, settings: ApiSettings, store: Store) -> None:
        self._store = store
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
        return await self._answer(request, _Found(feed, blocks, immutable=False), suffix)

    async def node(self, request: Request, name: str, number: str) -> Response:
        """Return an inner node."""
        count, suffix = _numbered(number)
        span = Span(count, NODE)
        async with self._store.reading() as connection:
            feed = await _reaching(connection, name, span)
            children = await pages_of(connection, feed, span)
        full = span.is_full(feed.last)
        blocks = node_blocks(self._iris, feed, node_name(count), children, full=full)
        return await self._answer(request, _Found(feed, blocks, full), suffix)

    async def page(self, request: Request, name: str, number: str) -> Response:
        """Return a page."""
        count, suffix = _numbered(number)
        span = Span(count, PAGE)
        async with self._store.reading() as connection:
            feed = await _reaching(connection, name, span)
            events = await events_of(connection, feed, span)
        blocks = page_blocks(self._iris, feed, span, events)
        return await self._answer(request, _Found(feed, blocks, span.is_full(feed.last)), suffix)

    async def version(self, request: Request) -> Response:
        """Return a version of an entity."""
        path = request.url.path.lstrip("/")
        subject, _, last = path.partition("/version/")
        position, suffix = _numbered(last)
        async with self._store.reading() as connection:
            event = await version_at(connection, subject, position)
        feed, blocks = Feed(event.feed, "", position), [event_block(self._iris, event)]
        return await self._answer(request, _Found(feed, blocks, immutable=True), suffix)

    async def _answer(self, request: Request, found: _Found, suffix: str) -> Response:
        check_names(query_of(request, most=self._most_characters), ())
        form = _form(request, found.feed, suffix)
        digest = hashlib.sha256(plain(found.blocks).encode()).hexdigest()[:32]
        headers = {
            "ETag": f'"{digest}-{form.suffix}"',
            "Cache-Control": _FOR_GOOD if found.immutable else self._for_now,
            "Vary": "Accept",
        }
        if has(request, headers["ETag"]):
            return not_modified(headers)
        kind = type_of(form, with_graphs=found.feed.tells_activities)
        return Response(written(found.blocks, form), headers={**headers, "Content-Type": kind})


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


async def _reaching(connection: AnyConnection, name: str, span: Span) -> Feed:
    feed = await feed_named(connection, name)
    if span.first > feed.last:
        raise NotFound(f"the feed {name} has not come so far")
    return feed


def _numbered(text: str) -> tuple[int, str]:
    found = _NUMBER.fullmatch(text)
    if not found or int(found[1]) * NODE > MAXIMUM_INTEGER * NODE:
        raise NotFound("it ends with a number, counted from 1, and a suffix at most")
    return int(found[1]), found[2] or ""
