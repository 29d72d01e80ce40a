"""Differences of registers: exact, and nothing invented."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Misconfigured
from schemas.interpreter.differences import (
    Difference,
    Register,
    RegisterReading,
    differences,
    interval_start,
    touched_intervals,
)
from schemas.library import load_profile
from schemas.self_check import check
from schemas.vocabulary import Vocabulary
from tests.schemas.conftest import MakeProfile

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
PLAIN = Register(interval=QUARTER, most=1000)


def at(minute: float, value: float, *quality: str) -> RegisterReading:
    """Return where a register stood so many minutes after nine."""
    return RegisterReading(NINE + timedelta(minutes=minute), value, quality)


def made(register: Register, *readings: RegisterReading) -> list[tuple[float, float, Any]]:
    """Return begin (minutes after nine), result and flags of all differences from 8 to 13."""
    starts = [NINE + n * register.interval for n in range(-4, 16)]
    found = differences(register, readings, starts)
    return [((one.start - NINE).total_seconds() / 60, one.result, one.quality) for one in found]


def test_value_of_a_moment_is_that_of_the_last_reading_at_or_before_it() -> None:
    found = made(PLAIN, at(-1, 100), at(14, 103), at(16, 104), at(30, 110))

    assert found == [(0, 3, ()), (15, 7, ())]


def test_interval_is_there_once_something_is_read_at_or_after_its_end() -> None:
    assert made(PLAIN, at(0, 1), at(14.9, 2)) == []
    assert made(PLAIN, at(0, 1), at(14.9, 2), at(15.1, 3)) == [(0, 1, ())]
    assert made(PLAIN, at(0, 1), at(15, 2)) == [(0, 1, ())]


def test_what_was_counted_in_a_gap_is_in_no_interval() -> None:
    found = made(PLAIN, at(0, 0), at(15, 1), at(20, 2), at(50, 90), at(60, 91), at(75, 95))

    assert found == [(0, 1, ()), (60, 4, ())]


def test_silence_shorter_than_an_interval_is_no_gap() -> None:
    found = made(PLAIN, at(0, 0), at(5, 1), at(20, 9), at(30, 10))

    shifted = ("register.shifted",)
    assert found == [(0, 1, shifted), (15, 9, shifted)]


def test_hours_that_nobody_uses_anything_in_are_zero() -> None:
    hourly = Register(interval=timedelta(hours=1), most=1000)

    assert made(hourly, at(0, 7.5), at(60, 7.5), at(120, 7.5)) == [(0, 0, ()), (60, 0, ())]


def test_lower_value_is_another_meter_of_which_nothing_is_known() -> None:
    found = made(PLAIN, at(0, 100), at(5, 104), at(10, 20), at(15, 21))

    assert found == [(0, 5, ("register.reset",))]


def test_lower_value_of_a_device_that_begins_at_0_was_counted_since() -> None:
    restarts = Register(interval=QUARTER, most=1000, restarts=True)

    assert made(restarts, at(0, 100), at(5, 104), at(10, 2), at(15, 3)) == [
        (0, 7, ("register.reset",))
    ]


def test_leap_beyond_what_can_be_counted_is_another_meter() -> None:
    household = Register(interval=QUARTER, most=20)

    assert made(household, at(0, 100), at(5, 9000), at(15, 9001)) == [(0, 1, ("register.reset",))]


def test_roll_over_is_counted_around() -> None:
    five_digits = Register(interval=QUARTER, most=1000, rolls_over_at=100_000)

    assert made(five_digits, at(0, 99_998), at(15, 4)) == [(0, 6, ("register.rolled-over",))]


def test_step_back_of_a_register_that_rolls_over_is_no_roll_over() -> None:
    """Without word of the most, only a tenth of the whole is believed."""
    five_digits = Register(interval=QUARTER, most=100_000, rolls_over_at=100_000)
    household = Register(interval=QUARTER, most=20, rolls_over_at=100_000)

    assert made(five_digits, at(0, 50_000), at(15, 49_999)) == [(0, 0, ("register.reset",))]
    assert made(household, at(0, 99_970), at(15, 4)) == [(0, 0, ("register.reset",))]


def test_decimals_are_exact() -> None:
    assert made(PLAIN, at(0, 12345.678), at(15, 12345.789)) == [(0, 0.111, ())]
    assert made(PLAIN, at(0, 0.1), at(5, 0.3), at(6, 0.2), at(15, 0.3)) == [
        (0, 0.3, ("register.reset",))
    ]


def test_difference_has_the_flags_of_the_readings_at_its_ends() -> None:
    found = made(
        PLAIN, at(0, 1, "time.received"), at(5, 2, "device.stale"), at(15, 3, "device.estimated")
    )

    assert found == [(0, 2, ("time.received", "device.estimated"))]


def test_no_reading_gives_no_difference() -> None:
    assert made(PLAIN) == []
    assert made(PLAIN, at(0, 1)) == []


_MINUTES = st.integers(-40, 140)
_VALUES = st.one_of(st.integers(0, 30), st.integers(985, 999))
_REGISTERS = st.builds(
    Register,
    interval=st.sampled_from([timedelta(minutes=m) for m in (5, 15, 60)]),
    most=st.sampled_from([10.0, 50.0, 2000.0]),
    rolls_over_at=st.sampled_from([None, 1000.0]),
    restarts=st.booleans(),
)


def _readings() -> st.SearchStrategy[list[RegisterReading]]:
    stands = st.dictionaries(_MINUTES, _VALUES, max_size=25)
    return stands.map(lambda found: [at(minute, value) for minute, value in sorted(found.items())])


def by_the_rule(
    register: Register, readings: Sequence[RegisterReading], start: datetime
) -> float | None:
    """Return a difference as the rule's text says it, reading by reading."""
    end = start + register.interval
    ends = []
    for moment in (start, end):
        before = [one for one in readings if one.time <= moment]
        after = [one for one in readings if one.time >= moment]
        if not before or not after or after[0].time - before[-1].time > register.interval:
            return None
        ends.append(before[-1])
    total = Decimal(0)
    within = [one for one in readings if ends[0].time <= one.time <= ends[1].time]
    for one, other in itertools.pairwise(within):
        total += _counted(register, Decimal(one.value), Decimal(other.value))
    return float(total)


