"""Those who listen: a buffer for each, and one write for all who want the same."""

import asyncio
from collections.abc import Iterable

from api.datastreams import Facts
from api.live.events import Batch, Event
from api.live.filters import Filter


class Listener:
    """What waits for one client.

    Attributes:
        after: the client has had everything up to this sequence already.
        ended: why it is sent nothing more; empty while it is.
    """

    def __init__(self, *, most_bytes: int) -> None:
        self.after = 0
        self.ended = ""
        self._most_bytes = most_bytes
        self._chunks: list[bytes] = []
        self._bytes = 0
        self._changed = asyncio.Event()

    def put(self, chunk: bytes) -> bool:
        """Let bytes wait; `False` when the client is too slow to have them."""
        if self._bytes + len(chunk) > self._most_bytes:
            self.end("slow")
            return False
        self._chunks.append(chunk)
        self._bytes += len(chunk)
        self._changed.set()
        return True

    def end(self, reason: str) -> None:
        """Send nothing more, whatever waits."""
        self.ended = reason
        self._chunks.clear()
        self._changed.set()

    async def take(self, *, seconds: float) -> bytes:
        """Return all that waits; nothing when the time is over or the listener ended."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return b""
        self._changed.clear()
        waiting = b"".join(self._chunks)
        self._chunks.clear()
        self._bytes = 0
        return waiting


class Audience:
    """The listeners who want the same."""

    def __init__(self, wanted: Filter) -> None:
        self.wanted = wanted
        self.listeners: set[Listener] = set()
        self._takes: dict[int, bool] = {}
        self._version = -1

    def chosen(self, events: Iterable[Event], *, version: int) -> bytes:
        """Return the bytes of the events that are wanted; facts count as of a version."""
        if version != self._version:
            self._takes.clear()
            self._version = version
        return b"".join(one.data for one in events if self._wants(one))

    def offer(self, batch: Batch, *, version: int) -> list[Listener]:
        """Pass a batch on; return the listeners that could not take it."""
        chunk = self.chosen(batch.events, version=version)
        if not chunk:
            return []
        return [
            one for one in self.listeners if one.after < batch.last_sequence and not one.put(chunk)
        ]

    def _wants(self, event: Event) -> bool:
        facts: Facts = event.facts
        wanted = self._takes.get(facts.datastream_id)
        if wanted is None:
            wanted = self._takes[facts.datastream_id] = self.wanted.takes(facts)
        return wanted and self.wanted.takes_quality(event.quality)
