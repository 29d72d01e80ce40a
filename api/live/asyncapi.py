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

_SECURE: Final = {"http": "https", "ws": "wss", "mqtt": "secure-mqtt"}


def asyncapi(settings: ApiSettings) -> APIRouter:
    """Return the route of the document."""
    router = APIRouter(tags=["Live"])
    content = msgspec.json.encode(document(settings.base_iri, settings.mqtt_url))

    @router.get("/asyncapi.json", operation_id="asyncapi", response_class=Response)
    async def described() -> Response:
        """Describe what goes out by itself: events, WebSocket, webhooks; MQTT where it is."""
        return Response(content, media_type="application/json")

    return router


def document(base_iri: str, mqtt_url: str) -> dict[str, Any]:
    """Return the AsyncAPI document of an installation.

    Args:
        base_iri: public address of the installation.
        mqtt_url: where everybody reads by MQTT, empty: nowhere.
    """
    whole = _template("asyncapi.yaml")
    base = urlsplit(base_iri)
    secure = base.scheme == "https"
    whole["servers"] = {
        "http": _server(base.netloc, "http", base.path, secure=secure),
        "websocket": _server(base.netloc, "ws", base.path, secure=secure),
    }
    if mqtt_url:
        _add_mqtt(whole, mqtt_url)
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


def channels(base_iri: str, mqtt_url: str) -> list[Mapping[str, Any]]:
    """Return the channels as a page tells them, each with its messages."""
    whole = document(base_iri, mqtt_url)
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


def _add_mqtt(whole: dict[str, Any], mqtt_url: str) -> None:
    broker, part = urlsplit(mqtt_url), _template("asyncapi_mqtt.yaml")
    secure = broker.scheme == "mqtts"
    whole["servers"]["mqtt"] = _server(broker.netloc, "mqtt", "", secure=secure)
    whole["channels"] |= part["channels"]
    whole["operations"] |= part["operations"]
    whole["components"]["messages"] |= part["components"]["messages"]


def _server(host: str, protocol: str, path: str, *, secure: bool) -> dict[str, str]:
    server = {"host": host, "protocol": _SECURE[protocol] if secure else protocol}
    return server | ({"pathname": path} if path else {})


def _filters() -> str:
    return "Filters: " + "; ".join(f"`{name}`: {text}" for name, text in PARAMETERS.items()) + "."


def _template(name: str) -> dict[str, Any]:
    return copy.deepcopy(_read(name))


@cache
def _read(name: str) -> dict[str, Any]:
    text = (files("api.live") / name).read_text(encoding="utf-8")
    whole: dict[str, Any] = yaml.safe_load(text)
    return whole
