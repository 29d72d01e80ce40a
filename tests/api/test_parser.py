"""The grammar of `$filter`: precedence, literals, places of errors."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sensorthings.parser import parse_expression
from api.sensorthings.syntax import Binary, Call, Interval, Literal, Not, Path
from schemas.errors import QueryRejected

A, B, C = (Path((name,)) for name in "abc")


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("a or b and c", Binary("or", A, Binary("and", B, C))),
        ("(a or b) and c", Binary("and", Binary("or", A, B), C)),
        ("a sub b sub c", Binary("sub", Binary("sub", A, B), C)),
        ("a add b mul c gt 1", Binary("gt", Binary("add", A, Binary("mul", B, C)), Literal(1))),
        ("not a eq b", Binary("eq", Not(A), B)),
        ("not (a eq b)", Not(Binary("eq", A, B))),
        ("f(a,b) eq 'it''s'", Binary("eq", Call("f", (A, B)), Literal("it's"))),
        ("a/b-c/@iot.id eq -1.5e3", Binary("eq", Path(("a", "b-c", "@iot.id")), Literal(-1500.0))),
        ("now()", Call("now", ())),
        ("a eq null", Binary("eq", A, Literal(None))),
        ("duration'P1DT2H'", Literal(timedelta(days=1, hours=2))),
        ("2026-01-01T01:00:00+01:00", Literal(datetime(2026, 1, 1, tzinfo=UTC))),
        ("2026-01-01T01:00:00 01:00", Literal(datetime(2026, 1, 1, tzinfo=UTC))),
        ("2026-01-01", Literal(datetime(2026, 1, 1, tzinfo=UTC))),
        (
            "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z",
            Literal(Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))),
        ),
    ],
)
def test_expressions_are_read_as_the_standard_binds_them(text: str, expression: object) -> None:
    assert parse_expression(text) == expression


@pytest.mark.parametrize(
    "text",
    ["", "a eq", "eq a", "a b", "(a", "a)", "a eq 'x", "1e400", "9" * 60, "a eq ¤", "f(a",
     "2026-13-01T00:00:00Z", "99999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "a/", "/a",
     "duration'x'", "duration'P'", "not", "a eq 1x", "\ud800"],
)  # fmt: skip
def test_what_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(QueryRejected):
        parse_expression(text)


@given(st.text())
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    with contextlib.suppress(QueryRejected):
        parse_expression(text)
