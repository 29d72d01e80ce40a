"""Who may use a server's folder: one server at a time, known by a lock that dies with it."""

import asyncio
import fcntl
from pathlib import Path
from typing import IO

from schemas.errors import Misconfigured

_PAUSE_SECONDS = 0.05
_PATIENCE_SECONDS = 20.0


async def take_folder(folder: Path) -> IO[bytes]:
    """Return the folder's lock, held by whoever holds the file open, so by the server itself.

    A server of a run that was killed may need a moment to end: it is waited for.

    Raises:
        Misconfigured: another server keeps using the folder.
    """
    lock = (folder / "lock").open("ab")
    for _ in range(int(_PATIENCE_SECONDS / _PAUSE_SECONDS)):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return lock
    lock.close()
    raise Misconfigured(
        f"another stack runs in {folder.parent}; stop it, or choose another data directory"
    )
