"""Rejections in the log: the first of a kind at once, then one in half a minute with the count."""

import logging
import time
from collections.abc import Callable
from typing import TypeAlias

from schemas.journal import facts
from schemas.journey import reading_id
from schemas.seldom import Seldom
from schemas.wire import DeadLetter, NormalisedReading

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
        self._logger, self._seldom = logger, Seldom(clock)

    def tell(self, rejected: Rejected) -> None:
        """Name a reading that was rejected and why, unless its like was named a moment ago."""
        reason = rejected.rejections[0]
        repeated = self._seldom.due((rejected.city, rejected.profile, reason.reason))
        if repeated is None:
            return
        name = reading_id(rejected.city, rejected.source, rejected.received_time)
        told = facts(
            reading=name,
            reason=reason.reason,
            city=rejected.city,
            source=rejected.source,
            profile=rejected.profile,
            repeated=repeated,
        )
        self._logger.info("rejected", extra=told)
