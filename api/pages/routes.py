"""`/`, `/docs` and the style they share."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final

from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import Response

from api.access import caller_of
from api.pages.overview import overview
from api.pages.reference import operations_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STATIC: Final = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}


def pages(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(include_in_schema=False)
    templates = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"whole": _whole, "code": _code}

    def page(name: str, **content: Any) -> Response:
        text = templates.get_template(name).render(base=settings.base_iri, **content)
        return Response(text, media_type="text/html", headers=_HEADERS)

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


def _code(text: str) -> Markup:
    """Show what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704, escaped


def _whole(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
