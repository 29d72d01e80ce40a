"""What the interfaces tell about themselves, to Prometheus."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas import telemetry as names

_PORTAL = (
    *("", "map", "pulse", "cities", "things", "datastreams"),
    *("sensor-types", "developers", "accessibility", "docs", "static"),
)
_FACES = {
    "sensorthings": "sensorthings",
    "observations": "exports",
    "live": "live",
    "catalogue": "catalogue",
    "ldes": "ldes",
    "charter": "charter",
    "id": "entities",
    "shapes": "shapes",
    "feeds": "feeds",
    "status": "status",
    "quality": "quality",
    "dead-letters": "dead-letters",
    **dict.fromkeys(("asyncapi", "openapi"), "descriptions"),
    **dict.fromkeys(("health", "ready", "metrics"), "operations"),
    **dict.fromkeys(_PORTAL, "portal"),
}


class Telemetry:
    """The metrics of one process, on a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            names.REQUESTS.name, names.REQUESTS.help, names.REQUESTS.labels, registry=self.registry
        )
        self.request_seconds = Histogram(
            names.REQUEST_SECONDS.name,
            names.REQUEST_SECONDS.help,
            names.REQUEST_SECONDS.labels,
            buckets=names.REQUEST_SECONDS.buckets,
            registry=self.registry,
        )
        self.live_clients = Gauge(
            names.LIVE_CLIENTS.name, names.LIVE_CLIENTS.help, registry=self.registry
        )
        self.live_dropped = Counter(
            names.LIVE_DROPPED.name,
            names.LIVE_DROPPED.help,
            names.LIVE_DROPPED.labels,
            registry=self.registry,
        )

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


def face_of(path: str) -> str:
    """Return the interface that a path belongs to, one of a closed set."""
    first = path.lstrip("/").partition("/")[0]
    return _FACES.get(first.partition(".")[0], "other")


class RequestTelemetry:
    """ASGI middleware that counts and times every answer."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self.app = app
        self.telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI has it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        status = "000"  # left before an answer began
        started = time.perf_counter()

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"].endswith("http.response.start"):
                status = str(message["status"])
            elif message["type"] == "websocket.accept":
                status = "101"
            await send(message)

        try:
            await self.app(scope, receive, counted)
        finally:
            face = face_of(scope["path"])
            self.telemetry.requests.labels(face, status).inc()
            if face != "live":
                self.telemetry.request_seconds.labels(face).observe(time.perf_counter() - started)
