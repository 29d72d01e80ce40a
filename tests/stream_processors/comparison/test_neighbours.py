"""A value beside its neighbours'."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.quality_rules import NeighboursRule
from stream_processors.comparison.neighbours import Newest, differs

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
RULE = NeighboursRule(within_metres=5000, at_least=3, tolerance=8, factor=5)


def around(*values: float, minutes: float = 0) -> list[Newest]:
    return [Newest(NOON + timedelta(minutes=minutes), value) for value in values]


@pytest.mark.parametrize("minutes", [-60, 0, 60])
def test_sensor_that_drifts_away_from_its_neighbours_is_doubted(minutes: float) -> None:
    drifting = [20 + 0.5 * hour for hour in range(24)]
    others = around(19.5, 20, 20.5, minutes=minutes)

    doubted = [differs(RULE, NOON, value, others) for value in drifting]

    assert doubted == [value > 28 for value in drifting]


def test_too_few_neighbours_say_nothing() -> None:
    assert not differs(RULE, NOON, 60, around(20, 20))


def test_neighbours_of_another_time_say_nothing() -> None:
    assert not differs(RULE, NOON, 60, around(20, 20, 20, minutes=61))


def test_neighbours_that_do_not_agree_say_nothing() -> None:
    assert not differs(RULE, NOON, 40, around(5, 20, 35, 50, 65))


def test_one_broken_neighbour_does_not_decide() -> None:
    assert not differs(RULE, NOON, 20, around(19, 20, 21, 500))


@given(
    value=st.floats(allow_nan=False),
    others=st.lists(st.floats(allow_nan=False), max_size=9),
    data=st.data(),
)
def test_order_of_the_neighbours_does_not_matter(
    value: float, others: list[float], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(others))

    assert differs(RULE, NOON, value, around(*others)) == differs(
        RULE, NOON, value, around(*shuffled)
    )
