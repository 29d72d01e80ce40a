"""The text of query options, cut into tokens."""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from api.instants import parse_instant
from api.sensorthings.syntax import Interval, Value
from schemas.errors import NotSupported, QueryRejected

Kind: TypeAlias = Literal["value", "name", "sign", "end"]

# A `+` that a client left bare arrives as a space: hence [+ -] before the offset.
_TIME: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:[.,]\d{1,6})?)?\d*(?:Z|[+ -]\d\d:?\d\d)?"
_TOKEN: Final = re.compile(
    rf"""
      (?P<space>[ \t\r\n]+)
    | (?P<duration>duration'[^']*')
    | (?P<geography>(?:geography|geometry)'[^']*')
    | (?P<text>'(?:[^']|'')*')
    | (?P<interval>{_TIME}/{_TIME})
    | (?P<time>{_TIME})
    | (?P<date>\d{{4}}-\d\d-\d\d(?!\w))
    | (?P<number>-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<name>[A-Za-z_@$][\w.@:-]*)
    | (?P<sign>[(),/;=])
    """,
    re.VERBOSE | re.ASCII,
)
_DURATION: Final = re.compile(
    r"P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.\d+)?S)?)?", re.ASCII
)
_WORDS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}
_NUMBER_CHARACTERS: Final = 40


@dataclass(frozen=True)
class Token:
    """A piece of text with its place, for the sentence of an error."""

    kind: Kind
    text: str
    place: int
    value: Value = None


def tokens(text: str) -> list[Token]:
    """Cut a text into tokens; the last is `end`.

    Raises:
        QueryRejected: a sign that does not belong there, or a literal that means nothing.
        NotSupported: a geometry.
    """
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            raise QueryRejected(f"{text[place]!r} at position {place + 1} cannot be read")
        if match.lastgroup != "space":
            found.append(_token(match.lastgroup or "", match.group(), place))
        place = match.end()
    return [*found, Token("end", "the end", place)]


def _token(group: str, text: str, place: int) -> Token:
    if group == "sign":
        return Token("sign", text, place)
    if group == "name" and text not in _WORDS:
        return Token("name", text, place)
    return Token("value", text, place, _value(group, text))


def _value(group: str, text: str) -> Value:
    match group:
        case "name":
            return _WORDS[text]
        case "text":
            return text[1:-1].replace("''", "'")
        case "number":
            return _number(text)
        case "interval":
            start, _, end = text.partition("/")
            return Interval(_instant(start), _instant(end))
        case "duration":
            return _duration(text)
        case "geography":
            raise NotSupported(
                "geometries in filters are not offered; /live and exports take bbox"
            )
        case _:
            return _instant(text)


def _number(text: str) -> int | float:
    if len(text) > _NUMBER_CHARACTERS:
        raise QueryRejected(f"the number {text[:10]}… is longer than any that we compare with")
    if text.lstrip("-").isdigit() and abs(int(text)) < 1 << 63:
        return int(text)
    if not math.isfinite(number := float(text)):
        raise QueryRejected(f"the number {text} is larger than any that we compare with")
    return number


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text.replace(" ", "+"))
    except ValueError as invalid:
        raise QueryRejected(f"{text} is not a time such as 2026-01-31T12:00:00Z") from invalid


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text[len("duration'") : -1])
    if not match or not any(match.groups()):
        raise QueryRejected(f"{text} is not a duration such as duration'P1DT12H'")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
