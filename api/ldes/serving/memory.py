"""What is remembered between requests: for a moment, or as long as there is room."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class ShortMemory(Generic[Key, Value]):
    """Values that are made once for all who ask within a moment.

    Args:
        seconds: how long a value is good.
        most: values remembered; the oldest go first.
    """

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._found: dict[Key, tuple[float, asyncio.Task[Value]]] = {}

    async def get(self, key: Key, make: Callable[[], Awaitable[Value]]) -> Value:
        """Return the value of a key, made now or a moment ago; an error is not remembered."""
        end_time, task = self._found.get(key, (0.0, None))
        if task is None or time.monotonic() > end_time or _failed(task):
            self._found.pop(key, None)
            while len(self._found) >= self._most:
                del self._found[next(iter(self._found))]
            task = asyncio.ensure_future(_made(make))
            self._found[key] = (time.monotonic() + self._seconds, task)
        if task.done():
            return task.result()
        # Whoever goes away must not take the value from the others.
        return await asyncio.shield(task)


def _failed(task: "asyncio.Task[Value]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _made(make: Callable[[], Awaitable[Value]]) -> Value:
    return await make()


class BoundedMemory(Generic[Key]):
    """Bytes by key, as many as there is room for; what was not asked for longest goes first.

    Args:
        most_bytes: all together.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._found: dict[Key, tuple[bytes, str]] = {}

    def get(self, key: Key) -> tuple[bytes, str] | None:
        """Return content and its tag."""
        found = self._found.pop(key, None)
        if found:
            self._found[key] = found  # the newest now
        return found

    def put(self, key: Key, content: bytes, tag: str) -> None:
        """Remember content and its tag; more than there is room for is not."""
        if key in self._found or len(content) > self._most_bytes:
            return
        self._found[key] = (content, tag)
        self._bytes += len(content)
        while self._bytes > self._most_bytes:
            oldest = next(iter(self._found))
            self._bytes -= len(self._found.pop(oldest)[0])
