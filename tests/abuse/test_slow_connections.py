"""Who says little, or slowly, or takes nothing off, holds a connection for a bounded time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect

from api.http_server import serve
from deploy.stack.ports import free_port
from ingest.http_server import HttpServer
from schemas.request_limit import RequestPolicy
from schemas.settings import HttpListener

HONEST = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
KEPT = HONEST.replace(b"close", b"keep-alive")
PATIENCE_SECONDS = 90.0
QUICK = RequestPolicy(head_seconds=0.4, body_seconds=0.6, stall_seconds=1)
Serve = Callable[[FastAPI, RequestPolicy], AbstractAsyncContextManager[int]]


class Site:
    """An application that knows when the caller of its endless answer is gone."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self.app = FastAPI()
        self.app.add_api_route("/health", self._health)
        self.app.add_api_route("/refuses", self._refuses, methods=["POST"])
        self.app.add_api_route("/endless", self._endless)

    async def _health(self) -> Response:
        return PlainTextResponse("alive")

    async def _refuses(self) -> Response:
        """Answer before the body is there, as one does who shows no key."""
        return PlainTextResponse("no key", 401)

    async def _endless(self) -> Response:
        return _Endless(self.gone)


class _Endless(StreamingResponse):
    def __init__(self, gone: asyncio.Event) -> None:
        super().__init__(self._pieces())
        self._gone = gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._gone.set()

    async def _pieces(self) -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536
            await asyncio.sleep(0)


@asynccontextmanager
async def api_server(app: FastAPI, policy: RequestPolicy) -> AsyncIterator[int]:
    """Serve as the open interfaces do; yield the port."""
    listener = HttpListener(port=free_port())
    serving = asyncio.create_task(serve(app, listener, requests=policy))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(OSError):
                assert b"alive" in await said(listener.port, HONEST)
                break
    yield listener.port
    serving.cancel()
    await asyncio.wait([serving])


@asynccontextmanager
async def ingest_server(app: FastAPI, policy: RequestPolicy) -> AsyncIterator[int]:
    """Serve as HTTP ingest does; yield the port."""
    server = HttpServer(app, HttpListener(port=0), requests=policy)
    serving = asyncio.create_task(server.run_until_stopped())
    yield server.port
    await server.stop(serving)


@pytest.fixture(params=[api_server, ingest_server], ids=["api", "ingest"])
def serving(request: pytest.FixtureRequest) -> Serve:
    """Return each of our two servers in turn."""
    found: Serve = request.param
    return found


async def said(port: int, begin: bytes, again: bytes = b"") -> bytes:
    """Say something, and something more for ever; return what came until the connection ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begin)
    answer = asyncio.create_task(reader.read())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not answer.done():
                writer.write(again)
                await asyncio.wait([answer], timeout=0.05)
        return await answer
    except ConnectionError:
        return b""
    finally:
        answer.cancel()
        writer.close()


@pytest.mark.parametrize(
    "begin",
    [b"GET /hea", b"GET /health HTTP/1.1\r\nX: ", b"\r\n\r\n", KEPT + b"\r\n"],
    ids=["address", "header", "empty lines", "second request"],
)
async def test_head_that_trickles_is_cut_off_and_others_are_answered(
    serving: Serve, begin: bytes
) -> None:
    async with serving(Site().app, QUICK) as port:
        slow = [asyncio.create_task(said(port, begin, b"\r\n"[:1])) for _ in range(20)]
        assert b"alive" in await said(port, HONEST)
        answers = await asyncio.gather(*slow)

    assert {answer.split(b"\r\n")[0] for answer in answers} <= {
        b"", b"HTTP/1.1 408 Request Timeout", b"HTTP/1.1 400 Bad Request", b"HTTP/1.1 200 OK",
    }  # fmt: skip


async def test_who_says_nothing_is_told_nothing(serving: Serve) -> None:
    async with serving(Site().app, QUICK) as port:
        assert await said(port, b"") == b""
        assert b" 408 " in await said(port, b"GET /hea")


async def test_body_that_trickles_is_cut_off_behind_its_answer(serving: Serve) -> None:
    head = b"POST /refuses HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"

    async with serving(Site().app, QUICK) as port:
        answer = await said(port, head, b"x")

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b" 408 " not in answer


async def test_who_takes_nothing_off_is_dropped(serving: Serve) -> None:
    site = Site()
    async with serving(site.app, QUICK) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        writer.write(HONEST.replace(b"/health", b"/endless"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert b"alive" in await said(port, HONEST)
            await site.gone.wait()
        writer.close()


async def test_caller_has_so_many_connections_and_room_comes_back(serving: Serve) -> None:
    policy = RequestPolicy(address_connections=3, unlimited=(), head_seconds=PATIENCE_SECONDS)
    async with serving(Site().app, RequestPolicy()) as port:
        assert b"alive" in await said(port, HONEST)
    async with serving(Site().app, policy) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for _, writer in held:
            writer.write(b"GET /")
        assert b" 429 " in await said(port, b"")
        held[0][1].close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while b"alive" not in await said(port, HONEST):
                pass
        for _, writer in held:
            writer.close()


async def test_proxies_and_this_computer_may_have_more(serving: Serve) -> None:
    policy = RequestPolicy(
        address_connections=1, unlimited=(), trusted_proxies=("127.0.0.0/8",), head_seconds=30
    )
    async with serving(Site().app, policy) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        assert b"alive" in await said(port, HONEST)
        for _, writer in held:
            writer.close()


async def test_web_socket_is_a_connection_until_it_ends() -> None:
    app = Site().app

    @app.websocket("/speaks")
    async def speak(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        with suppress(WebSocketDisconnect):
            await socket.receive_text()

    policy = RequestPolicy(address_connections=2, unlimited=(), head_seconds=PATIENCE_SECONDS)
    async with api_server(app, policy) as port:
        async with connect(f"ws://127.0.0.1:{port}/speaks") as one:
            assert await one.recv() == "hello"
            _, held = await asyncio.open_connection("127.0.0.1", port)
            assert b" 429 " in await said(port, b"")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while b"alive" not in await said(port, HONEST):
                pass
        held.close()
