"""SQL fragments with what they are, and how one kind becomes another."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from api.instants import parse_instant
from api.sensorthings.model import Kind
from api.sensorthings.syntax import Interval, Value
from schemas.errors import QueryRejected


@dataclass(frozen=True)
class Term:
    """A fragment of SQL.

    Attributes:
        sql: one fragment, or one for each column of its kind.
        literal: the value, where it was written out.
    """

    kind: Kind
    sql: tuple[str, ...]
    literal: Value = None

    @property
    def one(self) -> str:
        """The fragment of a kind with one column; of an interval its begin."""
        return self.sql[0]


class Parameters:
    """The values of a statement; none of them ever stands in its text."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def bind(self, value: object, sql_type: str) -> str:
        """Take a value and return what stands for it."""
        self.values.append(value)
        return f"${len(self.values)}::{sql_type}"

    def used(self, sql: str) -> tuple[str, list[Any]]:
        """Return a statement with the values that it uses, numbered anew.

        A value that was read otherwise (an id, a time in quotes) is left over; PostgreSQL refuses
        parameters that nothing uses.
        """
        places = sorted({int(number) for number in _PLACE.findall(sql)})
        numbers = {str(old): new for new, old in enumerate(places, 1)}
        text = _PLACE.sub(lambda found: f"${numbers[found[1]]}", sql)
        return text, [self.values[place - 1] for place in places]

    def literal(self, value: Value) -> Term:
        """Return the term of a value that was written out."""
        if value is None:
            return Term(Kind.NULL, ("null",))
        if isinstance(value, Interval):
            both = (self.bind(value.start, "timestamptz"), self.bind(value.end, "timestamptz"))
            return Term(Kind.INTERVAL, both, value)
        kind, sql_type = _TYPES[type(value)]
        if isinstance(value, str) and "\0" in value:
            raise QueryRejected("a text holds the character NUL, which no text of ours has")
        return Term(kind, (self.bind(value, sql_type),), value)


_PLACE: Final = re.compile(r"\$(\d+)")
_TYPES: Final[dict[type, tuple[Kind, str]]] = {
    bool: (Kind.TRUTH, "bool"),
    int: (Kind.NUMBER, "int8"),
    float: (Kind.NUMBER, "float8"),
    str: (Kind.TEXT, "text"),
    datetime: (Kind.TIME, "timestamptz"),
    timedelta: (Kind.SPAN, "interval"),
}
_WORDS: Final = {
    Kind.NUMBER: "a number",
    Kind.TEXT: "a text",
    Kind.TRUTH: "true or false",
    Kind.TIME: "a time",
    Kind.SPAN: "a duration",
    Kind.INTERVAL: "a period",
    Kind.JSON: "a JSON value",
    Kind.RESULT: "a result",
    Kind.CODES: "a list of codes",
    Kind.OBSERVATION_ID: "an observation's id",
    Kind.NULL: "null",
}
# Looks before it casts, so that a value of another type is no error but no match.
_FROM_JSON: Final = {
    Kind.NUMBER: "(case when jsonb_typeof({0}) = 'number' then ({0})::numeric end)",
    Kind.TEXT: "(case when jsonb_typeof({0}) = 'string' then ({0}) #>> '{{}}' end)",
    Kind.TRUTH: "(case when jsonb_typeof({0}) = 'boolean' then ({0})::bool end)",
    Kind.JSON: "{0}",
}


def as_kind(term: Term, kind: Kind) -> str:
    """Return SQL of a term as the kind that is wanted.

    Raises:
        QueryRejected: it is another, and cannot become it.
    """
    if term.kind is kind:
        return term.one
    if term.kind is Kind.RESULT and kind is Kind.NUMBER:
        return term.sql[0]
    if term.kind is Kind.RESULT and kind in _FROM_JSON:
        return _FROM_JSON[kind].format(term.sql[1])
    if term.kind is Kind.JSON and kind in _FROM_JSON:
        return _FROM_JSON[kind].format(term.one)
    if term.kind is Kind.INTERVAL and kind is Kind.TIME:
        return term.one
    raise mismatch(term.kind, kind)


def mismatch(found: Kind, wanted: Kind) -> QueryRejected:
    """Return the error for one kind where another belongs."""
    return QueryRejected(f"{_WORDS[found]} stands where {_WORDS[wanted]} belongs")


def time_of(parameters: Parameters, term: Term) -> Term:
    """Return a time that a client wrote in quotes as a time."""
    if term.kind is Kind.TEXT and isinstance(term.literal, str):
        try:
            return parameters.literal(parse_instant(term.literal))
        except ValueError as invalid:
            raise QueryRejected(f"{term.literal!r} is not a time") from invalid
    return term
