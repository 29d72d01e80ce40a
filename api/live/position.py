"""How far the publication was read, and waiting for it to go on."""

import asyncio

from schemas.errors import Unavailable


class Position:
    """The last sequence that was passed on.

    Attributes:
        sequence: everything up to it has been; -1 before anything is known.
    """

    def __init__(self) -> None:
        self.sequence = -1
        self._moved = asyncio.Event()

    def move(self, sequence: int) -> None:
        """Go to a sequence, and wake who waits."""
        self.sequence = sequence
        self._moved.set()

    async def beyond(self, sequence: int) -> None:
        """Wait, however long, until something after a sequence was passed on."""
        while self.sequence <= sequence:
            self._moved.clear()
            await self._moved.wait()

    async def reached(self, sequence: int, *, seconds: float) -> None:
        """Wait until everything up to a sequence was passed on.

        Raises:
            Unavailable: it was not within the time.
        """
        try:
            async with asyncio.timeout(seconds):
                await self.beyond(sequence - 1)
        except TimeoutError:
            raise Unavailable("the publication is not being read") from None
