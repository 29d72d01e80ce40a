"""What the sender of webhooks tells about itself: alive, at work, figures."""

from http import HTTPStatus
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schemas import telemetry as names

STATES: Final = ("active", "paused", "disabled")


class Monitor:
    """Health and metrics of what goes out by itself.

    Attributes:
        waiting_for: why it does not work; empty while it does. One that waits for another to go
            is well, too.
    """

    def __init__(self) -> None:
        self.waiting_for = "start"
        self.registry = CollectorRegistry()
        self.messages = Counter(
            names.WEBHOOK_MESSAGES.name,
            names.WEBHOOK_MESSAGES.help,
            names.WEBHOOK_MESSAGES.labels,
            registry=self.registry,
        )
        self.webhooks = Gauge(
            names.WEBHOOKS.name, names.WEBHOOKS.help, names.WEBHOOKS.labels, registry=self.registry
        )
        self.lag = Gauge(names.WEBHOOK_LAG.name, names.WEBHOOK_LAG.help, registry=self.registry)

        self.mqtt_messages = Counter(
            names.LIVE_MQTT_MESSAGES.name, names.LIVE_MQTT_MESSAGES.help, registry=self.registry
        )
        self.mqtt_connected = Gauge(
            names.LIVE_MQTT_CONNECTED.name, names.LIVE_MQTT_CONNECTED.help, registry=self.registry
        )
        self.mqtt_lag = Gauge(
            names.LIVE_MQTT_LAG.name, names.LIVE_MQTT_LAG.help, registry=self.registry
        )

    def stand_by(self) -> None:
        """Note that another one works."""
        self.waiting_for = ""

    def application(self) -> Starlette:
        """Return `/health`, `/ready` and `/metrics`."""
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route("/ready", self._ready),
                Route("/metrics", self._metrics),
            ]
        )

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def _ready(self, _: Request) -> Response:
        late = bool(self.waiting_for)
        status = HTTPStatus.SERVICE_UNAVAILABLE if late else HTTPStatus.OK
        return JSONResponse({"ready": not late, "waitingFor": self.waiting_for}, status)

    async def _metrics(self, _: Request) -> Response:
        text = generate_latest(self.registry)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
