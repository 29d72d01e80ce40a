"""Trouble told once, then at intervals: a neighbour that is down must not fill the log."""

import logging
import time
from collections.abc import Callable

from schemas.journal import facts

_INTERVAL_SECONDS = 30.0


class Trouble:
    """Writes events with their facts, each event at most once in an interval.

    Args:
        logger: where to.
        clock: monotonic seconds.
    """

    def __init__(
        self, logger: logging.Logger, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger = logger
        self._clock = clock
        self._told: dict[str, float] = {}
        self._kept_back: dict[str, int] = {}

    def tell(self, event: str, **told: object) -> None:
        """Warn of an event, unless it was told a moment ago; then count it for the next time."""
        now = self._clock()
        if now - self._told.get(event, -_INTERVAL_SECONDS) < _INTERVAL_SECONDS:
            self._kept_back[event] = self._kept_back.get(event, 0) + 1
            return
        self._told[event] = now
        told["repeated"] = self._kept_back.pop(event, 0)
        self._logger.warning(event, extra=facts(**told))

    def over(self, event: str) -> None:
        """Forget an event, so that its next occurrence is told at once."""
        self._told.pop(event, None)
        self._kept_back.pop(event, None)
