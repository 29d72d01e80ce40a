"""What HTTP callers have brought and Kafka has not confirmed: bounded in count and bytes."""

import asyncio
import math
from collections.abc import Callable

from ingest.http_problems import Problem


class HttpWindow:
    """How much there may be at once, over all callers.

    Args:
        messages: most readings waiting for Kafka.
        size: most bytes of bodies in memory.
    """

    def __init__(self, *, messages: int, size: int) -> None:
        self.limits = messages, size
        self.messages = 0
        self.bytes = 0

    def room(self) -> "Room":
        """Return the room of one request, which holds nothing yet."""
        return Room(self)


class Room:
    """What one request holds of the window."""

    def __init__(self, window: HttpWindow) -> None:
        self._window = window
        self._messages = self._bytes = 0

    def hold(self, *, messages: int = 0, size: int = 0) -> None:
        """Take more.

        Raises:
            Problem: 429, there is not so much.
        """
        window = self._window
        if window.messages + messages > window.limits[0] or window.bytes + size > window.limits[1]:
            detail = "more is waiting for storage than there is room for; try again shortly"
            raise Problem(429, "window.full", detail, {"Retry-After": "1"})
        window.messages += messages
        window.bytes += size
        self._messages += messages
        self._bytes += size

    def release(self) -> None:
        """Give everything back; more than once does no harm."""
        self._window.messages -= self._messages
        self._window.bytes -= self._bytes
        self._messages = self._bytes = 0


class Delivery:
    """The receipt of all items of one request.

    Args:
        items: how many there are, at least one.
        done: called when the last is safe; must not block or raise.
    """

    def __init__(self, items: int, *, done: Callable[[], None]) -> None:
        self._left, self._done = items, done
        self._safe = asyncio.Event()

    def confirm(self) -> None:
        """Learn that one of the items is safe."""
        self._left -= 1
        if not self._left:
            self._safe.set()
            self._done()

    async def wait(self, seconds: float) -> None:
        """Return when all are safe.

        Raises:
            Problem: 503, they are not within the time. They are still on their way, and a
                repetition with the same Idempotency-Key waits for them instead of doubling them.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._safe.wait()
        except TimeoutError:
            raise slow_storage(seconds) from None


def slow_storage(seconds: float) -> Problem:
    """Return the answer while Kafka confirms nothing."""
    detail = "storage does not confirm; send the same again later, best with an Idempotency-Key"
    return Problem(503, "storage.slow", detail, {"Retry-After": str(math.ceil(seconds))})
