"""For those who run it: alive, can serve, figures."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from api.store import Store
from api.telemetry import Telemetry
from schemas.errors import Unavailable

Check = Callable[[], Awaitable[None]]


def operations(store: Store, telemetry: Telemetry, live_check: Check) -> APIRouter:
    """Return `/health`, `/ready` and `/metrics`."""
    router = APIRouter(tags=["Operations"])

    @router.get("/health", operation_id="health")
    async def health() -> JSONResponse:
        """Tell that the process is alive."""
        return JSONResponse({"status": "alive"})

    @router.get("/ready", operation_id="ready")
    async def ready() -> JSONResponse:
        """Tell whether requests can be served: database there and migrated, publication read."""
        async with store.reading() as connection:
            if await connection.fetchval("select to_regclass('publication_lane') is null"):
                raise Unavailable("the database is not migrated yet")
        await live_check()
        return JSONResponse({"status": "ready"})

    @router.get("/metrics", operation_id="metrics", response_class=Response)
    async def metrics() -> Response:
        """Tell the figures of this process, for Prometheus."""
        return Response(telemetry.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router
