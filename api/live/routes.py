"""`/live/observations` and `/live/ws`."""

from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.websockets import WebSocket

from api.access import caller_of, still_opens
from api.lines import line_of
from api.live.filters import PARAMETERS, filter_of, last_event_id
from api.live.forms import SERVER_SENT_EVENTS, WEB_SOCKET, Form
from api.live.hub import Hub
from api.live.session import Session
from api.live.stream import LiveResponse
from api.live.web_socket import refuse, serve
from api.problems import NoLongerKept, NotYet, problem_of
from api.queries import query_of
from api.settings import ApiSettings
from schemas.errors import PlatformError

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
    """Return the routes of the live streams."""
    router = APIRouter(tags=["Live"])

    async def admitted(connection: HTTPConnection, form: Form) -> Session:
        query = query_of(connection, most=settings.limits.query_characters)
        wanted = filter_of(query, caller_of(connection), hub.vocabulary)
        last = last_event_id(query, connection.headers.get("last-event-id"))
        await hub.admit(wanted, last)
        return Session(
            hub=hub,
            wanted=hub.audiences.same(wanted, form),
            last=last,
            form=form,
            line=line_of(connection),
            settings=settings.live,
            allowed=still_opens(connection),
        )

    @router.get(
        "/live/observations",
        operation_id="live_observations",
        response_class=Response,
        openapi_extra={"parameters": _DOCUMENTED},
    )
    async def live_observations(request: Request) -> Response:
        """Give observations as they are published, as Server-Sent Events."""
        return LiveResponse(await admitted(request, SERVER_SENT_EVENTS))

    @router.websocket("/live/ws")
    async def live_web_socket(websocket: WebSocket) -> None:
        try:
            session = await admitted(websocket, WEB_SOCKET)
        except (NoLongerKept, NotYet) as error:
            await refuse(websocket, error)
        except PlatformError as error:
            await websocket.send_denial_response(problem_of(error))
        else:
            await websocket.accept()
            session.line.goes_on(partial(serve, session))

    return router
