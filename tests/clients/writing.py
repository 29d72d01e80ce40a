"""A street full of counters that measure without a pause, over HTTP ingest."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from tests.journey.running import Up
from tests.journey.test_journey import HOUR, telraam

CITY, THEME = "leiedonk", "traffic"
COUNTERS = 10
EACH = 4
"""Observations that a reading of a counter gives."""
_BATCH = 40


@dataclass
class Street:
    """Brings readings, a batch of one counter at a time.

    Attributes:
        platform: that takes them.
        name: a part of the counters' names.
        brought: observations that were brought so far.
    """

    platform: Up
    name: str
    brought: int = 0

    def bring(self, observations: int, *, per_second: float) -> None:
        """Bring so many observations, as fast as is told."""
        began = time.monotonic()
        while self.brought < observations:
            self._bring_batch()
            time.sleep(max(0.0, self.brought / per_second - (time.monotonic() - began)))

    def _bring_batch(self) -> None:
        number = self.brought // (_BATCH * EACH)
        counter, first = number % COUNTERS, number // COUNTERS * _BATCH
        lines = [
            json.dumps(telraam(HOUR - timedelta(hours=first + place), car=number))
            for place in range(_BATCH)
        ]
        answer = self.platform.post(
            f"/ingest/{CITY}/telraam/v2/{self.name}-{counter}",
            city=CITY,
            content="\n".join(lines),
            headers={"Content-Type": "application/x-ndjson"},
        )
        answer.raise_for_status()
        self.brought += _BATCH * EACH


@contextmanager
def measuring(
    platform: Up, name: str, *, observations: int, per_second: float
) -> Iterator[Street]:
    """Let a street bring its observations; the context ends when they are brought."""
    street = Street(platform, name)
    thread = threading.Thread(
        target=street.bring, args=(observations,), kwargs={"per_second": per_second}
    )
    thread.start()
    try:
        yield street
    finally:
        thread.join()
