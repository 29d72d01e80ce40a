"""Comparison of literals as TREE says."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from deploy.ldes_check.terms import XSD
from deploy.ldes_check.values import (
    COMPARATORS,
    has_zone,
    integer_of,
    is_date_time,
    is_duration,
    satisfies,
)

_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_INSTANTS = st.datetimes(timezones=_ZONES).filter(lambda one: 1900 < one.year < 3000)


def time(text: str) -> Literal:
    return Literal(text, datatype=XSD["dateTime"])


@given(_INSTANTS, _INSTANTS)
def test_times_compare_as_instants_whatever_their_zones(one: datetime, two: datetime) -> None:
    left, right = time(one.isoformat()), time(two.isoformat())

    assert satisfies("LessThanRelation", left, right) == (one < two)
    assert satisfies("GreaterThanOrEqualToRelation", left, right) == (one >= two)
    assert satisfies("EqualToRelation", left, right) == (one == two)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3), st.integers())
def test_numbers_compare_by_value(one: object, two: int) -> None:
    left = Literal(str(one), datatype=XSD["decimal"])
    right = Literal(str(two), datatype=XSD["integer"])

    assert satisfies("GreaterThanRelation", left, right) == (one > two)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("bare", "bound", "possible"),
    [
        ("2026-01-01T00:00:00", "2026-01-01T13:59:59Z", True),
        ("2026-01-01T00:00:00", "2026-01-01T14:00:00Z", True),
        ("2026-01-01T00:00:00", "2026-01-01T14:00:01Z", False),
    ],
)
def test_time_without_zone_may_be_fourteen_hours_away(
    bare: str, bound: str, *, possible: bool
) -> None:
    assert satisfies("GreaterThanOrEqualToRelation", time(bare), time(bound)) is possible


def test_texts_compare_by_their_parts() -> None:
    assert satisfies("PrefixRelation", Literal("Gent"), Literal("Ge")) is True
    assert satisfies("SuffixRelation", Literal("Gent"), Literal("Ge")) is False
    assert satisfies("SubstringRelation", Literal("Gent"), Literal("en")) is True
    assert satisfies("NotEqualToRelation", Literal("Gent"), Literal("Gent")) is False


@pytest.mark.parametrize("kind", sorted(COMPARATORS))
@pytest.mark.parametrize(
    ("value", "bound"),
    [
        (time("2026-01-01T00:00:00Z"), Literal(7)),
        (time("soon"), time("2026-01-01T00:00:00Z")),
        (Literal("NaN", datatype=XSD["double"]), Literal(7)),
        (Literal("seven", datatype=XSD["integer"]), Literal(7)),
        (NamedNode("https://e/7"), Literal(7)),
    ],
)
def test_what_cannot_be_compared_is_neither(
    kind: str, value: Literal | NamedNode, bound: Literal
) -> None:
    assert satisfies(kind, value, bound) is None


def test_literals_are_of_their_types() -> None:
    assert is_date_time(time("2026-01-01T00:00:00.123Z"))
    assert not is_date_time(time("2026-02-30T00:00:00Z"))
    assert not is_date_time(Literal("2026-01-01T00:00:00Z"))
    assert has_zone(time("2026-01-01T00:00:00+01:00"))
    assert not has_zone(time("2026-01-01T00:00:00"))
    assert integer_of(Literal(5)) == 5
    assert integer_of(Literal("5")) is None
    assert integer_of(Literal("5.0", datatype=XSD["integer"])) is None
    assert is_duration(Literal("P1Y2M3DT4H5M6.7S", datatype=XSD["duration"]))
    assert not is_duration(Literal("P", datatype=XSD["duration"]))
    assert not is_duration(Literal("PT", datatype=XSD["duration"]))
