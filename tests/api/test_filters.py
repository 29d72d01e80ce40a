"""Filters mean in SQL what they mean in Python."""

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from api.sensorthings.parser import parse_expression
from api.sensorthings.syntax import Binary, Expression, Literal, Not, Path

from .conftest import Get

pytestmark = pytest.mark.embedded

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge,
    "lt": operator.lt, "le": operator.le, "and": lambda a, b: a and b, "or": lambda a, b: a or b,
    "add": operator.add, "sub": operator.sub, "mul": operator.mul,
}  # fmt: skip

NUMBERS = st.sampled_from(["result", "parameters/sequence", "0", "3", "100.5", "-7", "240"])
SUMS = st.recursive(
    NUMBERS,
    lambda inner: st.tuples(inner, st.sampled_from(["add", "sub", "mul"]), inner).map(
        lambda parts: f"({' '.join(parts)})"
    ),
    max_leaves=3,
)
COMPARISONS = st.tuples(SUMS, st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]), SUMS).map(
    " ".join
)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: (
        inner.map(lambda one: f"not ({one})")
        | st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        )
    ),
    max_leaves=5,
)


def evaluate(expression: Expression, number: int) -> Any:
    """Return what an expression is for the observation with this result (sequence: one more)."""
    match expression:
        case Literal(value):
            return value
        case Path(("result",)):
            return number
        case Path():
            return number + 1
        case Not(operand):
            return not evaluate(operand, number)
        case Binary(name, left, right):
            return OPERATORS[name](evaluate(left, number), evaluate(right, number))
    raise AssertionError(expression)


async def test_sql_chooses_what_python_chooses(sta: Get) -> None:
    filters: list[str] = []

    @profile(
        max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(CONDITIONS)
    def collect(text: str) -> None:
        filters.append(text)

    collect()
    for text in filters:
        expected = [n for n in range(250) if evaluate(parse_expression(text), n)]
        found = await sta("Datastreams(1)/Observations", filter=text, top="1000", select="result")
        assert ([one["result"] for one in found["value"]], text) == (expected, text)
