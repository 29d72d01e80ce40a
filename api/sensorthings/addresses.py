"""Addresses below the service's root, taken apart: `Things(1)/Datastreams/$ref`."""

import re
from typing import Final

from api.sensorthings.entities import COLLECTIONS
from api.sensorthings.syntax import Segment
from schemas.errors import LimitExceeded, NotFound

_SEGMENT: Final = re.compile(
    r"/(?P<name>\$?[^/()']{1,200})(?:\((?:(?P<number>\d{1,20})|'(?P<text>(?:[^']|'')*)')\))?",
    re.ASCII,
)


def parse_address(path: str, *, most: int) -> tuple[Segment, ...]:
    """Return the steps of an address; the root has none.

    Raises:
        NotFound: it is no address of the service.
        LimitExceeded: it has more than `most` steps.
    """
    path = path.rstrip("/")
    found, place = [], 0
    while place < len(path):
        match = _SEGMENT.match(path, place)
        if not match:
            raise NotFound(f"{path[place:][:80]!r} is not a part of an address here")
        found.append(_segment(match))
        place = match.end()
    if len(found) > most:
        raise LimitExceeded(f"an address may have {most} parts")
    if found and found[0].name not in COLLECTIONS:
        raise NotFound(f"there is no {found[0].name!r} here; there are {', '.join(COLLECTIONS)}")
    return tuple(found)


def _segment(match: re.Match[str]) -> Segment:
    number, text = match["number"], match["text"]
    if number is not None:
        return Segment(match["name"], int(number))
    return Segment(match["name"], None if text is None else text.replace("''", "'"))
