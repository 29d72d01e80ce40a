"""Try again while a neighbour is down: a pause that grows, and is random."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from schemas.errors import Unavailable
from stream_processors.monitor import Health

log = logging.getLogger(__name__)

_FIRST_SECONDS, _LONGEST_SECONDS = 0.1, 10.0

_Answer = TypeVar("_Answer")


async def patiently(attempt: Callable[[], Awaitable[_Answer]], *, health: Health) -> _Answer:
    """Return what the attempt returns, however often its neighbour is `Unavailable` before."""
    cap = _FIRST_SECONDS
    while True:
        try:
            return await attempt()
        except Unavailable as unavailable:
            health.waits_for(str(unavailable))
            pause = random.uniform(cap / 2, cap)  # noqa: S311 - spreads load, hides nothing
            log.warning("%s; again in %.1f s", unavailable, pause)
            await asyncio.sleep(pause)
            cap = min(cap * 2, _LONGEST_SECONDS)


@contextmanager
def telling(words: str, *, after_seconds: float, health: Health) -> Iterator[None]:
    """Say what we wait for when the context takes long: its neighbour's client says nothing."""

    def tell() -> None:
        health.waits_for(words)
        log.warning("%s, for %.1f s so far", words, after_seconds)

    waiting = asyncio.get_running_loop().call_later(after_seconds, tell)
    try:
        yield
    finally:
        waiting.cancel()
