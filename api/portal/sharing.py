"""Answers that are made once for all who ask the same within a moment."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from fastapi import Request
from starlette.responses import Response

from api.ldes.serving.codings import at_once
from api.ldes.serving.memory import ShortMemory
from api.rdf_document import has, not_modified

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

_FRESH_SECONDS: Final = 1.0
_MOST: Final = 64
_LENGTH: Final = "content-length"


@dataclass(frozen=True)
class _Answer:
    """An answer as it is sent to everybody."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Sharing:
    """Remembers answers for a second, by address and coding.

    A page shows everybody the same, with or without a key: however many look at it, the database
    is asked once a second. Its live values begin behind the sequence that it tells, so that
    nothing is missed.
    """

    def __init__(self) -> None:
        self._answers: ShortMemory[tuple[str, bytes, str], _Answer] = ShortMemory(
            seconds=_FRESH_SECONDS, most=_MOST
        )

    async def answer(self, request: Request, handler: Handler) -> Response:
        """Return what a handler answers, made now or a moment ago; 304 to whoever has it.

        Raises:
            PlatformError: what the handler raises; that is not remembered.
        """
        coding = at_once(request.headers.get("accept-encoding"))
        scope = request.scope
        key = (scope["path"], scope["query_string"], coding)
        found = await self._answers.get(key, lambda: _made(request, handler))
        if has(request, found.headers["etag"]):
            return not_modified({k: v for k, v in found.headers.items() if k not in _OF_A_BODY})
        return Response(found.body, found.status, headers=dict(found.headers))


_OF_A_BODY: Final = frozenset((_LENGTH, "content-type", "content-encoding"))


async def _made(request: Request, handler: Handler) -> _Answer:
    answer = await handler(request)
    body = bytes(answer.body)
    tag = hashlib.sha256(body).hexdigest()[:32]
    headers = {name: value for name, value in answer.headers.items() if name != _LENGTH}
    return _Answer(answer.status_code, body, headers | {"etag": f'"{tag}"'})
