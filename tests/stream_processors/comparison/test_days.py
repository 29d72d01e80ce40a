"""Hours of the last days: drift beside neighbours, and another order of magnitude."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.quality_rules import DriftRule, ScaleRule
from stream_processors.comparison.days import HOUR, Means, is_scaled, stands_apart

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
DRIFT = DriftRule(tolerance=4, share=0.5)
SCALE = ScaleRule(factor=100)


def hours(*means: float, until: datetime = NOW) -> Means:
    """Return means of the hours before one, the oldest first."""
    first = until - len(means) * HOUR
    return {first + place * HOUR: mean for place, mean in enumerate(means)}


def apart(own: Means, *others: Means, rule: DriftRule = DRIFT) -> bool:
    return stands_apart(rule, 3, own, others, until=NOW)


@pytest.mark.parametrize(
    ("level", "away", "is_apart"),
    [(0, 4, False), (0, 4.1, True), (10, 8.9, False), (10, -9.1, True)],
)
def test_sensor_is_apart_beyond_tolerance_and_share(
    level: float, away: float, is_apart: bool
) -> None:
    own, others = hours(*[level + away] * 24), [hours(*[level] * 24)] * 3

    assert apart(own, *others) is is_apart


def test_cloud_of_dust_for_some_hours_is_no_drift() -> None:
    assert not apart(hours(*[10.0] * 13, *[500.0] * 11), *[hours(*[10.0] * 24)] * 3)


def test_nothing_is_said_without_hours_or_neighbours_enough() -> None:
    far, near = hours(*[90.0] * 24), hours(*[10.0] * 24)

    assert apart(far, near, near, near)
    assert not apart(far, near, near)
    assert not apart(hours(*[90.0] * 17), near, near, near)
    assert not apart(far, near, near, hours(*[10.0] * 17))
    assert not apart(hours(*[90.0] * 24, until=NOW - timedelta(days=2)), near, near, near)


def test_one_neighbour_that_is_wrong_itself_decides_nothing() -> None:
    near, wild = hours(*[10.0] * 24), hours(*[900.0] * 24)

    assert not apart(near, near, near, wild)
    assert apart(wild, near, near, near)


@given(st.lists(st.floats(0, 1000), min_size=24, max_size=24), st.integers(-500, 500))
def test_only_the_distance_to_the_neighbours_counts(means: list[float], further: int) -> None:
    level = hours(*means)
    moved = {hour: mean + further for hour, mean in level.items()}
    rule = DriftRule(tolerance=2.5)

    assert apart(moved, level, level, level, rule=rule) is (abs(further) > 2.5)


@pytest.mark.parametrize("factor", [1000, 0.001])
def test_thousandfold_is_found_after_half_of_the_last_hours(factor: float) -> None:
    before = [2.0, 3.0] * 36

    assert not is_scaled(SCALE, hours(*before, *[2.5 * factor] * 2), until=NOW)
    assert is_scaled(SCALE, hours(*before, *[2.5 * factor] * 4), until=NOW)


def test_what_is_usual_is_no_other_scale() -> None:
    assert not is_scaled(SCALE, hours(*[1.0] * 72, *[90.0] * 6), until=NOW)


def test_rest_says_nothing_of_the_scale() -> None:
    """A plug that was off for two days and is on again."""
    assert not is_scaled(SCALE, hours(*[0.0] * 60, *[2000.0] * 6), until=NOW)
    assert not is_scaled(SCALE, hours(*[2000.0] * 72, *[0.0] * 6), until=NOW)


@given(st.floats(0.01, 1000), st.floats(1.01, 99))
def test_direction_does_not_matter(level: float, factor: float) -> None:
    up = hours(*[level] * 72, *[level * factor * 101] * 6)
    down = hours(*[level * factor * 101] * 72, *[level] * 6)

    assert is_scaled(SCALE, up, until=NOW)
    assert is_scaled(SCALE, down, until=NOW)
