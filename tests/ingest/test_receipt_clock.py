"""Times of receipt."""

from datetime import UTC, datetime, timedelta

from ingest.receipt_clock import ReceiptClock

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def test_no_two_messages_have_the_same_received_time() -> None:
    clock = ReceiptClock(lambda: NOON)

    assert [clock() - NOON for _ in range(3)] == [timedelta(microseconds=n) for n in range(3)]


def test_clock_that_is_set_back_by_seconds_does_not_set_received_times_back() -> None:
    times = iter([NOON, NOON - timedelta(seconds=9), NOON + timedelta(hours=1)])
    clock = ReceiptClock(lambda: next(times))

    assert [clock(), clock(), clock()] == [
        NOON,
        NOON + timedelta(microseconds=1),
        NOON + timedelta(hours=1),
    ]


def test_clock_that_was_far_ahead_is_followed_back() -> None:
    right = NOON - timedelta(hours=1)
    times = iter([NOON, right, right, NOON])
    clock = ReceiptClock(lambda: next(times))

    assert [clock() for _ in range(4)] == [NOON, right, right + timedelta(microseconds=1), NOON]
