"""A processor's own little HTTP server: /health (alive), /ready (at work) and /metrics."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from schemas.settings import HttpListener
from stream_processors.instruments import Instruments

_REQUEST_SECONDS = 5.0


@dataclass
class Health:
    """Whether the processor does its work, and if not, what it waits for."""

    ready: bool = False
    waiting_for: str = "start"

    def is_ready(self) -> None:
        """Say that the work goes on."""
        self.ready, self.waiting_for = True, ""

    def waits_for(self, neighbour: str) -> None:
        """Say what the work waits for."""
        self.ready, self.waiting_for = False, neighbour


@dataclass(frozen=True)
class Monitor:
    """What is served: the health, and the metrics.

    Attributes:
        others: health of what else runs in the process; ready is when all are.
    """

    health: Health = field(default_factory=Health)
    instruments: Instruments = field(default_factory=Instruments)
    others: list[Health] = field(default_factory=list)

    def another(self) -> "Monitor":
        """Return a monitor for something else in the process, with a health of its own."""
        made = Monitor(instruments=self.instruments)
        self.others.append(made.health)
        return made

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Return status, content type and body."""
        if path == "/metrics":
            return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self.instruments.registry)
        if path not in ("/health", "/ready"):
            return HTTPStatus.NOT_FOUND, "application/json", b"{}"
        waiting = [one.waiting_for for one in (self.health, *self.others) if not one.ready]
        late = path == "/ready" and waiting
        status = HTTPStatus.SERVICE_UNAVAILABLE if late else HTTPStatus.OK
        body = {"ready": not waiting, "waitingFor": ", ".join(waiting)}
        return status, "application/json", json.dumps(body).encode()


@asynccontextmanager
async def served(monitor: Monitor, listener: HttpListener | None) -> AsyncIterator[None]:
    """Serve a monitor while the context lasts; without a listener, do nothing."""
    if listener is None:
        yield
        return
    server = await asyncio.start_server(
        lambda reader, writer: _serve_one(monitor, reader, writer),
        listener.host,
        listener.port,
        ssl=_tls(listener),
    )
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()


async def _serve_one(
    monitor: Monitor, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        async with asyncio.timeout(_REQUEST_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
            _, path, *_ = head.decode("latin-1").split(" ")
            writer.write(_response(*monitor.answer(path.partition("?")[0])))
            await writer.drain()
    except (TimeoutError, OSError, ValueError, EOFError, asyncio.LimitOverrunError):
        pass  # the caller went away, or speaks no HTTP: nobody is left to tell
    finally:
        writer.close()


def _response(status: HTTPStatus, content_type: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body


def _tls(listener: HttpListener) -> ssl.SSLContext | None:
    if listener.certificate_file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(listener.certificate_file, listener.key_file)
    return context
