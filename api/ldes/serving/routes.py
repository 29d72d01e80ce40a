"""`/ldes/…`: event streams, their nodes and pages."""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.access import caller_of
from api.instants import parse_instant
from api.iris import Iris
from api.ldes.page_store import DirectoryPageStore
from api.ldes.serving.answers import FOR_GOOD, FOR_NOW, answer, form_wanted
from api.ldes.serving.codings import coding_of
from api.ldes.serving.forms import FORMS
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
_TIME: Final[dict[str, Any]] = {
    "name": "time",
    "in": "query",
    "description": "at the root: leads to the page of that moment (ISO 8601)",
    "schema": {"type": "string", "format": "date-time"},
}


def event_streams(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of the event streams."""
    router = APIRouter(tags=["Linked Data Event Streams"])
    severities = {code: flag.severity for code, flag in vocabulary.quality_flags.items()}
    pages = DirectoryPageStore(settings.pages_dir)
    nodes = Nodes(store, pages, Iris(settings.base_iri), severities, settings.event_streams)
    most = settings.limits.query_characters

    async def node(request: Request, path: str) -> Response:
        place, caller = place_of(path), caller_of(request)
        query = query_of(request, most=most)
        check_names(query, ("time",) if place.is_root else ())
        form = form_wanted(request, place.suffix)
        time = value_of(query, "time")
        if time is not None:
            address = await nodes.at_time(place, caller, _instant(time))
            suffix = f".{place.suffix}" if place.suffix else ""
            return RedirectResponse(address + suffix, 302, {"Cache-Control": "no-cache"})
        coding = coding_of(request.headers.get("accept-encoding"))
        found = await nodes.find(place, caller, form, coding)
        scope = "public" if found.public else "private"
        return answer(
            request,
            found.content,
            form,
            coding,
            cache=f"{scope}, {FOR_GOOD if found.immutable else FOR_NOW}",
            licence=found.stream.dataset.licence,
        )

    @router.get(
        "/ldes/{city}/{theme}",
        operation_id="event_stream",
        response_class=Response,
        responses=_ANSWERS,
        openapi_extra={"parameters": [_TIME]},
    )
    async def root(request: Request, city: str, theme: str) -> Response:
        """Give the root node of a dataset's event stream; `.nq`, `.trig`, `.ttl`, … too."""
        return await node(request, f"{city}/{theme}")

    @router.get(
        "/ldes/{city}/{theme}/{path:path}",
        operation_id="event_stream_node",
        response_class=Response,
        responses=_ANSWERS,
    )
    async def below(request: Request, city: str, theme: str, path: str) -> Response:
        """Give an inner node (`2026-01-05`), a page (`page/1`), or a stream of sums (`hourly`)."""
        return await node(request, f"{city}/{theme}/{path}")

    for address, give in (("", root), ("/{path:path}", below)):
        router.add_api_route(
            f"/ldes/{{city}}/{{theme}}{address}", give, methods=["HEAD"], include_in_schema=False
        )
    return router


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as invalid:
        raise QueryRejected(
            f"time={text[:40]!r} is no time such as 2026-01-05T10:00Z"
        ) from invalid
