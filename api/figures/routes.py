"""`/quality`: figures of datastreams, and the flags and rules that they come from."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import EVERYBODY, caller_of
from api.exports.formats import CSV, JSON, Format
from api.figures.figures import read_figures
from api.figures.wishes import PARAMETERS, wishes_of
from api.iris import Iris
from api.negotiation import Form, accepted
from api.queries import check_names, query_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import QualityFlag

_FORMS: Final = {Form("json", "application/json"): JSON, Form("csv", "text/csv"): CSV}
_DOCUMENTED: Final[dict[str, Any]] = {
    "parameters": [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in PARAMETERS.items()
    ]
}
_WORDS: Final = {"Cache-Control": "public, max-age=3600"}


def figures(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of the figures of quality."""
    router = APIRouter(tags=["Quality"])
    limits, iris = settings.limits, Iris(settings.base_iri)

    async def answer(request: Request, form: Format) -> Response:
        now = datetime.now(UTC)
        query = query_of(request, most=limits.query_characters)
        wishes = wishes_of(query, limits=limits, now=now)
        caller = caller_of(request)
        found = await read_figures(store, wishes, caller, now=now)
        named = ((found.facts[row[0]], row[1:]) for row in found.rows)
        body = form.separator.join(form.rows(named, found.columns))
        kept = "no-cache" if caller is EVERYBODY else "private, no-store"
        return Response(
            form.beginning(found.columns) + body + form.end,
            media_type=form.media_type,
            headers={"Cache-Control": kept, "Vary": "Accept", "X-Content-Type-Options": "nosniff"},
        )

    @router.get(
        "/quality", operation_id="quality", response_class=Response, openapi_extra=_DOCUMENTED
    )
    async def quality(request: Request) -> Response:
        """Tell how complete, timely and sound datastreams are; by `Accept` as JSON or CSV."""
        wanted = accepted(request.headers.get("accept"), tuple(_FORMS))
        return await answer(request, _FORMS[wanted])

    @router.get("/quality.json", include_in_schema=False)
    async def quality_json(request: Request) -> Response:
        return await answer(request, JSON)

    @router.get("/quality.csv", include_in_schema=False)
    async def quality_csv(request: Request) -> Response:
        return await answer(request, CSV)

    @router.get("/quality/flags", operation_id="quality_flags", response_class=Response)
    async def flags(request: Request) -> Response:
        """Tell every flag of quality: its code, version and severity, and the reason for it."""
        check_names(query_of(request, most=limits.query_characters), ())
        return _sent([_flag(one, iris) for one in vocabulary.quality_flags.values()])

    @router.get("/quality/flags/{code}", operation_id="quality_flag", response_class=Response)
    async def flag(request: Request, code: str) -> Response:
        """Tell one flag, with the parameters of its rule for each observed property."""
        check_names(query_of(request, most=limits.query_characters), ())
        known = vocabulary.quality_flags.get(code)
        if known is None:
            raise NotFound(f"there is no flag {code[:80]!r}; /quality/flags tells those there are")
        return _sent(_flag(known, iris) | {"parameters": _parameters(known, vocabulary)})

    return router


def _sent(content: Any) -> Response:
    return Response(msgspec.json.encode(content), media_type="application/json", headers=_WORDS)


def _flag(flag: QualityFlag, iris: Iris) -> dict[str, Any]:
    return {"@id": iris.quality_flag(flag.code), **flag.model_dump()}


def _parameters(flag: QualityFlag, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return what the rule of a flag is told for observed properties, by their codes."""
    rule = flag.code.partition(".")[0]
    if rule == "range":
        properties = vocabulary.observed_properties.items()
        return {code: entry.plausible.model_dump() for code, entry in properties}
    found = {}
    for code, entry in vocabulary.observed_properties.items():
        told = getattr(vocabulary.rules_of(entry), rule, None)
        if told is not None:
            found[code] = told.model_dump(mode="json")
    return found
