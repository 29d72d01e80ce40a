"""`/live/webhooks`: a city manages its webhooks with its key."""

from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import caller_of
from api.live.hub import Hub
from api.settings import ApiSettings
from api.webhooks.registry import Registry
from api.webhooks.subscription import Asked, Changed, Replayed, check, filter_for, read
from schemas.errors import LimitExceeded, NotAllowed

_MOST_BYTES: Final = 65_536
_PATH: Final = "/live/webhooks"


def webhooks(settings: ApiSettings, hub: Hub) -> APIRouter:
    """Return the routes of webhooks."""
    router = APIRouter(tags=["Webhooks"])
    registry = Registry(settings.database, most=settings.webhooks)
    policy = settings.destinations

    @router.get(_PATH, operation_id="webhooks", response_class=Response)
    async def listed(request: Request) -> Response:
        """Tell the city's webhooks, and how each of them does."""
        return _json({"webhooks": await registry.all(_city(request))})

    @router.post(
        _PATH,
        operation_id="make_webhook",
        status_code=201,
        response_class=Response,
        openapi_extra=_body(Asked),
    )
    async def make(request: Request) -> Response:
        """Have observations sent to an address; the answer tells the secret, once."""
        city = _city(request)
        asked = read(await _content(request), Asked)
        check(asked.url, asked.description, policy=policy, sequence=asked.sequence)
        wanted = filter_for(city, asked.filter, hub.vocabulary)
        await hub.admissible(wanted, asked.sequence)
        made = await registry.make(city, asked)
        return _json(made, HTTPStatus.CREATED, Location=f"{_PATH}/{made.id}")

    @router.get(_PATH + "/{webhook}", operation_id="webhook", response_class=Response)
    async def one(request: Request, webhook: str) -> Response:
        """Tell a webhook, and how it does."""
        return _json(await registry.one(_city(request), webhook))

    @router.patch(
        _PATH + "/{webhook}",
        operation_id="change_webhook",
        response_class=Response,
        openapi_extra=_body(Changed),
    )
    async def change(request: Request, webhook: str) -> Response:
        """Change where messages go, pause, or go on."""
        city = _city(request)
        changed = read(await _content(request), Changed)
        check(changed.url, changed.description, policy=policy)
        return _json(await registry.change(city, webhook, changed))

    @router.delete(_PATH + "/{webhook}", operation_id="remove_webhook", status_code=204)
    async def remove(request: Request, webhook: str) -> Response:
        """Send nothing more, and forget it."""
        await registry.remove(_city(request), webhook)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.post(
        _PATH + "/{webhook}/replay",
        operation_id="replay_webhook",
        response_class=Response,
        openapi_extra=_body(Replayed),
    )
    async def replay(request: Request, webhook: str) -> Response:
        """Send again what follows a sequence, as new messages, and go on from there."""
        city = _city(request)
        replayed = read(await _content(request), Replayed)
        check(None, None, policy=policy, sequence=replayed.sequence)
        await hub.admissible(filter_for(city, {}, hub.vocabulary), replayed.sequence)
        return _json(await registry.replay(city, webhook, replayed.sequence))

    @router.post(
        _PATH + "/{webhook}/secret", operation_id="renew_webhook_secret", response_class=Response
    )
    async def renew(request: Request, webhook: str) -> Response:
        """Give the webhook another secret; the one before signs for a day, too."""
        return _json(await registry.renew(_city(request), webhook))

    return router


def _city(request: Request) -> str:
    """Return whose key was shown.

    Raises:
        NotAllowed: none was.
    """
    cities = caller_of(request).cities
    if not cities:
        raise NotAllowed("webhooks are a city's: show its key")
    return cities[0]


async def _content(request: Request) -> bytes:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > _MOST_BYTES:
            raise LimitExceeded(f"the body has more than {_MOST_BYTES} bytes")
    return bytes(content)


def _body(kind: type[msgspec.Struct]) -> dict[str, Any]:
    (schema,), parts = msgspec.json.schema_components([kind])
    schema = parts[schema["$ref"].rpartition("/")[2]]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _json(content: Any, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Response:
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **headers},
    )
