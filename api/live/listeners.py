"""Those who listen: one write for each, of bytes that are made once for all who want the same."""

import asyncio
import math
import time
from collections.abc import Callable

from api.lines import Line


class Listener:
    """One client.

    Args:
        line: where it is written to.
        most_bytes: waiting for it; with more than that it is too slow.
        allowed: whether its key still opens what it did; asked before anything is sent.
        until: when it has listened for long enough, by the monotonic clock.

    Attributes:
        ended: why it is sent nothing more; empty while it is.
    """

    def __init__(
        self,
        line: Line,
        *,
        most_bytes: int,
        allowed: Callable[[], bool],
        until: float = math.inf,
    ) -> None:
        self.ended = ""
        self._line = line
        self._most_bytes = most_bytes
        self._allowed = allowed
        self._until = until
        self._over: asyncio.Future[None] | None = None
        self._taken_bytes = line.taken_bytes
        line.when_lost = self.leave

    def put(self, piece: bytes) -> bool:
        """Write to the client; `False` when it has to go, which `ended` tells."""
        if self.ended:
            return True  # nobody's news
        if self._line.closing:
            self.end("gone")
        elif not self._allowed():
            self.end("key")
        elif self._line.waiting_bytes > self._most_bytes:
            self.end("slow")
        else:
            self._line.write(piece)
        return not self.ended

    def look(self) -> bool:
        """Tell whether the client takes what is written, be it little; asked at signs of life.

        Each is written behind a look: when nothing was taken until the next look, it was not.
        """
        before, self._taken_bytes = self._taken_bytes, self._line.taken_bytes
        if self._line.untaken_bytes and self._taken_bytes <= before:
            self.end("slow")
        return not self.ended

    def attend(self, sign: bytes) -> bool:
        """Give a sign of life, or let the client go; `False` when it is gone."""
        if time.monotonic() > self._until:
            self.end("age")
        elif self.look():
            self.put(sign)
        return not self.ended

    def leave(self) -> None:
        """End, as the client did."""
        self.end("gone")

    def end(self, reason: str) -> None:
        """Send nothing more."""
        self.ended = self.ended or reason
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    async def over(self) -> None:
        """Wait for the end."""
        if not self.ended:
            self._over = asyncio.get_running_loop().create_future()
            await self._over
