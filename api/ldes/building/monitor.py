"""What the builder tells about itself: alive, at work, figures."""

from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schemas import telemetry as names


class Monitor:
    """Health and metrics of a builder.

    Attributes:
        waiting_for: why it does not work; empty while it does. One that waits for another to go
            is well, too.
    """

    def __init__(self) -> None:
        self.waiting_for = "start"
        self.registry = CollectorRegistry()
        self.pages = Counter(names.LDES_PAGES.name, names.LDES_PAGES.help, registry=self.registry)
        self.members = Counter(
            names.LDES_MEMBERS.name, names.LDES_MEMBERS.help, registry=self.registry
        )
        self.missing = Counter(
            names.LDES_MISSING.name, names.LDES_MISSING.help, registry=self.registry
        )
        self.retired = Counter(
            names.LDES_RETIRED.name, names.LDES_RETIRED.help, registry=self.registry
        )
        self.lag = Gauge(names.LDES_LAG.name, names.LDES_LAG.help, registry=self.registry)

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
