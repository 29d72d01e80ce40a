"""Signs of life, by one task for all who listen: each has its turn as long after the last one."""

import asyncio
import logging
import time
from collections import deque

from api.live.forms import Form
from api.live.listeners import Listener
from api.live.position import Position

_log = logging.getLogger(__name__)
_TURN = 200  # listeners, before others have their turn of the event loop
_SHORTEST_REST_SECONDS = 0.02


class Vigil:
    """Those who listen, in the order in which they are looked after next.

    Args:
        seconds: between two signs of life of a listener.
        position: that a sign tells.
    """

    def __init__(self, seconds: float, position: Position) -> None:
        self._seconds = seconds
        self._position = position
        self._waiting: deque[tuple[float, Listener, Form]] = deque()

    def add(self, listener: Listener, form: Form) -> None:
        """Look after a listener from now on, until it ends."""
        self._waiting.append((time.monotonic() + self._seconds, listener, form))

    async def keep(self) -> None:
        """Look after all, for ever."""
        while True:
            self._attend()
            due = self._waiting[0][0] - time.monotonic() if self._waiting else self._seconds
            await asyncio.sleep(max(min(due, self._seconds), _SHORTEST_REST_SECONDS))

    def _attend(self) -> None:
        now, sequence = time.monotonic(), self._position.sequence
        for _ in range(_TURN):
            if not self._waiting or self._waiting[0][0] > now:
                return
            _, listener, form = self._waiting.popleft()
            if _is_there(listener, form.alive(sequence)):
                self._waiting.append((now + self._seconds, listener, form))


def _is_there(listener: Listener, sign: bytes) -> bool:
    try:
        return not listener.ended and listener.attend(sign)
    except Exception:  # noqa: BLE001, what is wrong with one must not end all others' signs
        _log.exception("a live client is let go of")
        listener.leave()
        return False
