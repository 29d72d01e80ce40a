"""Values after those before them: leaps, rows of equal values and gaps."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stream_processors.comparison.past import Flags, Past, PastRules, begin, judge

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
RATE = PastRules(change=10, per_seconds=900)
FLAT = PastRules(flat_seconds=3600, flat_values=4, unless=frozenset({0.0}))
GAP = PastRules(gap_seconds=150)


def flags_of(
    rules: PastRules, values: Sequence[float], *, every: float = 60
) -> list[tuple[str, ...]]:
    """Return the flags of values that come at a distance of `every` seconds."""
    return flags_at(rules, [(every * place, value) for place, value in enumerate(values)])


def flags_at(rules: PastRules, values: Sequence[tuple[float, float]]) -> list[tuple[str, ...]]:
    past: Past | None = None
    found: list[Flags] = []
    for seconds, value in values:
        time = NOON + timedelta(seconds=seconds)
        flags: Flags = ()
        if past is None:
            past = begin(time, value)
        else:
            flags, past = judge(past, rules, time, value)
        found.append(flags)
    return found


def test_spike_is_doubted_and_the_way_back_is_not() -> None:
    assert flags_of(RATE, [20, 21, 60, 21, 22]) == [(), (), ("rate.steep",), (), ()]


def test_of_a_lasting_step_only_the_first_value_is_doubted() -> None:
    assert flags_of(RATE, [20, 60, 60.5, 61]) == [(), ("rate.steep",), (), ()]


def test_every_value_of_a_noisy_fault_is_doubted() -> None:
    assert flags_of(RATE, [20, 60, 90, 40, 20]) == [
        (), ("rate.steep",), ("rate.steep",), ("rate.steep",), (),
    ]  # fmt: skip


def test_longer_time_allows_more_change() -> None:
    assert flags_of(RATE, [20, 35], every=900) == [(), ("rate.steep",)]
    assert flags_of(RATE, [20, 35], every=1800) == [(), ()]


def test_stuck_sensor_is_doubted_after_time_and_values() -> None:
    quick = flags_of(FLAT, [5] * 62, every=60)
    slow = flags_of(FLAT, [5] * 5, every=1800)

    assert [bool(flags) for flags in quick] == [False] * 60 + [True] * 2
    assert [bool(flags) for flags in slow] == [False] * 3 + [True] * 2


def test_smallest_change_begins_a_new_row() -> None:
    assert flags_of(FLAT, [5, 5, 5, 5.1, 5, 5, 5], every=1800) == [()] * 7


def test_value_that_may_rest_is_not_doubted() -> None:
    assert flags_of(FLAT, [0] * 9, every=3600) == [()] * 9


def test_gap_is_told_of_the_value_behind_it() -> None:
    found = flags_at(GAP, [(0, 1), (60, 1), (190, 1), (400, 1)])

    assert found == [(), (), (), ("gap.before",)]


def test_late_value_is_not_judged_and_changes_nothing() -> None:
    _, past = judge(begin(NOON, 20), RATE, NOON + timedelta(minutes=5), 21)

    assert judge(past, RATE, NOON + timedelta(minutes=1), 500) == ((), past)


def test_correction_of_the_newest_takes_its_place() -> None:
    _, past = judge(begin(NOON, 20), RATE, NOON, 25)

    assert past == begin(NOON, 25)


_NUMBERS = st.floats(allow_nan=False) | st.integers(-(10**300), 10**300).map(float)


@given(
    values=st.lists(st.tuples(st.floats(-1e9, 1e9), _NUMBERS), max_size=30),
    rules=st.sampled_from([RATE, FLAT, GAP, PastRules(), PastRules(change=1, flat_values=2)]),
)
def test_rules_take_any_number_at_any_time(
    values: list[tuple[float, float]], rules: PastRules
) -> None:
    found = flags_at(rules, values)

    assert {flag for flags in found for flag in flags} <= {"rate.steep", "flat.line", "gap.before"}


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30))
def test_newest_value_is_remembered_whatever_is_doubted(values: list[float]) -> None:
    past = begin(NOON, values[0])
    for place, value in enumerate(values[1:], start=1):
        _, past = judge(past, RATE, NOON + timedelta(minutes=place), value)

    assert past.value == values[-1]
    assert past.sure_value in values
    assert past.sure_time <= past.time
