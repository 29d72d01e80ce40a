"""Lengths of intervals that a payload tells itself, such as a rain gauge's sending interval."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeAlias

from schemas.errors import ReadingRejected
from schemas.interpreter.rejections import shown
from schemas.language.paths import MISSING, compile_path

LENGTH_LIMIT_SECONDS: Final = 366 * 86_400

ToldLength: TypeAlias = Callable[[Any], timedelta | None]


def compile_length(path: str) -> ToldLength:
    """Return a function from a document to the length in seconds at a path, `None` without one.

    The function raises ReadingRejected for a length that is none: it would put the value in a
    wrong hour.
    """
    get = compile_path(path)

    def told_length(document: Any) -> timedelta | None:
        seconds = get(document)
        if seconds is MISSING or seconds is None:
            return None
        if type(seconds) not in (int, float) or not 0 < seconds <= LENGTH_LIMIT_SECONDS:
            detail = f"{shown(seconds)} is no length of an interval in seconds"
            raise ReadingRejected("field.out-of-bounds", detail, path)
        return timedelta(seconds=seconds)

    return told_length
