"""Received times that are never the same twice in a process."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

_STEP: Final = timedelta(microseconds=1)


def _now() -> datetime:
    return datetime.now(UTC)


class ReceiptClock:
    """Tells the time of receipt in microseconds, each later than the one before.

    A payload without a time of its own is known by its received time: two of one device that were
    read in the same instant must not become one.
    """

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self._last = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time, at least a microsecond after the one before."""
        self._last = max(self._now(), self._last + _STEP)
        return self._last
