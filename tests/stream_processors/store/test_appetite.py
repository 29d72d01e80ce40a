"""How much the store takes at a time, of databases that are quick, slow and far away."""

from collections.abc import Callable

import pytest

from stream_processors.store.appetite import Appetite

MOST = 2000


def settled(seconds_of: Callable[[int], float], appetite: Appetite, *, waiting: int) -> int:
    """Return how many records a turn has after many turns, when so many always wait."""
    taken = 0
    for _ in range(40):
        taken = min(appetite.records, waiting)
        appetite.took(taken, seconds_of(taken))
    return taken


def quick(records: int) -> float:
    return 0.01 + records / 10_000


def slow(records: int) -> float:
    return 0.1 + records / 200


def far(records: int) -> float:
    return 3.0 + records / 10_000


def test_quick_database_gets_the_most() -> None:
    assert settled(quick, Appetite(MOST), waiting=10_000) == MOST


def test_slow_database_gets_what_it_takes_in_a_moment() -> None:
    taken = settled(slow, Appetite(MOST), waiting=10_000)

    assert slow(taken) < 1.5
    assert taken > 100


def test_database_that_is_slow_with_the_smallest_gets_much_at_once() -> None:
    assert settled(far, Appetite(MOST), waiting=10_000) == MOST


@pytest.mark.parametrize("before", [slow, far])
def test_appetite_comes_back_with_a_quick_database(before: Callable[[int], float]) -> None:
    appetite = Appetite(MOST)
    settled(before, appetite, waiting=10_000)

    assert settled(quick, appetite, waiting=10_000) == MOST


def test_few_records_that_took_long_do_not_make_it_less_than_the_least() -> None:
    appetite = Appetite(MOST)
    settled(lambda _: 600.0, appetite, waiting=3)

    assert appetite.records >= 25


def test_appetite_is_never_more_than_what_is_asked_for() -> None:
    appetite = Appetite(1)
    settled(slow, appetite, waiting=10)

    assert appetite.records == 1
