"""Rejections in the log: the first of a kind at once, then one in half a minute with the count."""

import logging
import time
from collections.abc import Callable
from typing import Final, TypeAlias

from schemas.journal import facts
from schemas.journey import reading_id
from schemas.wire import DeadLetter, NormalisedReading

_INTERVAL_SECONDS: Final = 30.0
_MOST_KINDS: Final = 10_000


Rejected: TypeAlias = DeadLetter | NormalisedReading


class RejectionLog:
    """One line for each reason of a profile in half a minute: a broken fleet fills no log.

    What the payload said is not in it: logs are kept by rules of their own.

    Args:
        logger: where to.
        clock: monotonic seconds.
    """

    def __init__(
        self, logger: logging.Logger, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger, self._clock = logger, clock
        self._told: dict[tuple[str, str, str], float] = {}
        self._kept_back: dict[tuple[str, str, str], int] = {}

    def tell(self, rejected: Rejected) -> None:
        """Name a reading that was rejected and why, unless its like was named a moment ago."""
        reason = rejected.rejections[0]
        kind = (rejected.city, rejected.profile, reason.reason)
        now = self._clock()
        if now - self._told.get(kind, -_INTERVAL_SECONDS) < _INTERVAL_SECONDS:
            self._kept_back[kind] = self._kept_back.get(kind, 0) + 1
            return
        if len(self._told) >= _MOST_KINDS:
            self._told.clear()
            self._kept_back.clear()
        self._told[kind] = now
        name = reading_id(rejected.city, rejected.source, rejected.received_time)
        told = facts(
            reading=name,
            reason=reason.reason,
            city=rejected.city,
            source=rejected.source,
            profile=rejected.profile,
            repeated=self._kept_back.pop(kind, 0),
        )
        self._logger.info("rejected", extra=told)
