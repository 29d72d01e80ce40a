"""A receiver of webhooks, and the process that sends them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http_server import serve
from api.settings import ApiSettings, DestinationPolicy
from api.webhooks.run import run
from api.webhooks.settings import DeliveryPolicy, WebhooksSettings
from deploy.stack.ports import free_port
from schemas.settings import HttpListener
from tests.api.conftest import as_city, served

HERE = DestinationPolicy(http=True, networks=("127.0.0.0/8",))
QUICK = DeliveryPolicy(
    interval_seconds=0, first_retry_seconds=0.05, longest_retry_seconds=0.1, timeout_seconds=30
)
PATIENCE_SECONDS = 120


@dataclass
class Receiver:
    """What came, and what is answered."""

    port: int
    status: Callable[[int], int] = lambda _: 204
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def take(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        self.came.set()
        return Response(status_code=self.status(len(self.requests)), headers=self.headers)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not done():
                self.came.clear()
                await self.came.wait()

    async def more_than(self, observations: int) -> None:
        """Wait until more observations than so many came."""
        await self.until(lambda: len(self.sequences()) > observations)

    def taken(self) -> list[tuple[str, Any]]:
        """Return id and content of each message once, in the order in which they came."""
        found = {headers["webhook-id"]: json.loads(body) for headers, body in self.requests}
        return list(found.items())

    def sequences(self) -> list[int]:
        """Return the observations that came, with messages that came again left out."""
        return [
            one["sequence"] for _, body in self.taken() for one in body["data"]["observations"]
        ]


def hook_of(receiver: Receiver) -> Starlette:
    """Return an application that lets a receiver take what comes."""
    return Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Yield a receiver that takes everything."""
    receiver = Receiver(free_port())
    task = asyncio.create_task(serve(hook_of(receiver), HttpListener(port=receiver.port)))
    yield receiver
    task.cancel()
    await asyncio.wait([task])


@pytest_asyncio.fixture
async def http(settings: ApiSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the interfaces, with a city's key."""
    async with (
        served(settings.model_copy(update={"destinations": HERE})) as address,
        httpx.AsyncClient(base_url=address, headers=as_city("zonnedorp"), timeout=60) as client,
    ):
        yield client


@asynccontextmanager
async def sending(
    settings: ApiSettings, policy: DeliveryPolicy = QUICK
) -> AsyncIterator[HttpListener]:
    """Run the process that sends, and yield where it tells its figures."""
    listener = HttpListener(port=free_port())
    wishes = WebhooksSettings(
        database=settings.database,
        monitor=listener,
        destinations=HERE,
        delivery=policy,
        refresh_seconds=0.1,
        poll_seconds=0.2,
    )
    task = asyncio.create_task(run(wishes))
    yield listener
    task.cancel()
    await asyncio.wait([task])
