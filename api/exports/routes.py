"""`/observations.csv`, `.json`, `.geojson`, `.parquet` and `.arrow`."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import EVERYBODY, Caller, caller_of
from api.exports.formats import CSV, GEOJSON, JSON, LINES, Format
from api.exports.stream import Export, ExportResponse, chunks, prepare
from api.exports.tables import ARROW, ARROW_STREAM, PARQUET, TableFormat
from api.exports.wishes import PARAMETERS, Wishes, wishes_of
from api.queries import query_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import Overloaded
from schemas.vocabulary import Vocabulary

_MOST_LICENCES: Final = 10
# Where the codes of flags are explained.
_FLAGS: Final = '</quality/flags>; rel="describedby"'
_DOCUMENTED: Final[dict[str, Any]] = {
    "parameters": [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in PARAMETERS.items()
    ]
}
_FORMATS: Final[Mapping[Format | TableFormat, str]] = {
    CSV: "Give observations, or their sums, as CSV with a header row (RFC 4180).",
    JSON: "Give the same as a JSON array, or by `Accept: application/x-ndjson` a line for each.",
    GEOJSON: "Give the same as GeoJSON (RFC 7946): a feature for each, at its thing's place.",
    PARQUET: "Give the same as Parquet, compressed by zstd.",
    ARROW: (
        "Give the same as an Arrow IPC file, or by `Accept: application/vnd.apache.arrow.stream` "
        "as a stream."
    ),
}
# What else an address gives to whom accepts it.
_VARIANTS: Final[Mapping[Format | TableFormat, Format | TableFormat]] = {
    JSON: LINES,
    ARROW: ARROW_STREAM,
}


def exports(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of the history in bulk."""
    router = APIRouter(tags=["History"])
    slots = asyncio.Semaphore(settings.limits.exports)
    limits = settings.limits

    async def export(request: Request, form: Format | TableFormat) -> Response:
        query = query_of(request, most=limits.query_characters)
        wishes = wishes_of(query, limits=limits, vocabulary=vocabulary)
        caller = caller_of(request)
        if slots.locked():
            raise Overloaded(f"{limits.exports} exports are running; this one is welcome later")
        await slots.acquire()
        try:
            found = await prepare(store, wishes, form, caller)
            pieces = await _begun(chunks(found, store))
        except BaseException:
            slots.release()
            raise
        return ExportResponse(
            pieces,
            seconds=limits.export_seconds,
            slots=slots,
            media_type=form.media_type,
            headers=_headers(found, caller),
        )

    def endpoint(form: Format | TableFormat) -> Callable[[Request], Awaitable[Response]]:
        async def observations(request: Request) -> Response:
            return await export(request, _accepted(request, form))

        return observations

    for form, description in _FORMATS.items():
        router.add_api_route(
            f"/observations.{form.ending}",
            endpoint(form),
            operation_id=f"observations_{form.ending}",
            description=description,
            response_class=Response,
            openapi_extra=_DOCUMENTED,
        )
    return router


def _accepted(request: Request, form: Format | TableFormat) -> Format | TableFormat:
    variant = _VARIANTS.get(form)
    if variant and variant.media_type in request.headers.get("accept", ""):
        return variant
    return form


async def _begun(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Read the first piece before the answer begins, while an error can still be told."""
    first = await anext(pieces)

    async def all_pieces() -> AsyncGenerator[bytes, None]:
        try:
            yield first
            async for piece in pieces:
                yield piece
        finally:
            await pieces.aclose()

    return all_pieces()


def _headers(export: Export, caller: Caller) -> Mapping[str, str]:
    name = _name(export.wishes)
    ending = export.format.ending
    headers = {
        "Content-Disposition": (
            f"attachment; filename=\"{name}.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
        ),
        "X-Content-Type-Options": "nosniff",
    }
    links = [f'<{quote(iri, safe=":/?#@=&%~")}>; rel="license"' for iri in export.licences]
    headers["Link"] = ", ".join([*links[:_MOST_LICENCES], _FLAGS])
    if caller is not EVERYBODY:
        headers["Cache-Control"] = "private, no-store"
    return headers


def _name(wishes: Wishes) -> str:
    parts: Sequence[str] = [
        "stadspuls",
        *(wishes.cities or ()),
        *(wishes.themes or ()),
        *(str(one) for one in wishes.datastreams or ()),
    ]
    return re.sub(r"[^a-z0-9-]+", "-", "-".join(parts).lower())[:80].strip("-")
