"""The longest stall is found, and the reason for it named."""

from datetime import UTC, datetime, timedelta

from tests.faults.stall import Down, Stall, longest_stall

BEGUN = datetime(2026, 3, 2, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def test_the_longest_time_between_two_publications_is_the_stall() -> None:
    assert longest_stall(BEGUN, [at(1), at(2), at(7), at(9)]) == Stall(at(2), at(7))
    assert longest_stall(BEGUN, [at(3), at(4)]).seconds == 3
    assert longest_stall(BEGUN, []).seconds == 0


def test_who_was_away_in_a_stall_is_its_reason_the_longest_first() -> None:
    downs = [
        Down("api", at(0), at(2)),
        Down("normalise", at(1), at(3)),
        Down("store", at(1), at(5)),
        Down("store", at(6), at(99)),
    ]

    assert Stall(at(2), at(7)).reason(downs) == "store away 4.0 s, normalise away 1.0 s"


def test_stall_in_which_nobody_was_away_has_no_such_reason() -> None:
    assert not Stall(at(2), at(7)).reason([Down("store", at(7), at(8))])
