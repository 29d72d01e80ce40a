"""`/charter/{city}`, as a page or as JSON."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.charter.figures import city_report
from api.charter.report import report_of
from api.iris import Iris
from api.negotiation import Form, accepted, form_of
from api.portal.rendering import LANGUAGE, Pages, view_of
from api.queries import check_names, query_of
from api.settings import ApiSettings
from api.store import Store
from schemas.vocabulary import Vocabulary

_FORMS: Final = (Form("json", "application/json"), Form("html", "text/html"))
_HEADERS: Final = {"Cache-Control": "public, max-age=60", "Vary": "Accept"}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {form.media_type: {} for form in _FORMS}}
}


def charter_reports(
    settings: ApiSettings, store: Store, vocabulary: Vocabulary, pages: Pages
) -> APIRouter:
    """Return the route of the charter reports."""
    router = APIRouter(tags=["Catalogue"])
    iris = Iris(settings.base_iri, settings.mqtt_url)

    async def report(request: Request, city: str) -> Response:
        """Tell how a city stands with the Open Data Charter: comply or explain, by principle."""
        query = query_of(request, most=settings.limits.query_characters)
        check_names(query, (LANGUAGE,))
        view = view_of(request, query)
        name, dot, suffix = city.partition(".")
        accept = request.headers.get("accept")
        form = form_of(suffix, _FORMS) if dot else accepted(accept, _FORMS)
        async with store.reading() as connection:
            known = await city_report(connection, name, iris, vocabulary)
        now = datetime.now(UTC)
        found = report_of(known, name, texts=pages.texts, now=now)
        if form.suffix == "html":
            time = f"{pages.wording(view).moment(now, UTC)} UTC"
            return pages.page("charter.html", view, report=found, time=time, headers=_HEADERS)
        return Response(
            msgspec.json.encode(found), media_type="application/json", headers=_HEADERS
        )

    router.add_api_route(
        "/charter/{city}",
        report,
        methods=["GET"],
        operation_id="charter_report",
        name="Charter report",
        response_class=Response,
        responses=_ANSWERS,
    )
    router.add_api_route("/charter/{city}", report, methods=["HEAD"], include_in_schema=False)
    return router
