"""`/status`: how the platform does, city by city, for people and their programs."""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.negotiation import Form, accepted, form_of
from api.portal import overview
from api.portal.pulse import pulse
from api.portal.rendering import LANGUAGE, Pages, View, view_of
from api.queries import check_names, query_of
from api.settings import ApiSettings
from api.status.status import Status, StatusBoard
from api.store import Store
from schemas.vocabulary import Vocabulary

_FORMS: Final = (Form("json", "application/json"), Form("html", "text/html"))
_STATES: Final = ("on-time", "late", "silent", "unknown")
_HEADERS: Final = {
    "Cache-Control": "public, max-age=5",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {form.media_type: {} for form in _FORMS}}
}


def status(
    settings: ApiSettings, store: Store, vocabulary: Vocabulary, board: StatusBoard, pages: Pages
) -> APIRouter:
    """Return the routes of the status."""
    router = APIRouter(tags=["Operations"])

    async def answer(request: Request, form: Form) -> Response:
        query = query_of(request, most=settings.limits.query_characters)
        check_names(query, (LANGUAGE,))
        view = view_of(request, query)
        found = await board.read()
        if form.suffix == "html":
            return await page(found, view)
        body = msgspec.json.encode(found)
        return Response(body, media_type="application/json", headers=_HEADERS)

    async def page(found: Status, view: View) -> Response:
        async with store.reading() as connection:
            beat = await pulse(connection)
            cities = await overview.cities(connection, pages.wording(view), vocabulary)
        return pages.page(
            "status.html",
            view,
            headers=_HEADERS,
            status=found,
            names={city.slug: city.name for city in cities},
            pulse=beat,
            states=_STATES,
            newest=max((one.newest_time for one in found.cities if one.newest_time), default=None),
            delay=max((one.delay_p95_seconds or 0 for one in found.cities), default=0) or None,
            reasons={code: one.sentence for code, one in vocabulary.rejections.items()},
        )

    @router.get("/status", operation_id="status", response_class=Response, responses=_ANSWERS)
    async def tell(request: Request) -> Response:
        """Tell what came, what was stored and rejected, how fast, and whether all of us work."""
        return await answer(request, accepted(request.headers.get("accept"), _FORMS))

    @router.get("/status.{suffix}", include_in_schema=False)
    async def tell_as(request: Request, suffix: str) -> Response:
        return await answer(request, form_of(suffix, _FORMS))

    return router
