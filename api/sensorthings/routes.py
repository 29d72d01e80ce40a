"""SensorThings over HTTP."""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import EVERYBODY, caller_of
from api.iris import Iris
from api.queries import query_of
from api.sensorthings.addresses import parse_address
from api.sensorthings.options import OFFERED, parse_options
from api.sensorthings.rendering import Flags, flags_of
from api.sensorthings.resources import PlainText, answer
from api.sensorthings.retrieval import Retrieval
from api.settings import ApiSettings
from api.store import Store
from schemas.vocabulary import Vocabulary

ROOT: Final = "/sensorthings/v1.1"
_MEANINGS: Final = {
    "$top": "entities on a page",
    "$skip": "entities to leave out at the beginning",
    "$count": "`true`: tell how many there are, in `@iot.count`",
    "$orderby": "such as `phenomenonTime desc`",
    "$select": "properties to show, with commas between",
    "$expand": "relations to show in place, such as `Datastreams($top=5;$select=name)`",
    "$filter": "such as `result gt 20 and Datastream/ObservedProperty/name eq 'NO2'`",
    "$skiptoken": "out of a nextLink",
}
_PARAMETERS: Final[list[dict[str, Any]]] = [
    {
        "name": name,
        "in": "query",
        "required": False,
        "description": _MEANINGS[name],
        "schema": {"type": "string"},
    }
    for name in OFFERED
]
_PATH: Final[dict[str, Any]] = {
    "name": "path",
    "in": "path",
    "required": True,
    "description": "such as `Datastreams(1)/Observations`",
    "schema": {"type": "string"},
}


def sensorthings(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of SensorThings."""
    router = APIRouter(tags=["SensorThings"])
    flags = flags_of(vocabulary, Iris(settings.base_iri))

    async def read(request: Request) -> Response:
        return await _read(request, settings, store, flags)

    router.add_api_route(
        ROOT,
        read,
        name="The eight collections",
        description="OGC SensorThings API 1.1: its collections, and what of the standard is met.",
        operation_id="sensorthings_root",
        response_class=Response,
    )
    router.add_api_route(
        ROOT + "{path:path}",
        read,
        name="Entities",
        description="Collections, entities, relations and properties, of any depth.",
        operation_id="sensorthings_entities",
        openapi_extra={"parameters": [_PATH, *_PARAMETERS]},
        response_class=Response,
    )
    router.add_route(ROOT + "{path:path}", read, methods=["HEAD"])
    return router


async def _read(request: Request, settings: ApiSettings, store: Store, flags: Flags) -> Response:
    limits = settings.limits
    query = query_of(request, most=limits.query_characters)
    path = request.path_params.get("path", "")
    segments = parse_address(path, most=limits.path_segments)
    options = parse_options(query, limits=limits)
    caller = caller_of(request)
    async with store.reading() as connection:
        found = await answer(
            Retrieval(connection, caller, limits, settings.base_iri + ROOT, flags),
            segments,
            options,
        )
    headers = {} if caller is EVERYBODY else {"Cache-Control": "private, no-store"}
    if found is None:
        return Response(status_code=204, headers=headers)
    if isinstance(found, PlainText):
        return Response(found.text, media_type="text/plain", headers=headers)
    return Response(msgspec.json.encode(found), media_type="application/json", headers=headers)
