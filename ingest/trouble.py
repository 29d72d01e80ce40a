"""Trouble told once, then at intervals: a neighbour that is down must not fill the log."""

import logging
import time
from collections.abc import Callable

from schemas.journal import facts
from schemas.seldom import Seldom


class Trouble:
    """Writes events with their facts, each event at most once in an interval.

    Args:
        logger: where to.
        clock: monotonic seconds.
    """

    def __init__(
        self, logger: logging.Logger, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger, self._seldom = logger, Seldom(clock)

    def tell(self, event: str, **told: object) -> None:
        """Warn of an event, unless it was told a moment ago; then count it for the next time."""
        repeated = self._seldom.due(event)
        if repeated is not None:
            self._logger.warning(event, extra=facts(**told, repeated=repeated))

    def over(self, event: str) -> None:
        """Forget an event, so that its next occurrence is told at once."""
        self._seldom.forget(event)
