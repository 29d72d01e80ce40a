"""A sink in memory, for tests and rehearsals: it confirms like Kafka, or stalls on request."""

import asyncio

from ingest.ports import Item, Receipt


class MemorySink:
    """Keeps items in order, and confirms them in the next turn of the loop while it runs.

    Attributes:
        items: what is safe.
        stalled: confirm nothing for now, as Kafka does when it is down.
    """

    def __init__(self) -> None:
        self.items: list[Item] = []
        self._waiting: list[tuple[Item, Receipt]] = []
        self._put = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stalled = False
        self._running = False

    @property
    def stalled(self) -> bool:
        """Whether nothing is confirmed for now."""
        return self._stalled

    @stalled.setter
    def stalled(self, stalled: bool) -> None:
        self._stalled = stalled
        self._put.set()

    @property
    def ready(self) -> bool:
        """Whether items are being confirmed at present."""
        return self._running and not self._stalled

    @property
    def unconfirmed(self) -> int:
        """How many items wait."""
        return len(self._waiting)

    def put(self, item: Item, receipt: Receipt) -> None:
        """Take an item."""
        self._waiting.append((item, receipt))
        self._idle.clear()
        self._put.set()

    async def run(self) -> None:
        """Confirm until cancelled."""
        self._running = True
        try:
            while True:
                await self._put.wait()
                self._put.clear()
                self._confirm()
        finally:
            self._running = False

    async def drain(self) -> None:
        """Return when nothing waits."""
        await self._idle.wait()

    def _confirm(self) -> None:
        if self._stalled:
            return
        waiting, self._waiting = self._waiting, []
        for item, receipt in waiting:
            self.items.append(item)
            receipt.confirm()
        self._idle.set()
