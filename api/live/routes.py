"""`/live/observations`."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import caller_of, still_opens
from api.live.filters import PARAMETERS, filter_of, last_event_id
from api.live.hub import Hub
from api.live.stream import LiveResponse
from api.queries import query_of
from api.settings import ApiSettings

_DOCUMENTED: Final[list[dict[str, Any]]] = [
    {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
    for name, text in PARAMETERS.items()
] + [
    {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "goes on behind this sequence, without gap or repetition",
        "schema": {"type": "integer"},
    }
]


def live(settings: ApiSettings, hub: Hub) -> APIRouter:
    """Return the route of the live stream."""
    router = APIRouter(tags=["Live"])

    @router.get(
        "/live/observations",
        operation_id="live_observations",
        response_class=Response,
        openapi_extra={"parameters": _DOCUMENTED},
    )
    async def live_observations(request: Request) -> Response:
        """Give observations as they are published, as Server-Sent Events."""
        query = query_of(request, most=settings.limits.query_characters)
        wanted = filter_of(query, caller_of(request), hub.vocabulary)
        last = last_event_id(query, request.headers.get("last-event-id"))
        await hub.admit(wanted, last)
        return LiveResponse(hub, wanted, last, settings.live, allowed=still_opens(request))

    return router
