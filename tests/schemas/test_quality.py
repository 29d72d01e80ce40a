"""Quality rules on one observation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from schemas.quality import compile_qualify
from schemas.vocabulary import Vocabulary
from schemas.wire import Observation

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAIN = Observation(
    thing="t",
    profile="acme/probe",
    profile_version=1,
    datastream="temperature",
    phenomenon_start=NOW,
    result_time=NOW,
    result=20.0,
)


def flags(vocabulary: Vocabulary, **change: Any) -> tuple[str, ...]:
    return qualified(vocabulary, msgspec.structs.replace(PLAIN, **change)).quality


def qualified(vocabulary: Vocabulary, observation: Observation) -> Observation:
    entry = vocabulary.observed_properties["air-temperature"]
    return compile_qualify(entry, vocabulary.rules_of(entry))(observation, NOW)


@pytest.mark.parametrize(
    ("result", "expected"),
    [(-40.0, ()), (60, ()), (-40.1, ("range.low",)), (61, ("range.high",)), (True, ()), ("x", ())],
)
def test_value_beyond_the_plausible_range_is_flagged(
    vocabulary: Vocabulary, result: Any, expected: tuple[str, ...]
) -> None:
    assert flags(vocabulary, result=result) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"phenomenon_start": NOW + timedelta(minutes=5)}, ()),
        ({"phenomenon_start": NOW + timedelta(minutes=6)}, ("clock.future",)),
        ({"phenomenon_end": NOW + timedelta(hours=1)}, ("clock.future",)),
        ({"phenomenon_start": datetime(1970, 1, 1, 0, 5, tzinfo=UTC)}, ("clock.default",)),
        ({"phenomenon_start": datetime(1999, 12, 31, 23, tzinfo=UTC)}, ("clock.default",)),
        ({"phenomenon_start": datetime(2010, 1, 1, tzinfo=UTC)}, ("clock.default",)),
        ({"phenomenon_start": datetime(1, 1, 1, tzinfo=UTC)}, ("clock.default",)),
        ({"phenomenon_start": datetime(2010, 1, 2, tzinfo=UTC)}, ()),
        ({"phenomenon_start": datetime(2018, 1, 2, tzinfo=UTC)}, ()),
        ({"phenomenon_start": datetime(1985, 6, 1, tzinfo=UTC)}, ()),
    ],
)
def test_clock_that_is_ahead_or_was_never_set_is_flagged(
    vocabulary: Vocabulary, change: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert flags(vocabulary, **change) == expected


def test_flags_that_are_there_stay_and_none_comes_twice(vocabulary: Vocabulary) -> None:
    doubted = msgspec.structs.replace(PLAIN, result=99, quality=("time.received",))

    once = qualified(vocabulary, doubted)
    twice = qualified(vocabulary, once)

    assert once.quality == ("range.high", "time.received")
    assert twice == once


def test_doubted_value_keeps_its_raw_result(vocabulary: Vocabulary) -> None:
    plain = msgspec.structs.replace(PLAIN, result=99)
    converted = msgspec.structs.replace(plain, raw_result="210.2")

    assert qualified(vocabulary, plain).raw_result == 99
    assert qualified(vocabulary, converted).raw_result == "210.2"
