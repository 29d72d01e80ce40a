"""Received times that go with the clock, and are not the same twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

_STEP: Final = timedelta(microseconds=1)
_HELD: Final = timedelta(seconds=10)


def _now() -> datetime:
    return datetime.now(UTC)


class ReceiptClock:
    """Tells the time of receipt in microseconds, each later than the one before.

    A payload without a time of its own is known by its received time: two of one device that were
    read in the same instant must not become one. A clock that is set back by a few seconds is
    waited for. When it was further ahead it was wrong, and is so no more: it is followed at once,
    or all such payloads would bear one wrong time until it comes there again.
    """

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self._last = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time, a microsecond after the one before unless that is far ahead of it."""
        now, following = self._now(), self._last + _STEP
        self._last = now if now >= following or following - now > _HELD else following
        return self._last
