"""The window: order of acknowledgement, bounds, and what a reconnection does to it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message import Message
from ingest.window import Pending, Window


def make_window(messages: int = 100, size: int = 10_000) -> Window:
    return Window(messages=messages, size=size, advanced=lambda: None)


def take(window: Window, packet: int, payload: bytes = b"x", *, dup: bool = False) -> Pending:
    pending = window.take(Message(b"t", payload, 1, dup, packet=packet))
    assert pending is not None
    return pending


@given(st.integers(1, 30), st.randoms())
def test_acknowledged_in_the_order_of_receipt(count: int, chance: random.Random) -> None:
    window, acknowledged = make_window(), list[int]()
    pending = [take(window, number) for number in range(1, count + 1)]
    chance.shuffle(pending)

    for one in pending:
        one.confirm()
        acknowledged += window.settle()

    assert acknowledged == list(range(1, count + 1))
    assert (window.messages, window.bytes) == (0, 0)


def test_nothing_is_acknowledged_behind_what_is_not_safe() -> None:
    window = make_window()
    first, second = take(window, 1), take(window, 2)

    second.confirm()
    assert window.settle() == []

    first.confirm()
    assert window.settle() == [1, 2]


def test_quality_of_service_0_takes_room_and_no_acknowledgement() -> None:
    window = make_window(messages=1)
    pending = window.take(Message(b"t", b"x", 0))
    assert pending is not None
    assert window.full

    pending.confirm()

    assert window.settle() == []
    assert not window.full


@pytest.mark.parametrize(("messages", "size"), [(2, 10_000), (100, 4)])
def test_full_by_messages_or_by_bytes(messages: int, size: int) -> None:
    window = make_window(messages, size)

    take(window, 1)
    assert not window.full
    take(window, 2)
    assert window.full


def test_packet_of_an_earlier_connection_is_never_acknowledged() -> None:
    window = make_window()
    old = take(window, 1)
    window.disconnected()
    window.connected(session_present=False)
    new = take(window, 1, b"another message")

    old.confirm()
    assert window.settle() == []

    new.confirm()
    assert window.settle() == [1]


def test_message_delivered_again_is_not_taken_twice() -> None:
    window = make_window()
    old = take(window, 1)
    window.disconnected()
    window.connected(session_present=True)
    assert window.take(Message(b"t", b"x", 1, dup=True, packet=1)) is None

    old.confirm()

    assert window.settle() == [1]
    assert window.messages == 0


def test_message_delivered_again_after_it_was_safe_is_acknowledged_at_once() -> None:
    window = make_window()
    take(window, 1)
    take(window, 2).confirm()
    window.disconnected()
    window.connected(session_present=True)

    assert window.take(Message(b"t", b"x", 1, dup=True, packet=2)) is None

    assert window.settle() == [2]


@pytest.mark.parametrize(
    ("message", "session_present"),
    [
        (Message(b"t", b"x", 1, dup=True, packet=1), False),
        (Message(b"t", b"x", 1, dup=False, packet=1), True),
        (Message(b"t", b"other", 1, dup=True, packet=1), True),
        (Message(b"other", b"x", 1, dup=True, packet=1), True),
        (Message(b"t", b"x", 1, dup=True, packet=2), True),
    ],
)
def test_message_that_may_be_another_is_taken(message: Message, session_present: bool) -> None:
    window = make_window()
    take(window, 1)
    window.disconnected()
    window.connected(session_present=session_present)

    assert window.take(message) is not None


def test_room_is_counted_once_over_many_reconnections() -> None:
    window = make_window()
    original = take(window, 1)
    for _ in range(3):
        window.disconnected()
        window.connected(session_present=True)
        assert window.take(Message(b"t", b"x", 1, dup=True, packet=1)) is None
    assert window.messages == 1

    original.confirm()

    assert window.settle() == [1]
    assert (window.messages, window.bytes) == (0, 0)


def test_what_kafka_has_not_confirmed_keeps_its_room_after_a_reconnection() -> None:
    window = make_window(messages=1)
    old = take(window, 1)
    window.disconnected()
    window.connected(session_present=False)
    assert window.full

    old.confirm()

    assert not window.full
