"""What is told of the parts of a payload that could not be read."""

from typing import Any, Final

import msgspec

from schemas import wire
from schemas.errors import ReadingRejected

REJECTIONS_LIMIT: Final = 100
_SHOWN: Final = 40


def rejection_of(rejected: ReadingRejected, where: str = "") -> wire.Rejection:
    """Return an error as it is told in records, at its own place or at `where`."""
    return wire.Rejection(
        reason=rejected.reason, detail=rejected.detail, where=where or rejected.where
    )


def first_rejections(rejections: tuple[wire.Rejection, ...]) -> tuple[wire.Rejection, ...]:
    """Keep the first rejections; the last one kept tells how many there were."""
    if len(rejections) <= REJECTIONS_LIMIT:
        return rejections
    last = rejections[REJECTIONS_LIMIT - 1]
    detail = f"{last.detail} (and {len(rejections) - REJECTIONS_LIMIT} more rejections)"
    return (*rejections[: REJECTIONS_LIMIT - 1], msgspec.structs.replace(last, detail=detail))


def shown(raw: Any, limit: int = _SHOWN) -> str:
    """Return what stands in a payload, for a message: never a whole object or list.

    Written out, one that `around` has put into many items is larger than any memory.
    """
    if type(raw) in (dict, list):
        return "an object" if type(raw) is dict else "a list"
    return repr(raw[:limit]) if type(raw) is str else repr(raw)[:limit]
