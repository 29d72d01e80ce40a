"""`/id/observation/…`: observations and their versions, which are the members of event streams."""

import re
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import caller_of
from api.identifiers import ObservationKey, parse_observation_id
from api.iris import Iris
from api.ldes.page_store import DirectoryPageStore
from api.ldes.serving.answers import FOR_GOOD, FOR_NOW, answer, form_wanted
from api.ldes.serving.codings import coding_of
from api.ldes.serving.documents import Document
from api.ldes.serving.forms import FORMS
from api.ldes.serving.versions import Told, Versions
from api.queries import check_names, query_of
from api.settings import ApiSettings
from api.store import Store
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

_NAME: Final = re.compile(r"(?P<id>[^/]*Z)(/(?P<sequence>[1-9]\d{0,17}))?(\.(?P<suffix>[a-z.]+))?")
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {form.media_type: {} for form in FORMS}},
    304: {"description": "it is as the caller has it"},
    406: {"description": "none of these forms is one that the caller takes"},
}


def observation_versions(settings: ApiSettings, store: Store, vocabulary: Vocabulary) -> APIRouter:
    """Return the routes of observations as linked data."""
    router = APIRouter(tags=["Linked Data Event Streams"])
    severities = {code: flag.severity for code, flag in vocabulary.quality_flags.items()}
    pages = DirectoryPageStore(settings.pages_dir)
    versions = Versions(store, pages, Iris(settings.base_iri), severities)
    most = settings.limits.query_characters

    async def told(request: Request, path: str) -> Response:
        key, sequence, suffix = _parsed(path)
        check_names(query_of(request, most=most), ())
        form, caller = form_wanted(request, suffix), caller_of(request)
        coding = coding_of(request.headers.get("accept-encoding"))
        found = await (
            versions.version(key, sequence, caller)
            if sequence
            else versions.observation(key, caller)
        )
        content = await Document(found.text).content(form, coding)
        return answer(request, content, form, coding, cache=_cache(found))

    @router.get(
        "/id/observation/{path:path}",
        operation_id="observation_version",
        response_class=Response,
        responses=_ANSWERS,
    )
    async def observation(request: Request, path: str) -> Response:
        """Give an observation (`@iot.id`) with its versions, or a version (`/{sequence}`)."""
        return await told(request, path)

    router.add_api_route(
        "/id/observation/{path:path}", observation, methods=["HEAD"], include_in_schema=False
    )
    return router


def _parsed(path: str) -> tuple[ObservationKey, int, str]:
    found = _NAME.fullmatch(path)
    key = parse_observation_id(found["id"]) if found else None
    if found is None or key is None:
        raise NotFound(f"/id/observation/{path[:80]} is no observation, nor a version of one")
    return key, int(found["sequence"] or 0), found["suffix"] or ""


def _cache(told: Told) -> str:
    return f"{'public' if told.public else 'private'}, {FOR_GOOD if told.for_good else FOR_NOW}"
