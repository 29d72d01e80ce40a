"""What is due comes in order, and goes wrong as declared."""

import json
from collections import Counter
from itertools import islice, pairwise, takewhile

import pytest

from simulators.clock import start_clock
from simulators.device import Device
from simulators.fault_plan import Delay, Duplicate, Faults, Malformed, OutOfOrder, Silence
from simulators.faults import Message
from simulators.malformed import KINDS
from simulators.schedule import schedule

START = 1_780_000_000.0
FINE = Faults()


def _device(name: str = "a", period: float = 10, history: int = 1) -> Device:
    return Device(
        city="stad",
        topic=f"city/stad/v/m/{name}",
        period_seconds=period,
        history=history,
        say=lambda time: json.dumps({"time": time, "value": 12.5}).encode(),
    )


def _until(seconds: float, faults: Faults, *devices: Device, seed: int = 1) -> list[Message]:
    messages = schedule(devices or [_device()], START, faults=faults, seed=seed)
    return list(takewhile(lambda one: one.due < START + seconds, messages))


def test_messages_come_in_the_order_of_their_times() -> None:
    messages = _until(200, FINE, _device("a", 7), _device("b", 11), _device("c", 3))
    times = [message.due for message in messages]

    assert times == sorted(times)
    assert {message.device.topic[-1] for message in messages} == {"a", "b", "c"}


def test_a_device_begins_with_its_history() -> None:
    messages = list(islice(schedule([_device(history=24)], START, faults=FINE, seed=1), 25))

    assert [one.due <= START for one in messages] == [True] * 24 + [False]


def test_the_same_seed_goes_wrong_in_the_same_way() -> None:
    faults = Faults(malformed=Malformed(rate=0.2), late=Delay(rate=0.2, seconds=30))
    first, again = _until(2000, faults), _until(2000, faults)

    assert [(one.due, one.payload) for one in first] == [(one.due, one.payload) for one in again]
    assert [one.payload for one in first] != [one.payload for one in _until(2000, faults, seed=2)]


@pytest.mark.parametrize(
    ("faults", "fault"),
    [
        (Faults(malformed=Malformed(rate=0.25)), "malformed"),
        (Faults(late=Delay(rate=0.25, seconds=30)), "late"),
        (Faults(out_of_order=OutOfOrder(rate=0.25)), "out-of-order"),
        (Faults(duplicate=Duplicate(rate=0.25)), "duplicate"),
    ],
)
def test_a_fault_happens_as_often_as_declared(faults: Faults, fault: str) -> None:
    counts = Counter(str(one.fault) for one in _until(20_000, faults))

    assert counts[fault] / 2000 == pytest.approx(0.25, abs=0.04)


def test_a_late_message_keeps_the_time_that_it_tells() -> None:
    messages = _until(2000, Faults(late=Delay(rate=0.3, seconds=60)))
    late = [one for one in messages if one.fault == "late"]

    assert late
    assert all(one.due - json.loads(one.payload)["time"] == 60 for one in late)


def test_an_out_of_order_message_comes_after_the_next_one() -> None:
    messages = _until(2000, Faults(out_of_order=OutOfOrder(rate=0.3)))
    times = [json.loads(one.payload)["time"] for one in messages]

    assert times != sorted(times)
    assert max(b - a for a, b in pairwise(sorted(times))) == 10


def test_a_duplicate_is_the_same_message_again() -> None:
    payloads = Counter(one.payload for one in _until(2000, Faults(duplicate=Duplicate(rate=0.3))))

    assert set(payloads.values()) == {1, 2}


def test_silence_leaves_a_gap_of_its_length() -> None:
    messages = _until(40_000, Faults(silence=Silence(rate=0.2, seconds=400)))
    times = [one.due for one in messages]
    gaps = [b - a for a, b in pairwise(times)]

    assert len(messages) / 4000 == pytest.approx(0.8, abs=0.1)
    assert all(gap == 10 or gap > 390 for gap in gaps)


@pytest.mark.parametrize("kind", KINDS)
def test_damage_changes_the_payload(kind: str) -> None:
    payload = b'{"value": 12.5, "unit": "m"}'

    assert KINDS[kind](payload) != payload


def test_the_clock_is_never_ahead_of_the_present() -> None:
    clock = start_clock(1000.0, speed=60, seconds=30)

    assert clock.now(1000) == 1000 - 59 * 30
    assert clock.now(1010) == clock.start + 600
    assert [clock.now(time) for time in (1030, 1031, 2000)] == [1030, 1031, 2000]
    for time in (400.0, 900.0, 1100.0):
        assert clock.now(clock.real_time_of(time)) == pytest.approx(time)
