"""`/ldes/…`: event streams, their nodes and pages."""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.access import caller_of
from api.instants import parse_instant
from api.iris import Iris
from api.ldes.page_store import DirectoryPageStore
from api.ldes.serving.answers import FOR_GOOD, FOR_NOW, Answer, answer, form_wanted
from api.ldes.serving.codings import codings_of
from api.ldes.serving.forms import FORMS
from api.ldes.serving.hot_answers import HotAnswers
from api.ldes.serving.node_text import Remarking
from api.ldes.serving.nodes import Nodes
from api.ldes.serving.places import place_of
from api.queries import check_names, query_of, value_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import QueryRejected
from schemas.vocabulary import Vocabulary

_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {form.media_type: {} for form in FORMS}},
    302: {"description": "with `time`: the page of that moment"},
    304: {"description": "it is as the caller has it"},
    406: {"description": "none of these forms is one that the caller takes"},
    410: {"description": "it is older than this dataset's event stream is kept"},
}
_ROOT: Final = "Give the root node of a dataset's event stream; `.nq`, `.trig`, `.ttl`, … too."
_NODE: Final = "Give an inner node (`2026-01-05`), a page (`page/1`), a stream of sums (`hourly`)."
_PARAMETERS: Final = ("city", "theme", "path")
_TIME: Final[dict[str, Any]] = {
    "name": "time",
    "in": "query",
    "description": "at a root: leads to the page of that moment (ISO 8601)",
    "schema": {"type": "string", "format": "date-time"},
}


def event_streams(
    settings: ApiSettings, store: Store, vocabulary: Vocabulary, remarking: Remarking
) -> tuple[APIRouter, Route]:
    """Return the routes of the event streams: as they are documented, and one for all of them.

    The one leads past FastAPI, whose routing costs four times what a page from memory does; it
    is to be looked for first.

    Args:
        settings: of the interfaces.
        store: the database.
        vocabulary: what quality flags mean.
        remarking: what else is said of a stream on its root.
    """
    router = APIRouter(tags=["Linked Data Event Streams"])
    severities = {code: flag.severity for code, flag in vocabulary.quality_flags.items()}
    pages = DirectoryPageStore(settings.pages_dir)
    iris, streams = Iris(settings.base_iri), settings.event_streams
    nodes = Nodes(store, pages, iris, severities, streams, remarking=remarking)
    hot = HotAnswers(streams.fresh_seconds)
    most = settings.limits.query_characters

    async def node(request: Request) -> Response:
        key = HotAnswers.key_of(request)
        known = hot.get(key)
        if known:
            return known
        found = await made(request)
        if isinstance(found, Answer):
            hot.put(key, found)
        return found

    async def made(request: Request) -> Response:
        place = place_of(request.scope["path"].removeprefix("/ldes/"))
        caller, form = caller_of(request), form_wanted(request, place.suffix)
        if request.scope["query_string"]:
            query = query_of(request, most=most)
            check_names(query, ("time",) if place.is_root else ())
            time = value_of(query, "time")
            if time is not None:
                address = await nodes.at_time(place, caller, _instant(time))
                suffix = f".{place.suffix}" if place.suffix else ""
                return RedirectResponse(address + suffix, 302, {"Cache-Control": "no-cache"})
        codings = codings_of(request.headers.get("accept-encoding"))
        found = await nodes.find(place, caller, form, codings)
        scope = "public" if found.public else "private"
        return answer(
            request,
            found.content,
            form,
            cache=f"{scope}, {FOR_GOOD if found.immutable else FOR_NOW}",
            licence=found.stream.dataset.licence,
        )

    for address, name, words in (
        ("/ldes/{city}/{theme}", "event_stream", _ROOT),
        ("/ldes/{city}/{theme}/{path:path}", "event_stream_node", _NODE),
    ):
        parameters = [
            {"name": one, "in": "path", "required": True, "schema": {"type": "string"}}
            for one in _PARAMETERS
            if f"{{{one}" in address
        ]
        router.add_api_route(
            address,
            node,
            methods=["GET"],
            operation_id=name,
            description=words,
            response_class=Response,
            responses=_ANSWERS,
            openapi_extra={"parameters": [*parameters, _TIME]},
        )
    return router, Route("/ldes/{path:path}", node)


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as invalid:
        raise QueryRejected(
            f"time={text[:40]!r} is no time such as 2026-01-05T10:00Z"
        ) from invalid