def _counted(register: Register, one: Decimal, other: Decimal) -> Decimal:
    most = Decimal(register.most)
    if one <= other <= one + most:
        return other - one
    around = Decimal(register.rolls_over_at or 0) - one + other
    if register.rolls_over_at and other < one and around <= min(Decimal(100), most):
        return around
    return other if register.restarts and other < one and other <= most else Decimal(0)


@given(register=_REGISTERS, readings=_readings())
def test_every_difference_is_what_the_rule_says(
    register: Register, readings: list[RegisterReading]
) -> None:
    starts = [
        interval_start(NINE, register.interval) + n * register.interval for n in range(-15, 40)
    ]

    found = {one.start: one.result for one in differences(register, readings, starts)}

    expected = {start: by_the_rule(register, readings, start) for start in starts}
    assert found == {start: result for start, result in expected.items() if result is not None}


@given(register=_REGISTERS, readings=_readings(), minute=_MINUTES, value=_VALUES)
def test_reading_changes_no_interval_but_those_that_it_touches(
    register: Register, readings: list[RegisterReading], minute: int, value: int
) -> None:
    """So that it is enough to make those again, from the readings close to them."""
    one, interval = at(minute, value), register.interval
    others = [reading for reading in readings if reading.time != one.time]
    starts = [interval_start(NINE, interval) + n * interval for n in range(-15, 40)]
    with_it = set(differences(register, sorted([*others, one]), starts))
    without_it = set(differences(register, others, starts))

    changed = {difference.start for difference in with_it ^ without_it}
    assert changed <= set(touched_intervals(one.time, interval))


@given(register=_REGISTERS, readings=_readings())
def test_readings_further_than_an_interval_away_do_not_matter(
    register: Register, readings: list[RegisterReading]
) -> None:
    interval = register.interval
    starts = [interval_start(NINE, interval) + n * interval for n in range(-3, 3)]
    first, last = starts[0] - interval, starts[-1] + 2 * interval
    near = [one for one in readings if first <= one.time <= last]

    far: list[Difference] = list(differences(register, readings, starts))
    assert list(differences(register, near, starts)) == far


SERIES = """\
import:
  observed_property: electricity-import
  path: wh
  unit: Wh
  scale: 10
  differences: {every: PT15M, rolls_over_at: 100000, most: 500, lower: reset}
"""


