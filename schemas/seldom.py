"""What is told seldom: the first of a kind at once, then one in half a minute with the count."""

import time
from collections.abc import Callable, Hashable
from typing import Final

_INTERVAL_SECONDS: Final = 30.0
_MOST_KINDS: Final = 10_000


class Seldom:
    """Knows when something of a kind was told last, and how often it was kept back since.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[Hashable, float] = {}
        self._kept_back: dict[Hashable, int] = {}

    def due(self, kind: Hashable) -> int | None:
        """Return how often a kind was kept back if it is to be told now, else count it: `None`."""
        now = self._clock()
        if now - self._told.get(kind, -_INTERVAL_SECONDS) < _INTERVAL_SECONDS:
            self._kept_back[kind] = self._kept_back.get(kind, 0) + 1
            return None
        if len(self._told) >= _MOST_KINDS:
            self._told.clear()
            self._kept_back.clear()
        self._told[kind] = now
        return self._kept_back.pop(kind, 0)

    def forget(self, kind: Hashable) -> None:
        """Have the next of a kind told at once."""
        self._told.pop(kind, None)
        self._kept_back.pop(kind, None)
