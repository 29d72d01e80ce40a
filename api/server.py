"""Serve the open interfaces until cancelled."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from api.application import create_app
from api.heads import BoundedHeads
from api.settings import ApiSettings
from schemas.errors import Misconfigured

_GRACE_SECONDS = 5


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(settings: ApiSettings) -> None:
    """Serve until cancelled; then end the live streams, finish what was begun, and close.

    Raises:
        Misconfigured: the port is taken, or a certificate or key file is wrong.
    """
    app = create_app(settings)
    server = _Server(_configuration(settings, app))
    serving = asyncio.create_task(_serve(server, settings), name="api.server")
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        app.state.hub.close()
        server.should_exit = True
        await serving
        raise


async def _serve(server: uvicorn.Server, settings: ApiSettings) -> None:
    try:
        await server.serve()
    except SystemExit as refused:  # uvicorn's word for a start that failed
        raise Misconfigured(
            f"the interfaces cannot listen on {settings.listener.address}: the log says why"
        ) from refused


def _configuration(settings: ApiSettings, app: FastAPI) -> uvicorn.Config:
    listener = settings.listener
    configuration = uvicorn.Config(
        app,
        host=listener.host,
        port=listener.port,
        ssl_certfile=listener.certificate_file,
        ssl_keyfile=listener.key_file,
        http=BoundedHeads,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    try:
        configuration.load()
    except OSError as wrong:  # also what ssl raises
        raise Misconfigured(f"the certificate or its key cannot be used: {wrong}") from wrong
    return configuration
