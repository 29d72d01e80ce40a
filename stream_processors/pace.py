"""How long is thought at a stretch: who is silent for too long is no member of its group."""

import asyncio
import time
from typing import Final

BREATH_SECONDS: Final = 0.05
TURN_SECONDS: Final = 30.0


class Pace:
    """Shares the event loop with the client's heartbeats, and says when a turn was long enough.

    A reading takes up to a second, where a profile or a payload makes the most of what is allowed;
    thousands of such readings would take longer than Kafka waits for a member.

    Args:
        turn_seconds: after this time, what is done is sent and committed.
    """

    def __init__(self, *, turn_seconds: float = TURN_SECONDS) -> None:
        self._turn_seconds = turn_seconds
        self._turn = self._breath = time.monotonic()

    def begin(self) -> None:
        """Begin with a turn."""
        self._turn = self._breath = time.monotonic()

    async def is_over(self) -> bool:
        """Let others run when it is time for that, and tell whether the turn is over."""
        now = time.monotonic()
        if now - self._breath > BREATH_SECONDS:
            await asyncio.sleep(0)
            self._breath = time.monotonic()
        return now - self._turn > self._turn_seconds
