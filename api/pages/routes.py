"""`/`, `/docs` and the style they share."""

from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import caller_of
from api.pages.overview import overview
from api.pages.reference import operations_of
from api.pages.rendering import Pages
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

_STATIC: Final = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}


def pages(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(include_in_schema=False)
    page = Pages(settings.base_iri).page

    @router.api_route("/", methods=["GET", "HEAD"])
    async def first_page(request: Request) -> Response:
        caller = caller_of(request)
        async with store.reading() as connection:
            cities = await overview(connection, caller, vocabulary, now=datetime.now(UTC))
        shown = [one for city in cities for set_ in city.datasets for one in set_.latest]
        example = shown[0].datastream_id if shown else 1
        return page("first.html", cities=cities, example=example)

    @router.get("/docs")
    async def docs(request: Request) -> Response:
        document = request.app.openapi()
        return page("reference.html", document=document, groups=operations_of(document))

    @router.get("/static/{name}")
    async def static(name: str) -> Response:
        return _file(name)

    return router


def _file(name: str) -> Response:
    types = {"stadspuls.css": "text/css", "stadspuls.svg": "image/svg+xml"}
    if name not in types:
        raise NotFound(f"there is no file {name[:80]!r}")
    content = (files("api.pages") / "static" / name).read_bytes()
    return Response(content, media_type=types[name], headers=_STATIC)
