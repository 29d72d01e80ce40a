"""`/catalogue` and `/catalogue/{city}`, by `Accept` or by suffix."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.catalogue.documents import Documents
from api.iris import Iris
from api.ldes.serving.codings import at_once
from api.negotiation import Form, accepted, form_of
from api.queries import check_names, query_of
from api.rdf_document import FORMS, has, not_modified, sent
from api.settings import ApiSettings
from api.store import Store

_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {form.media_type: {} for form in FORMS}},
    304: {"description": "it is as the caller has it"},
    406: {"description": "none of these forms is one that the caller takes"},
}


def catalogue(settings: ApiSettings, store: Store) -> APIRouter:
    """Return the routes of the catalogue."""
    router = APIRouter(tags=["Catalogue"])
    iris = Iris(settings.base_iri, settings.mqtt_url)
    documents = Documents(store, iris, refresh_seconds=settings.catalogue_seconds)
    age = f"public, max-age={settings.catalogue_seconds:.0f}"

    async def answer(request: Request, city: str | None, form: Form) -> Response:
        check_names(query_of(request, most=settings.limits.query_characters), ())
        document = await documents.get(city)
        # Weak: processes write the same content in an order of their own.
        headers = {
            "ETag": f'W/"{document.tag}-{form.suffix}"',
            "Cache-Control": age,
            "Vary": "Accept, Accept-Encoding",
            "Link": f'<{documents.address(city)}>; rel="canonical"',
        }
        if has(request, headers["ETag"]):
            return not_modified(headers)
        coding = at_once(request.headers.get("accept-encoding"))
        return sent(await documents.form(document, form, coding), form, coding, headers)

    @router.get(
        "/catalogue", operation_id="catalogue", response_class=Response, responses=_ANSWERS
    )
    async def whole(request: Request) -> Response:
        """Tell what open data there is, as DCAT-AP-VL; `.ttl`, `.jsonld`, `.rdf` and `.nt` too."""
        return await answer(request, None, accepted(request.headers.get("accept"), FORMS))

    @router.get("/catalogue.{suffix}", include_in_schema=False)
    async def whole_by_suffix(request: Request, suffix: str) -> Response:
        return await answer(request, None, form_of(suffix, FORMS))

    @router.get(
        "/catalogue/{city}",
        operation_id="catalogue_of_a_city",
        response_class=Response,
        responses=_ANSWERS,
    )
    async def of_a_city(request: Request, city: str) -> Response:
        """Tell what open data a city has; `.ttl`, `.jsonld`, `.rdf` and `.nt` too."""
        name, dot, suffix = city.partition(".")
        accept = request.headers.get("accept")
        form = form_of(suffix, FORMS) if dot else accepted(accept, FORMS)
        return await answer(request, name, form)

    for path, tell in (("", whole), (".{suffix}", whole_by_suffix), ("/{city}", of_a_city)):
        router.add_api_route(f"/catalogue{path}", tell, methods=["HEAD"], include_in_schema=False)
    return router
