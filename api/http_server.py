"""The HTTP server of our processes: serves an application until cancelled."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from api.lines import HttpLine, Lasting, WebSocketLine
from schemas.errors import Misconfigured
from schemas.requests.connection_watch import ConnectionTable
from schemas.requests.limit import RequestPolicy
from schemas.settings import HttpListener

_GRACE_SECONDS = 5
_MOST_RECEIVED_BYTES = 4096  # of a WebSocket's client, who has nothing to say
_PING_SECONDS, _PONG_SECONDS = 10.0, 15.0


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: ASGIApp,
    listener: HttpListener,
    *,
    requests: RequestPolicy | None = None,
    at_the_end: Callable[[], None] | None = None,
) -> None:
    """Serve an application until cancelled; then finish what was begun, and close.

    Args:
        app: what is served.
        listener: where.
        requests: what connections may cost.
        at_the_end: called before answers under way are waited for.

    Raises:
        Misconfigured: the port is taken, or a certificate or key file is wrong.
    """
    table = ConnectionTable(requests or RequestPolicy())
    server = _Server(_configuration(listener, app, table))
    serving = asyncio.create_task(_serve(server, listener), name="api.server")
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        if at_the_end:
            at_the_end()
        server.should_exit = True
        await serving
        raise


async def _serve(server: uvicorn.Server, listener: HttpListener) -> None:
    try:
        await server.serve()
    except SystemExit as refused:  # uvicorn's word for a start that failed
        raise Misconfigured(
            f"the interfaces cannot listen on {listener.address}: the log says why"
        ) from refused


def _configuration(listener: HttpListener, app: ASGIApp, table: ConnectionTable) -> uvicorn.Config:
    configuration = uvicorn.Config(
        Lasting(app),
        host=listener.host,
        port=listener.port,
        ssl_certfile=listener.certificate_file,
        ssl_keyfile=listener.key_file,
        http=partial(HttpLine, table=table),  # type: ignore[arg-type] # makes one, as a class
        ws=partial(WebSocketLine, table=table),  # type: ignore[arg-type]
        ws_max_size=_MOST_RECEIVED_BYTES,
        ws_ping_interval=_PING_SECONDS,
        ws_ping_timeout=_PONG_SECONDS,
        ws_per_message_deflate=False,  # would cost each client what is made once for all
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose word counts, RequestLimit knows
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    try:
        configuration.load()
    except OSError as wrong:  # also what ssl raises
        raise Misconfigured(f"the certificate or its key cannot be used: {wrong}") from wrong
    return configuration
