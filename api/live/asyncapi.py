"""`/asyncapi.json`: what goes out by itself, for programs."""

import copy
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import yaml
from fastapi import APIRouter
from starlette.responses import Response

from api.live.filters import PARAMETERS
from api.settings import ApiSettings

_FILE: Final = files("api.live") / "asyncapi.yaml"


def asyncapi(settings: ApiSettings) -> APIRouter:
    """Return the route of the document."""
    router = APIRouter(tags=["Live"])
    content = msgspec.json.encode(document(settings.base_iri))

    @router.get("/asyncapi.json", operation_id="asyncapi", response_class=Response)
    async def described() -> Response:
        """Describe what goes out by itself: events, WebSocket, webhooks and MQTT."""
        return Response(content, media_type="application/json")

    return router


def document(base_iri: str) -> dict[str, Any]:
    """Return the AsyncAPI document of an installation."""
    whole = copy.deepcopy(_template())
    base = urlsplit(base_iri)
    secure = base.scheme == "https"
    whole["servers"] = {
        "http": _server(base.netloc, base.scheme, base.path),
        "websocket": _server(base.netloc, "wss" if secure else "ws", base.path),
        "mqtt": _server(base.hostname or "", "mqtt", ""),
    }
    query = {
        "type": "object",
        "properties": {
            name: {"type": "string", "description": text} for name, text in PARAMETERS.items()
        },
    }
    whole["channels"]["socket"]["bindings"]["ws"]["query"] = query
    for name in ("sendEvents", "sendMessages"):
        whole["operations"][name]["description"] = _filters()
    whole["operations"]["sendEvents"]["bindings"] = {
        "http": {"method": "GET", "query": query, "bindingVersion": "0.3.0"}
    }
    return whole


def channels(base_iri: str) -> list[Mapping[str, Any]]:
    """Return the channels as a page tells them, each with its messages."""
    whole = document(base_iri)
    messages = whole["components"]["messages"]
    return [
        {
            **channel,
            "messages": [
                messages[one["$ref"].rpartition("/")[2]] for one in channel["messages"].values()
            ],
        }
        for channel in whole["channels"].values()
    ]


def _server(host: str, protocol: str, path: str) -> dict[str, str]:
    return {"host": host, "protocol": protocol} | ({"pathname": path} if path else {})


def _filters() -> str:
    return "Filters: " + "; ".join(f"`{name}`: {text}" for name, text in PARAMETERS.items()) + "."


@cache
def _template() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return whole