def test_numbers_of_a_profile_are_those_of_the_payload(make_profile: MakeProfile) -> None:
    made = make_profile("", SERIES).datastream("import").differences

    assert made is not None
    assert (made.name, made.observed_property.slug) == ("import-difference", "electricity-taken")
    assert made.register == Register(
        interval=QUARTER, rolls_over_at=1000.0, most=5.0, restarts=True
    )


def test_most_is_what_is_plausible_of_the_difference(make_profile: MakeProfile) -> None:
    series = SERIES.replace(", most: 500", "")
    made = make_profile("", series).datastream("import").differences

    assert made is not None
    assert made.register.most == made.observed_property.plausible.high


@pytest.mark.parametrize(
    ("written", "instead", "advice"),
    [
        ("every: PT15M", "every: P1D", "does not divide an hour"),
        ("every: PT15M", "every: PT25M", "does not divide an hour"),
        ("every: PT15M", "every: PT90S", "does not divide an hour"),
        (
            "electricity-import",
            "active-power",
            r"does not say what a difference of `active-power`",
        ),
        ("lower: reset", "lower: zero", "'exchange' or 'reset'"),
        ("scale: 10", "value: text", "a text has no `differences`"),
        ("scale: 10", "interval: PT1H", "read at a moment"),
        (
            "import:",
            'import-difference: {observed_property: car-count, path: n, unit: "1"}\nimport:',
            "`import-difference` is the name of the differences of `import`",
        ),
    ],
)
def test_mistake_is_told(
    make_profile: MakeProfile, written: str, instead: str, advice: str
) -> None:
    series = SERIES.replace("Wh", "W") if instead == "active-power" else SERIES

    with pytest.raises(Misconfigured, match=advice):
        make_profile("", series.replace(written, instead))


def test_profiles_differences_are_those_of_all_its_registers(make_profile: MakeProfile) -> None:
    series = """\
        a: {observed_property: gas-volume, path: a, unit: m3}
        b: {observed_property: gas-volume, path: b, unit: m3, differences: {every: PT1H, most: 9}}
        c: {observed_property: air-temperature, path: c, unit: Cel}
        """
    profile = make_profile("differences: {every: PT15M}", series)
    found = {one.name: one.differences for one in profile.datastreams}

    assert found["a"] is not None
    assert found["b"] is not None
    assert found["c"] is None
    assert (found["a"].register.interval, found["b"].register.most) == (QUARTER, 9)
    assert profile.series("b-difference").register == "b"
    with pytest.raises(KeyError):
        profile.series("c-difference")


def test_profile_without_registers_has_no_differences(make_profile: MakeProfile) -> None:
    with pytest.raises(Misconfigured, match="no datastream of the profile is a register"):
        make_profile("differences: {every: PT15M}")


def test_interval_of_the_whole_profile_is_a_mistake_too(make_profile: MakeProfile) -> None:
    with pytest.raises(
        Misconfigured, match=r"datastreams\.import\.differences: a register is read"
    ):
        make_profile("interval: PT1H", SERIES)


EXAMPLES = """\
examples:
  - description: three quarters
    topic: city/demo/acme/probe/x
    received_time: 2026-03-02T09:00:00Z
    payload: {wh: 99999}
    observations: [{datastream: import, result: 999.99}]
  - description: the last of them
    topic: city/demo/acme/probe/x
    received_time: 2026-03-02T09:15:00Z
    payload: {wh: 4}
    observations: [{datastream: import, result: 0.04}]
    differences: [{datastream: import-difference, result: RESULT}]
"""


@pytest.mark.parametrize(
    ("result", "wrong"), [("0.05", []), ("5", ["result is 0.05, expected 5"])]
)
def test_examples_of_a_profile_check_its_differences(
    make_profile: MakeProfile, result: str, wrong: list[str]
) -> None:
    series = SERIES.rstrip() + "\n"
    profile = make_profile("", series)
    text = profile.source.name
    file = Path(text)
    file.write_text(
        file.read_text(encoding="utf-8").partition("examples:")[0]
        + EXAMPLES.replace("RESULT", result)
    )
    problems = check(load_profile(file, vocabulary=Vocabulary.load()))

    assert [one.rpartition("import-difference: ")[2] for one in problems] == wrong
