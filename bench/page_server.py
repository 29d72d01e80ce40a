"""The open interfaces in a process of the benchmark, with plain bytes beside the pages."""

import asyncio
import os
from pathlib import Path

import msgspec
import uvloop
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.application import create_app
from api.http_server import serve
from api.settings import ApiSettings
from bench.child import say, told
from deploy.readiness import until_ready

PLAIN = "/plain-bytes"
"""Where the bytes are: the first of all routes, with nothing to decide."""

_READY_SECONDS = 60.0


class Serving(msgspec.Struct, frozen=True):
    """What the server is told.

    Attributes:
        environment: from which `ApiSettings` are built.
        plain_file: whose bytes are given.
    """

    environment: dict[str, str]
    plain_file: str


async def run() -> None:
    """Serve until there is no next line."""
    work = msgspec.json.decode(told(), type=Serving)
    os.environ.update(work.environment)
    settings = ApiSettings()
    content = await asyncio.to_thread(Path(work.plain_file).read_bytes)

    async def plain(_: Request) -> Response:
        return Response(content, media_type="application/octet-stream")

    app = create_app(settings)
    app.router.routes.insert(0, Route(PLAIN, plain))
    serving = asyncio.create_task(serve(app, settings.listener))
    await until_ready(settings.listener, patience_seconds=_READY_SECONDS)
    say("ready")
    try:
        await asyncio.to_thread(told)
    finally:
        serving.cancel()
        await asyncio.wait([serving])


if __name__ == "__main__":
    uvloop.run(run())
