"""How much each caller has asked for: a table in a file that all processes of a computer share.

Each caller has a slot with one number: when its allowance is whole again (the generic cell rate
algorithm). A slot is found by the caller's hash; where there is none, the one goes that is whole
soonest. So the table never grows, and knows no address.
"""

import fcntl
import hashlib
import mmap
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

_SLOT: Final = struct.Struct("<Qd")
_SLOTS: Final = 1 << 16
_PROBES: Final = 8


class Verdict(NamedTuple):
    """What a request finds.

    Attributes:
        remaining: requests that are left at once.
        whole_seconds: until all are there again.
        wait_seconds: until this one would be answered; 0: now.
    """

    remaining: int
    whole_seconds: float
    wait_seconds: float


class RequestTable:
    """The table; without a file it is this process's alone.

    Args:
        file: shared by the processes of this computer; made when it is not there.
        clock: seconds since the computer started, the same in all processes.
    """

    def __init__(
        self, file: Path | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        size = (_SLOTS + _PROBES) * _SLOT.size
        self._descriptor = -1
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
            os.ftruncate(self._descriptor, size)
        self._slots = mmap.mmap(self._descriptor, size)

    def take(self, caller: str, *, most: int, seconds: float) -> Verdict:
        """Count a request of a caller who may ask so often in so many seconds."""
        digest = int.from_bytes(hashlib.blake2b(caller.encode(), digest_size=8).digest(), "big")
        mark, begin = digest or 1, (digest % _SLOTS) * _SLOT.size
        self._lock(fcntl.LOCK_EX, begin)
        try:
            return self._take(mark, begin, seconds / most, seconds)
        finally:
            self._lock(fcntl.LOCK_UN, begin)

    def _take(self, mark: int, begin: int, each: float, seconds: float) -> Verdict:
        now = self._clock()
        place, whole = self._find(mark, begin)
        if not now < whole <= now + seconds:
            whole = now  # never asked, long ago, or before the computer started anew
        becomes = whole + each
        if becomes > now + seconds:
            return Verdict(0, whole - now, becomes - now - seconds)
        _SLOT.pack_into(self._slots, place, mark, becomes)
        return Verdict(int((now + seconds - becomes) / each + 1e-9), becomes - now, 0.0)

    def _find(self, mark: int, begin: int) -> tuple[int, float]:
        """Return the caller's slot, or else the one that is whole soonest."""
        places = range(begin, begin + _PROBES * _SLOT.size, _SLOT.size)
        soonest, when = begin, float("inf")
        for place in places:
            found, whole = _SLOT.unpack_from(self._slots, place)
            if found == mark:
                return place, whole
            if whole < when:
                soonest, when = place, whole
        return soonest, 0.0

    def _lock(self, how: int, begin: int) -> None:
        if self._descriptor >= 0:
            fcntl.lockf(self._descriptor, how, _PROBES * _SLOT.size, begin)
