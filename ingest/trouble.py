"""Trouble told once, then at intervals: a neighbour that is down must not fill the log."""

import logging
import time
from collections.abc import Callable

_INTERVAL_SECONDS = 30.0


class Trouble:
    """Writes lines of `event key=value …`, each event at most once in an interval.

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

    def tell(self, event: str, **facts: object) -> None:
        """Warn of an event, unless it was told a moment ago; then count it for the next time."""
        now = self._clock()
        if now - self._told.get(event, -_INTERVAL_SECONDS) < _INTERVAL_SECONDS:
            self._kept_back[event] = self._kept_back.get(event, 0) + 1
            return
        self._told[event] = now
        self._logger.warning(line(event, **facts, repeated=self._kept_back.pop(event, 0)))

    def over(self, event: str) -> None:
        """Forget an event, so that its next occurrence is told at once."""
        self._told.pop(event, None)
        self._kept_back.pop(event, None)


def line(event: str, **facts: object) -> str:
    """Return an event and its facts as one line of `key=value`, free of control characters."""
    return " ".join([event, *(f"{name}={_plain(value)}" for name, value in facts.items())])


def _plain(value: object) -> str:
    text = str(value)
    return text if text.isascii() and text.isprintable() and " " not in text else repr(text)
