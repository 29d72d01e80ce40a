"""Everybody who listens goes on after kills and cuts: nothing missing, nothing twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from api.http_server import serve
from api.settings import ApiSettings, DestinationPolicy, LiveSettings
from api.webhooks.settings import DeliveryPolicy, WebhooksSettings
from deploy.part import Part
from deploy.stack.ports import free_port
from schemas.settings import DatabaseConnection, HttpListener
from tests.api.conftest import SEED, as_city, publish, write_keys
from tests.api.webhooks.conftest import Receiver, hook_of
from tests.faults.proxy import FaultProxy, fault_proxy

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

TIME = datetime(2026, 5, 1, tzinfo=UTC)
FIRST = 1001
PATIENCE_SECONDS = 150
_ERRORS = (httpx.HTTPError, OSError, WebSocketException, TimeoutError)
_SILENT_SECONDS = 5.0
"""A client hears a sign of life every second, and gives a connection up after so long."""


@dataclass
class Listener:
    """A client that goes on where it left off, for as long as it runs."""

    address: str
    heard: list[int] = field(default_factory=list)
    connections: int = 0
    last: int = FIRST - 1

    async def run(self, hear: Callable[["Listener"], Awaitable[None]]) -> None:
        while True:
            with suppress(*_ERRORS):
                await hear(self)
            await asyncio.sleep(0.05)


async def hear_events(client: Listener) -> None:
    timeout = httpx.Timeout(_SILENT_SECONDS)
    headers = {"Last-Event-ID": str(client.last)}
    async with (
        httpx.AsyncClient(base_url=client.address, timeout=timeout) as http,
        http.stream("GET", "/live/observations", headers=headers) as answer,
    ):
        answer.raise_for_status()
        client.connections += 1
        number = client.last
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("data: ") and '"sequence"' in line:
                client.heard.append(number)
                client.last = number
            elif not line:
                client.last = max(client.last, number)


async def hear_messages(client: Listener) -> None:
    url = f"{client.address.replace('http', 'ws', 1)}/live/ws?lastEventId={client.last}"
    async with connect(url, open_timeout=_SILENT_SECONDS, close_timeout=1) as socket:
        client.connections += 1
        while True:
            async with asyncio.timeout(_SILENT_SECONDS):
                message = json.loads(await socket.recv())
            client.heard += [one["sequence"] for one in message.get("observations", [])]
            client.last = message.get("sequence", client.last)


@dataclass
class Site:
    """The processes, what lies between them and their clients, and who publishes."""

    parts: dict[str, Part]
    to_api: FaultProxy
    to_receiver: FaultProxy
    address: str
    writer: asyncpg.Connection
    published: list[int] = field(default_factory=list)

    async def write(self) -> None:
        """Publish until cancelled, two open observations and a restricted one each time."""
        for number in range(100_000):
            moment = TIME + timedelta(seconds=number)
            last = await publish(self.writer, (1, moment, 1.0), (2, moment, 2.0), (3, moment, 3.0))
            self.published += [last - 2, last]
            await asyncio.sleep(0.01)

    async def kill(self, name: str) -> None:
        """Let a process end in the middle of whatever it does, and start it again."""
        await self.parts[name].kill()
        await self.parts[name].start()


@asynccontextmanager
async def site(database: DatabaseConnection, folder: Path) -> AsyncIterator[Site]:
    api_listener, monitor = HttpListener(port=free_port()), HttpListener(port=free_port())
    here = DestinationPolicy(http=True, networks=("127.0.0.0/8",))
    api = ApiSettings(
        database=database,
        listener=api_listener,
        keys_file=write_keys(folder),
        pages_dir=folder / "pages",
        destinations=here,
        live=LiveSettings(keep_alive_seconds=1.0, poll_seconds=0.2),
    )
    sender = WebhooksSettings(
        database=database,
        monitor=monitor,
        destinations=here,
        delivery=DeliveryPolicy(
            interval_seconds=0.02, first_retry_seconds=0.1, longest_retry_seconds=0.5,
            timeout_seconds=_SILENT_SECONDS,
        ),
        refresh_seconds=0.2,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        writer = await asyncpg.connect(database.dsn.get_secret_value())
        stack.push_async_callback(writer.close)
        await writer.execute(SEED.read_text(encoding="utf-8"))
        parts = {
            "api": Part(folder, "api", api, listener=api_listener),
            "webhooks": Part(folder, "webhooks", sender, listener=monitor),
        }
        for part in parts.values():
            await stack.enter_async_context(part)
        to_api = await stack.enter_async_context(fault_proxy())
        to_receiver = await stack.enter_async_context(fault_proxy())
        to_api.target_port = api_listener.port
        address = f"http://127.0.0.1:{to_api.port}"
        yield Site(parts, to_api, to_receiver, address, writer)


@asynccontextmanager
async def received(here: Site) -> AsyncIterator[Receiver]:
    """Yield a receiver that a webhook sends to through the proxy."""
    receiver = Receiver(free_port())
    task = asyncio.create_task(serve(hook_of(receiver), HttpListener(port=receiver.port)))
    here.to_receiver.target_port = receiver.port
    wish = {
        "url": f"http://127.0.0.1:{here.to_receiver.port}/hook",
        "filter": {"datastream": ["1", "3"]},
        "sequence": FIRST - 1,
    }
    headers = as_city("zonnedorp")
    async with httpx.AsyncClient(base_url=here.address, headers=headers, timeout=60) as http:
        (await http.post("/live/webhooks", json=wish)).raise_for_status()
    yield receiver
    task.cancel()
    await asyncio.wait([task])


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not done():  # noqa: ASYNC110 - other tasks' state
            await asyncio.sleep(0.05)


async def test_all_clients_resume_after_kills_and_cuts_without_gap_or_repetition(
    real_database: DatabaseConnection, tmp_path: Path
) -> None:
    async with site(real_database, tmp_path) as here, received(here) as receiver:
        clients = [Listener(here.address) for _ in range(6)]
        hearing = [
            asyncio.create_task(one.run(hear))
            for one, hear in zip(clients, (hear_events, hear_messages) * 3, strict=True)
        ]
        writing = asyncio.create_task(here.write())

        async def all_go_on() -> None:
            reached = here.published[-1] if here.published else FIRST
            await until(lambda: all(one.last >= reached for one in clients))
            await until(lambda: receiver.sequences()[-1:] >= [reached])

        await all_go_on()
        await here.kill("api")
        await all_go_on()
        here.to_api.cut()
        here.to_receiver.cut()
        await here.kill("webhooks")
        here.to_api.heal()
        here.to_receiver.heal()
        await all_go_on()
        here.to_api.reset()
        here.to_receiver.freeze()
        await here.kill("api")
        here.to_receiver.heal()
        await all_go_on()
        writing.cancel()
        await asyncio.wait([writing])
        await all_go_on()
        for one in hearing:
            one.cancel()
        await asyncio.wait(hearing)

    expected = here.published
    for client in clients:
        assert client.connections >= 3
        assert client.heard[: len(expected)] == expected
        assert len(client.heard) == len(set(client.heard))
    assert receiver.sequences()[: len(expected)] == expected
    bodies: dict[str, set[bytes]] = {}
    for headers, body in receiver.requests:
        bodies.setdefault(headers["webhook-id"], set()).add(body)
    assert {len(one) for one in bodies.values()} == {1}
