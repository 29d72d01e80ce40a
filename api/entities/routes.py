"""`/id/…`: what is said of an entity, by `Accept` or by suffix."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.entities.answers import ALL_FORMS, Answers
from api.entities.kinds import KINDS
from api.portal.rendering import Pages
from api.settings import ApiSettings
from api.store import Store
from schemas.vocabulary import Vocabulary

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


def entities(
    settings: ApiSettings, store: Store, vocabulary: Vocabulary, pages: Pages
) -> APIRouter:
    """Return the routes of the entities."""
    router = APIRouter(tags=["Linked data"])
    answers = Answers(settings, store, vocabulary, pages)
    for kind in KINDS:
        _add(router, kind.name, kind.path, partial(answers.entity, kind))
    _add(router, "theme", "/id/theme/{slug}", answers.theme)
    _add(router, "quality_flag", "/id/quality-flag/{code}", answers.flag)
    _add(router, "quality_metric", "/id/quality-metric/{slug}", answers.metric)
    return router


def _add(router: APIRouter, name: str, path: str, handler: Handler) -> None:
    async def answer(request: Request) -> Response:
        return await handler(request)

    words = name.replace("_", " ")
    router.add_api_route(
        path,
        answer,
        methods=["GET"],
        operation_id=f"id_{name}",
        name=words.capitalize(),
        description=f"Tell of a {words}, as RDF; `.ttl`, `.jsonld`, `.rdf`, `.nt`, `.html` too.",
        response_class=Response,
        responses={200: {"content": {form.media_type: {} for form in ALL_FORMS}}},
        openapi_extra={
            "parameters": [
                {"name": one, "in": "path", "required": True, "schema": {"type": "string"}}
                for one in re.findall(r"{(\w+)}", path)
            ]
        },
    )
    router.add_api_route(path, answer, methods=["HEAD"], include_in_schema=False)
