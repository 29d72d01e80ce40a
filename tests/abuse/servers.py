"""Our two servers, each with an application of a test's own, and what one says to them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http_server import serve
from deploy.stack.ports import free_port
from ingest.http_server import HttpServer
from schemas.requests.limit import RequestPolicy
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
