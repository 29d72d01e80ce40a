"""`/dead-letters`: what was rejected of a city's readings, and why; for its key alone."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from pydantic.alias_generators import to_camel
from starlette.responses import Response

from api.access import caller_of
from api.dead_letters.letters import Facts, Wanted, read_groups, read_letter, read_newest
from api.exports.formats import csv_text
from api.exports.wishes import time_of
from api.instants import instant_text
from api.negotiation import Form, accepted
from api.queries import Query, check_names, query_of, value_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotAllowed, NotFound, QueryRejected
from schemas.vocabulary import Vocabulary

_PARAMETERS: Final = {
    "profile": "only of this profile, `vendor/model`",
    "reason": "only with this reason, such as `payload.malformed`",
    "since": "only received at this time or later (ISO 8601; without a zone: UTC)",
    "by": "counts by `profile` or `reason` alone, instead of both",
    "limit": "how many of the newest, up to 1000; 20 without it",
}
_JSON: Final = Form("json", "application/json")
_CSV: Final = Form("csv", "text/csv")
_CSV_TYPE: Final = "text/csv; charset=utf-8; header=present"
_GROUPED: Final = ("profile", "reason")
_COUNTS: Final = ("letters", "replayed", "cut", "oldest", "newest")
_USUAL, _MOST = 20, 1000
_LONGEST_NUMBER: Final = 18
_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
}
_DOCUMENTED: Final[dict[str, Any]] = {
    "parameters": [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in _PARAMETERS.items()
    ]
}


def dead_letters(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of dead letters."""
    router = APIRouter(tags=["Dead letters"])
    most = settings.limits.query_characters

    async def answer(request: Request, form: Form) -> Response:
        query = query_of(request, most=most)
        check_names(query, _PARAMETERS)
        wanted, by, limit = _wanted(query, _city_of(request)), _by(query), _limit(query)
        async with store.reading() as connection:
            groups = await read_groups(connection, wanted, by)
            if form is _CSV:
                return Response(_table(groups, by), media_type=_CSV_TYPE, headers=_HEADERS)
            newest = await read_newest(connection, wanted, limit, vocabulary)
        return _sent({"counts": list(map(_told, groups)), "newest": list(map(_told, newest))})

    @router.get(
        "/dead-letters",
        operation_id="dead_letters",
        response_class=Response,
        openapi_extra=_DOCUMENTED,
    )
    async def listing(request: Request) -> Response:
        """Tell what was rejected of a city: counts, and the newest; by `Accept` JSON or CSV."""
        return await answer(request, accepted(request.headers.get("accept"), (_JSON, _CSV)))

    @router.get("/dead-letters.json", include_in_schema=False)
    async def listing_json(request: Request) -> Response:
        return await answer(request, _JSON)

    @router.get("/dead-letters.csv", include_in_schema=False)
    async def listing_csv(request: Request) -> Response:
        return await answer(request, _CSV)

    @router.get("/dead-letters/{number}", operation_id="dead_letter", response_class=Response)
    async def one(request: Request, number: str) -> Response:
        """Give one dead letter: payload, topic, reasons, profile, and where in the payload."""
        check_names(query_of(request, most=most), ())
        city = _city_of(request)
        found = None
        if number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER:
            async with store.reading() as connection:
                found = await read_letter(connection, int(number), vocabulary)
        if found is None or found["city"] != city:
            raise NotFound(f"{city} has no dead letter {number[:20]!r}")
        return _sent(_told(found))

    return router


def _city_of(request: Request) -> str:
    cities = caller_of(request).cities
    if not cities:
        raise NotAllowed("dead letters are for the city's key: `Authorization: Bearer KEY`")
    return cities[0]


def _wanted(query: Query, city: str) -> Wanted:
    return Wanted(
        city=city,
        profile=value_of(query, "profile"),
        reason=value_of(query, "reason"),
        since=time_of(query, "since"),
    )


def _by(query: Query) -> str | None:
    by = value_of(query, "by")
    if by is not None and by not in _GROUPED:
        raise QueryRejected(f"by {by[:40]!r} is neither `profile` nor `reason`")
    return by


def _limit(query: Query) -> int:
    limit = value_of(query, "limit")
    if limit is None:
        return _USUAL
    if not (limit.isascii() and limit.isdigit() and len(limit) <= len(str(_MOST))):
        raise QueryRejected(f"limit {limit[:40]!r} is no number from 0 to {_MOST}")
    return min(int(limit), _MOST)


def _told(facts: Facts) -> Facts:
    return {to_camel(name): value for name, value in facts.items()}


def _sent(content: Any) -> Response:
    return Response(msgspec.json.encode(content), media_type=_JSON.media_type, headers=_HEADERS)


def _table(groups: Sequence[Facts], by: str | None) -> str:
    names = (by,) if by else _GROUPED
    rows = [",".join((*names, *_COUNTS))]
    rows += [",".join(_cells(group, names)) for group in groups]
    return "".join(f"{row}\r\n" for row in rows)


def _cells(group: Facts, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield csv_text(group[name])
    for name in _COUNTS[:3]:
        yield str(group[name])
    for name in _COUNTS[3:]:
        yield instant_text(group[name])
