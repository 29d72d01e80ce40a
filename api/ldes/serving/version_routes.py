"""`/id/observation/…`, `/id/summary/…`: members, and what they are versions of."""

import re
from collections.abc import Awaitable
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import caller_of
from api.identifiers import parse_observation_id
from api.iris import Iris, Period
from api.ldes.page_store import DirectoryPageStore
from api.ldes.serving.answers import FOR_GOOD, FOR_NOW, answer, form_wanted
from api.ldes.serving.codings import codings_of
from api.ldes.serving.documents import Document
from api.ldes.serving.forms import FORMS
from api.ldes.serving.summary_versions import SummaryKey, SummaryVersions
from api.ldes.serving.versions import Told, Versions
from api.ldes.statistics_text import statistic_text, statistics
from api.queries import check_names, query_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

_VERSION: Final = re.compile(
    r"(?P<id>[^/]*Z)(/(?P<sequence>[1-9]\d{0,17}))?(\.(?P<suffix>[a-z.]{1,16}))?"
)
_SUMMARY: Final = re.compile(r"(?P<datastream>\d{1,10})_(?P<period>hour|day)_(?P<start>.*)")
_PATHS: Final[list[dict[str, Any]]] = [
    {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}
]
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {form.media_type: {} for form in FORMS}},
    304: {"description": "it is as the caller has it"},
    406: {"description": "none of these forms is one that the caller takes"},
}


def observation_versions(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of members as linked data, and of what they are made with."""
    router = APIRouter(tags=["Linked Data Event Streams"])
    severities = {code: flag.severity for code, flag in vocabulary.quality_flags.items()}
    pages, iris = DirectoryPageStore(settings.pages_dir), Iris(settings.base_iri)
    versions = Versions(store, pages, iris, severities)
    summaries = SummaryVersions(store, pages, iris)
    most = settings.limits.query_characters

    async def observation(request: Request) -> Response:
        found = _parsed(request, "observation")
        key = parse_observation_id(found["id"])
        if key is None:
            raise _nothing(request)
        sequence, caller = int(found["sequence"] or 0), caller_of(request)
        asked = versions.version(key, sequence, caller) if sequence else None
        return await told(request, found["suffix"], asked or versions.observation(key, caller))

    async def summary(request: Request) -> Response:
        found = _parsed(request, "summary")
        key = _summary_key(found["id"])
        if key is None:
            raise _nothing(request)
        asked = summaries.version(key, int(found["sequence"] or 0), caller_of(request))
        return await told(request, found["suffix"], asked)

    async def statistic(request: Request) -> Response:
        name, _, suffix = request.path_params["path"].partition(".")
        if name not in statistics():
            raise _nothing(request)
        return await told(request, suffix, _known(statistic_text(iris, name)))

    async def told(request: Request, suffix: str | None, asked: Awaitable[Told]) -> Response:
        found = await asked
        check_names(query_of(request, most=most), ())
        form = form_wanted(request, suffix or "")
        codings = codings_of(request.headers.get("accept-encoding"))
        content = await Document(found.text).content(form, codings)
        return answer(request, content, form, cache=_cache(found))

    for name, give, words in (
        ("observation", observation, "Give an observation with its versions, or a version."),
        ("summary", summary, "Give an hour or a day of a datastream, or a version of it."),
        ("statistic", statistic, "Tell what one of the numbers of an hour or a day is."),
    ):
        router.add_api_route(
            f"/id/{name}/{{path:path}}",
            give,
            methods=["GET"],
            operation_id=f"id_{name}",
            description=words,
            response_class=Response,
            responses=_ANSWERS,
            openapi_extra={"parameters": _PATHS},
        )
        router.add_api_route(
            f"/id/{name}/{{path:path}}", give, methods=["HEAD"], include_in_schema=False
        )
    return router


def _parsed(request: Request, name: str) -> re.Match[str]:
    found = _VERSION.fullmatch(request.scope["path"].removeprefix(f"/id/{name}/"))
    if found is None:
        raise _nothing(request)
    return found


def _summary_key(identifier: str) -> SummaryKey | None:
    found = _SUMMARY.fullmatch(identifier)
    key = parse_observation_id(f"{found['datastream']}_{found['start']}") if found else None
    if found is None or key is None:
        return None
    period: Period = "hour" if found["period"] == "hour" else "day"
    return SummaryKey(key.datastream_id, period, key.phenomenon_start)


async def _known(text: str) -> Told:
    return Told(text, for_good=False, public=True)


def _nothing(request: Request) -> NotFound:
    return NotFound(f"{request.scope['path'][:80]} names nothing that was published")


def _cache(told: Told) -> str:
    return f"{'public' if told.public else 'private'}, {FOR_GOOD if told.for_good else FOR_NOW}"
