"""Literals, compared as TREE says: instants as instants, those without a zone as 28 hours."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pyoxigraph import Literal, NamedNode

from deploy.ldes_check.graph import Term
from deploy.ldes_check.terms import XSD

_NUMBERS: Final = frozenset(
    XSD[name].value
    for name in (
        "integer", "decimal", "double", "float", "int", "long", "short", "byte", "unsignedInt",
        "unsignedLong", "unsignedShort", "unsignedByte", "nonNegativeInteger", "positiveInteger",
        "negativeInteger", "nonPositiveInteger",
    )
)  # fmt: skip
_DATE_TIME: Final = re.compile(
    r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?"
)
_DURATION: Final = re.compile(
    r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
)
_REMEMBERED: Final = 100_000
_ANYWHERE: Final = timedelta(hours=14)


class Span(NamedTuple):
    """What a literal may mean: from the least to the greatest instant, number or text."""

    least: Any
    greatest: Any


Comparator = Callable[[Span, Span], bool]

# Whether some meaning of the value satisfies some meaning of the bound.
COMPARATORS: Final[dict[str, Comparator]] = {
    "GreaterThanRelation": lambda value, bound: value.greatest > bound.least,
    "GreaterThanOrEqualToRelation": lambda value, bound: value.greatest >= bound.least,
    "LessThanRelation": lambda value, bound: value.least < bound.greatest,
    "LessThanOrEqualToRelation": lambda value, bound: value.least <= bound.greatest,
    "EqualToRelation": lambda value, bound: (
        bound.least <= value.greatest and value.least <= bound.greatest
    ),
    "NotEqualToRelation": lambda value, bound: value != bound or value.least != value.greatest,
    "PrefixRelation": lambda value, bound: str(value.least).startswith(str(bound.least)),
    "SuffixRelation": lambda value, bound: str(value.least).endswith(str(bound.least)),
    "SubstringRelation": lambda value, bound: str(bound.least) in str(value.least),
}


def is_date_time(term: Term) -> bool:
    """Tell whether a term is a valid `xsd:dateTime`, with a zone or without."""
    return _has_type(term, "dateTime") and instant_of(term) is not None


def has_zone(literal: Literal) -> bool:
    """Tell whether a `xsd:dateTime` says its zone."""
    found = _DATE_TIME.fullmatch(literal.value)
    return bool(found and found["zone"])


def is_duration(term: Term) -> bool:
    """Tell whether a term is a valid duration."""
    types = ("duration", "dayTimeDuration", "yearMonthDuration")
    return (
        isinstance(term, Literal)
        and any(_has_type(term, name) for name in types)
        and _DURATION.fullmatch(term.value) is not None
    )


def integer_of(term: Term) -> int | None:
    """Return the value of a valid `xsd:integer`."""
    if not isinstance(term, Literal) or not _has_type(term, "integer"):
        return None
    return int(term.value) if re.fullmatch(r"[+-]?\d+", term.value) else None


def instant_of(term: Term) -> datetime | None:
    """Return the instant of a `xsd:dateTime`; one without a zone is taken as UTC."""
    if not isinstance(term, Literal) or not _DATE_TIME.fullmatch(term.value):
        return None
    try:
        found = datetime.fromisoformat(term.value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(_REMEMBERED)
def span_of(term: Term) -> Span | None:
    """Return what a term may mean in a comparison; `None` when it cannot be compared."""
    if isinstance(term, NamedNode):
        return Span(term.value, term.value)
    if not isinstance(term, Literal):
        return None
    if _has_type(term, "dateTime"):
        return _span_of_time(term)
    if term.datatype.value in _NUMBERS:
        try:
            number = Decimal(term.value)
        except InvalidOperation:
            return None
        return None if number.is_nan() else Span(number, number)
    return Span(term.value, term.value)


def _span_of_time(literal: Literal) -> Span | None:
    instant = instant_of(literal)
    if instant is None:
        return None
    width = timedelta(0) if has_zone(literal) else _ANYWHERE
    return Span(instant - width, instant + width)


def satisfies(kind: str, value: Term, bound: Term) -> bool | None:
    """Tell whether a value may satisfy a relation; `None` when the two cannot be compared."""
    left, right = span_of(value), span_of(bound)
    if left is None or right is None or type(left.least) is not type(right.least):
        return None
    return COMPARATORS[kind](left, right)


def _has_type(term: Term, name: str) -> bool:
    return isinstance(term, Literal) and term.datatype == XSD[name]
