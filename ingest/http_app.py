"""The gateway's HTTP interface: ingest, health, readiness, metrics."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from ingest.counts import Counts
from ingest.http_problems import register_problems
from ingest.http_source import HttpSource
from schemas.topics import NAME

Readiness = Callable[[], Mapping[str, bool]]

_PROBLEM: Final[dict[str, Any]] = {
    "content": {"application/problem+json": {"schema": {"type": "object"}}}
}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    202: {"description": "One payload is safe."},
    207: {"description": "A batch is safe; `results` has a status for each line, in order."},
    401: {"description": "No key, or one that is not known.", **_PROBLEM},
    403: {"description": "The key belongs to another city.", **_PROBLEM},
    404: {"description": "There is no such city or profile.", **_PROBLEM},
    413: {"description": "Too large; a dead letter keeps its size and hash.", **_PROBLEM},
    415: {"description": "The body has a Content-Encoding.", **_PROBLEM},
    422: {"description": "The Idempotency-Key was used for another request.", **_PROBLEM},
    429: {"description": "Too much is waiting for storage; see Retry-After.", **_PROBLEM},
    503: {"description": "Storage does not confirm; see Retry-After.", **_PROBLEM},
}
_NAMES: Final = ("city", "vendor", "model")
_BODY: Final = {
    "requestBody": {
        "description": "One payload as the device sends it, or many as lines of NDJSON.",
        "required": True,
        "content": {
            "application/x-ndjson": {"schema": {"type": "string"}},
            "*/*": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


def create_app(source: HttpSource, *, counts: Counts, readiness: Readiness) -> FastAPI:
    """Return the application.

    Args:
        source: answers what is sent to `/ingest/…`.
        counts: what `/metrics` tells.
        readiness: which neighbours are there; all of them: `/ready` says 200.
    """
    app = FastAPI(title="Stadspuls ingest", docs_url=None, redoc_url=None, redirect_slashes=False)
    register_problems(app)
    _add_ingest(app, source)

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "alive"}

    @app.get("/ready")
    async def ready() -> Response:
        """Tell whether readings can be taken: 200, else 503 with what is missing."""
        neighbours = dict(readiness())
        return JSONResponse(neighbours, 200 if all(neighbours.values()) else 503)

    @app.get("/metrics")
    async def metrics() -> Response:
        """Return the metrics for Prometheus."""
        return Response(counts.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return app


def _add_ingest(app: FastAPI, source: HttpSource) -> None:
    async def ingest_thing(request: Request) -> Response:
        """Take one payload of a thing, or many."""
        return await source.receive(request)

    async def ingest(request: Request) -> Response:
        """Take one payload that names its thing, or many."""
        return await source.receive(request)

    for names, endpoint in ((_NAMES, ingest), ((*_NAMES, "thing"), ingest_thing)):
        app.add_api_route(
            "/ingest/" + "/".join(f"{{{name}}}" for name in names),
            endpoint,
            methods=["POST"],
            status_code=202,
            responses=_RESPONSES,
            openapi_extra={**_BODY, "parameters": [_parameter(name) for name in names]},
            response_class=Response,
        )


def _parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": f"^{NAME.pattern}$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}
