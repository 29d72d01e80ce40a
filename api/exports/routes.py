"""`/observations.csv` and `/observations.json`."""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import EVERYBODY, Caller, caller_of
from api.exports.formats import CSV, JSON, LINES, Format
from api.exports.stream import Export, ExportResponse, chunks, prepare
from api.exports.wishes import PARAMETERS, Wishes, wishes_of
from api.queries import query_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import Overloaded
from schemas.vocabulary import Vocabulary

_MOST_LICENCES: Final = 10
_FLAGS: Final = '</quality/flags>; rel="describedby"'
"""Where the codes of flags are explained."""
_DOCUMENTED: Final[list[dict[str, Any]]] = [
    {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
    for name, text in PARAMETERS.items()
]


def exports(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of the history in bulk."""
    router = APIRouter(tags=["History"])
    slots = asyncio.Semaphore(settings.limits.exports)
    limits = settings.limits

    async def export(request: Request, form: Format) -> Response:
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

    extra = {"parameters": _DOCUMENTED}

    @router.get(
        "/observations.csv",
        operation_id="observations_csv",
        response_class=Response,
        openapi_extra=extra,
    )
    async def observations_csv(request: Request) -> Response:
        """Give observations, or their sums, as CSV with a header row (RFC 4180)."""
        return await export(request, CSV)

    @router.get(
        "/observations.json",
        operation_id="observations_json",
        response_class=Response,
        openapi_extra=extra,
    )
    async def observations_json(request: Request) -> Response:
        """Give the same as a JSON array, or by `Accept: application/x-ndjson` a line for each."""
        lines = LINES.media_type in request.headers.get("accept", "")
        return await export(request, LINES if lines else JSON)

    return router


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
