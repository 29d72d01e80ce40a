"""uvicorn inside our own loop: no signal handlers, no exit of its own."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from functools import partial

import uvicorn
from fastapi import FastAPI

from ingest.http_heads import BoundedHeads
from schemas.errors import Misconfigured
from schemas.requests.connection_watch import ConnectionTable
from schemas.requests.limit import RequestPolicy
from schemas.settings import HttpListener

_BACKLOG = 2048
_GRACEFUL_SECONDS = 3


class HttpServer(uvicorn.Server):
    """Serves an application until `stop`; binds at once, so that a taken port is told at start.

    Args:
        app: what is served.
        listener: where.
        requests: what connections may cost.

    Raises:
        Misconfigured: the address cannot be listened on.
    """

    def __init__(
        self, app: FastAPI, listener: HttpListener, *, requests: RequestPolicy | None = None
    ) -> None:
        table = ConnectionTable(requests or RequestPolicy())
        self._listening = _bind(listener)
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # whose word counts, RequestLimit knows
                http=partial(BoundedHeads, table=table),  # type: ignore[arg-type] # makes one
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=_GRACEFUL_SECONDS,
                ssl_certfile=listener.certificate_file,
                ssl_keyfile=listener.key_file,
            )
        )

    @property
    def port(self) -> int:
        """The port listened on; with port 0 in the settings the one that was free."""
        return int(self._listening.getsockname()[1])

    async def run_until_stopped(self) -> None:
        """Serve until `stop`."""
        try:
            await self.serve(sockets=[self._listening])
        finally:
            self._listening.close()

    async def stop(self, serving: "asyncio.Task[None]") -> None:
        """Take no more requests, let those under way end, and wait for the task that serves."""
        self.should_exit = True
        await asyncio.wait([serving])

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs us."""
        yield


def _bind(listener: HttpListener) -> socket.socket:
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((listener.host, listener.port))
    except OSError as error:
        listening.close()
        raise Misconfigured(
            f"http: cannot listen on {listener.host} port {listener.port}: {error}"
        ) from error
    listening.listen(_BACKLOG)
    listening.setblocking(False)  # noqa: FBT003 - the library's signature
    return listening
