"""The query string of a request, read strictly: what cannot be read is refused, never guessed."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from starlette.requests import HTTPConnection

from api.problems import TooLong
from schemas.errors import QueryRejected

Query: TypeAlias = Sequence[tuple[str, str]]


def query_of(connection: HTTPConnection, *, most: int) -> Query:
    """Return the names and values of a query string, in their order.

    Raises:
        TooLong: it has more than `most` characters.
        QueryRejected: it is not percent-encoded UTF-8, or holds the character NUL.
    """
    raw: bytes = connection.scope["query_string"]
    if len(raw) > most:
        raise TooLong(f"the query string has {len(raw)} characters; {most} is most")
    return [_pair(part) for part in raw.split(b"&") if part]


def _pair(part: bytes) -> tuple[str, str]:
    name, _, value = part.partition(b"=")
    return _text(name), _text(value)


def _text(part: bytes) -> str:
    try:
        text = unquote_to_bytes(part.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as invalid:
        raise QueryRejected("the query string is not percent-encoded UTF-8") from invalid
    if "\0" in text:
        raise QueryRejected("the query string holds the character NUL")
    return text


def check_names(query: Query, offered: Iterable[str]) -> None:
    """Refuse a name that is not offered, so that a misspelt filter never answers everything.

    Raises:
        QueryRejected: names it, and those that there are.
    """
    names = sorted(offered)
    for name, _ in query:
        if name not in names:
            raise QueryRejected(
                f"there is no parameter {name!r}; there are {', '.join(names)}"
                if names
                else f"this address takes no parameters: {name!r}"
            )


def values_of(query: Query, name: str) -> list[str]:
    """Return all values of a name that may be repeated, or given with commas between."""
    found = [value for known, value in query if known == name]
    return [part.strip() for value in found for part in value.split(",") if part.strip()]


def value_of(query: Query, name: str) -> str | None:
    """Return the value of a name that may stand once.

    Raises:
        QueryRejected: it stands there twice.
    """
    found = [value for known, value in query if known == name]
    if len(found) > 1:
        raise QueryRejected(f"{name} stands here twice")
    return found[0] if found and found[0] else None
