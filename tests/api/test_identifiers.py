"""The id of an observation: reversible, and one for each key."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.identifiers import MAXIMUM_INTEGER, observation_id, parse_observation_id

KEYS = st.tuples(st.integers(0, MAXIMUM_INTEGER), st.datetimes(timezones=st.just(UTC)))


@given(KEYS)
def test_an_id_gives_back_what_it_was_made_of(key: tuple[int, datetime]) -> None:
    assert parse_observation_id(observation_id(*key)) == key


@given(st.text())
def test_any_text_is_the_id_of_its_key_or_of_nothing(text: str) -> None:
    key = parse_observation_id(text)

    assert key is None or observation_id(*key) == text


def test_an_id_is_short_where_the_second_is_whole() -> None:
    assert observation_id(12, datetime(2026, 1, 1, 9, tzinfo=UTC)) == "12_20260101T090000Z"


@pytest.mark.parametrize(
    "text",
    ["", "x", "1_", "01_20260101T090000Z", "1_20261301T090000Z", "1_20260101T090000.000000Z",
     "9999999999_20260101T090000Z", "1_20260101T090000.1Z", "\u0661_20260101T090000Z",
     "1_20260101T090000Z\n"],
)  # fmt: skip
def test_what_is_no_id_means_nothing(text: str) -> None:
    assert parse_observation_id(text) is None
