"""`/status`: how the platform does, city by city, for people and their programs."""

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.queries import check_names, query_of
from api.settings import ApiSettings
from api.status.status import StatusBoard


def status(settings: ApiSettings, board: StatusBoard) -> APIRouter:
    """Return the route of the status."""
    router = APIRouter(tags=["Operations"])

    @router.get("/status", operation_id="status", response_class=Response)
    @router.get("/status.json", include_in_schema=False)
    async def tell(request: Request) -> Response:
        """Tell what came, what was stored and rejected, how fast, and whether all of us work."""
        check_names(query_of(request, most=settings.limits.query_characters), ())
        return Response(
            msgspec.json.encode(await board.read()),
            media_type="application/json",
            headers={"Cache-Control": "public, max-age=5", "X-Content-Type-Options": "nosniff"},
        )

    return router
