"""The addresses of the pages, and of the files that they load."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.negotiation import Form, accepted
from api.portal.about import Platform
from api.portal.desk import Desk
from api.portal.maps import Maps
from api.portal.measuring import Measuring
from api.portal.places import Places
from api.portal.rendering import LANGUAGE, Pages, view_of
from api.portal.sharing import Handler, Sharing
from api.portal.texts import language_of
from api.problems import status_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import PlatformError
from schemas.vocabulary import Vocabulary

_PROBLEM: Final = Form("json", "application/problem+json")
_PAGE: Final = Form("html", "text/html")
_NAMES: Final = {HTTPStatus.NOT_FOUND: "not-found", HTTPStatus.SERVICE_UNAVAILABLE: "unavailable"}


def portal(settings: ApiSettings, store: Store, vocabulary: Vocabulary, pages: Pages) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(include_in_schema=False)
    desk = Desk(settings, store, vocabulary, pages)
    places, measuring, platform = Places(desk), Measuring(desk), Platform(desk)
    maps, sharing = Maps(desk), Sharing()
    for path, handler in {
        "/": places.first,
        "/map": maps.page,
        "/map/data.json": maps.data,
        "/pulse.json": platform.pulse,
        "/cities": places.cities,
        "/cities/{city}": places.city,
        "/cities/{city}/{theme}": places.dataset,
        "/things/{thing}": measuring.thing,
        "/datastreams/{datastream}": measuring.datastream,
        "/sensor-types": platform.sensor_types,
        "/sensor-types/{vendor}/{model}": platform.sensor_type,
        "/developers": platform.developers,
        "/accessibility": platform.accessibility,
        "/docs": platform.reference,
    }.items():
        router.add_api_route(path, _for_people(handler, pages, sharing), methods=["GET", "HEAD"])

    @router.api_route("/static/{name}", methods=["GET", "HEAD"])
    async def static(request: Request, name: str) -> Response:
        return pages.assets.answer(name, request.headers.get("accept-encoding"))

    return router


def _for_people(handler: Handler, pages: Pages, sharing: Sharing) -> Handler:
    """Let a page that cannot be shown be a page too, for a browser; else a problem document."""

    async def answer(request: Request) -> Response:
        try:
            return await sharing.answer(request, handler)
        except PlatformError as error:
            if accepted(request.headers.get("accept") or "*/*", (_PROBLEM, _PAGE)) is _PROBLEM:
                raise
            return _problem_page(request, error, pages)

    return answer


def _problem_page(request: Request, error: PlatformError, pages: Pages) -> Response:
    known = [
        (LANGUAGE, one) for one in request.query_params.getlist(LANGUAGE)[:1] if language_of(one)
    ]
    status = status_of(error)
    answer = pages.page(
        "problem.html",
        view_of(request, known),
        status=status.value,
        name=_NAMES.get(status, "rejected"),
        detail=str(error),
    )
    answer.status_code = status.value
    return answer
