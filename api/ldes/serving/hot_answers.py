"""Answers that many callers get alike within a moment: remembered whole, with their headers."""

import time
from typing import Final, TypeAlias

from starlette.requests import Request

from api.ldes.serving.answers import Answer

Key: TypeAlias = tuple[str, bytes | None, bytes | None]

_MOST: Final = 512
_MOST_BYTES: Final = 1 << 18
"""Of a body: open pages that are not compressed are larger, and are not remembered."""

_OWN: Final = frozenset((b"authorization", b"x-api-key", b"if-none-match"))
"""Headers by which an answer is a caller's own."""


class HotAnswers:
    """What was answered a moment ago.

    Nothing here is older than what it was made of may be, so that it tells no caller less.

    Args:
        seconds: how long an answer is good.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._found: dict[Key, tuple[float, Answer]] = {}

    @staticmethod
    def key_of(request: Request) -> Key | None:
        """Return what an answer depends on; `None` where it is the caller's own."""
        scope = request.scope
        given = dict(scope["headers"])
        if scope["query_string"] or not _OWN.isdisjoint(given):
            return None
        return (scope["path"], given.get(b"accept"), given.get(b"accept-encoding"))

    def get(self, key: Key | None) -> Answer | None:
        """Return the answer of a moment ago, as if it were made now."""
        if key is None or key not in self._found:
            return None
        end_time, answer = self._found[key]
        return answer.again() if time.monotonic() < end_time else None

    def put(self, key: Key | None, answer: Answer) -> None:
        """Remember an answer for a moment."""
        if key is None or len(answer.body) > _MOST_BYTES:
            return
        self._found.pop(key, None)
        while len(self._found) >= _MOST:
            del self._found[next(iter(self._found))]
        self._found[key] = (time.monotonic() + self._seconds, answer)
