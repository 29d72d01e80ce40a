"""Names of things: what a payload or topic says, made fit for topics, addresses and keys."""

import re
from typing import Any, Final

from schemas.errors import ReadingRejected

NAME_LIMIT: Final = 64
_FIT: Final = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{NAME_LIMIT - 1}}}", re.ASCII)
_OTHER: Final = re.compile(r"[^a-z0-9]+")


def thing_name(raw: Any, *, prefix: str = "") -> str:
    """Return the name: lower case, everything but letters and digits of ASCII becomes a dash.

    Raises:
        ReadingRejected: it is no text or number, or the name is empty or too long.
    """
    if type(raw) is str and not prefix and _FIT.fullmatch(raw):
        return raw
    if type(raw) not in (str, int) or len(str(raw)) > 4 * NAME_LIMIT:
        raise ReadingRejected("thing.invalid", "the name of the thing is no short text or number")
    name = _OTHER.sub("-", f"{prefix}{raw}".lower()).strip("-")
    if not name or len(name) > NAME_LIMIT or not str(raw).strip():
        raise ReadingRejected("thing.invalid", f"{str(raw)[:80]!r} gives no name of 1 to 64 signs")
    return name
