"""A process of which one works and others stand by: its health, its figures, its beginnings."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Any, Final, NoReturn, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.http_server import serve
from api.leader import Connection
from schemas.errors import Fenced, Unavailable
from schemas.settings import HttpListener
from schemas.telemetry import Metric

Lead: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]

_FIRST_SECONDS: Final = 0.2
_LONGEST_SECONDS: Final = 10.0
_log = logging.getLogger(__name__)


class StandingMonitor:
    """Health and metrics of such a process.

    Attributes:
        waiting_for: why it does not work; empty while it does. One that waits for another to go
            is well, too.
    """

    def __init__(self) -> None:
        self.waiting_for = "start"
        self.registry = CollectorRegistry()

    def counter(self, metric: Metric) -> Counter:
        """Return a counter of ours."""
        return Counter(metric.name, metric.help, metric.labels, registry=self.registry)

    def gauge(self, metric: Metric) -> Gauge:
        """Return a gauge of ours."""
        return Gauge(metric.name, metric.help, metric.labels, registry=self.registry)

    def works(self) -> None:
        """Note that it does what it is there for: works, or stands by."""
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


async def together(
    *works: Coroutine[Any, Any, NoReturn], monitor: StandingMonitor, listener: HttpListener | None
) -> None:
    """Run what a process does, and tell of it, until one of them fails or we are cancelled.

    Raises:
        Misconfigured: the port is taken; or what one of them raises.
    """
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(one) for one in works]
    if listener:
        tasks.append(asyncio.create_task(serve(monitor.application(), listener)))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def again_and_again(
    lead: Lead, work: Callable[[Connection], Awaitable[object]], monitor: StandingMonitor
) -> NoReturn:
    """Work while we are the one; after trouble again, later each time.

    Args:
        lead: waits until we are the one, and lends the connection that makes it so.
        work: over that connection, until something fails.
        monitor: told what is waited for.
    """
    bound = _FIRST_SECONDS
    while True:
        try:
            async with lead() as connection:
                bound = _FIRST_SECONDS
                await work(connection)
        except (Unavailable, Fenced) as trouble:
            monitor.waiting_for = str(trouble)
            pause = random.uniform(bound / 2, bound)  # noqa: S311 - spreads load, hides nothing
            _log.warning("%s; again in %.1f s", trouble, pause)
            await asyncio.sleep(pause)
            bound = min(2 * bound, _LONGEST_SECONDS)
