"""A small disk of its own for a service, which can be filled up and freed again.

It is a file system in memory, mounted in the mounts of this process alone, so that nothing of it
stays behind whatever ends the run. That needs the rights of root, as the tree of Debian 13 does.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

_CLONE_NEWNS = 0x20000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_MNT_DETACH = 2
_libc = ctypes.CDLL(None, use_errno=True)


class Disk:
    """A folder with room for so much and no more.

    Args:
        folder: where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def free_bytes(self) -> int:
        """How much more it takes."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    @contextmanager
    def full(self, *, leaving_bytes: int = 0) -> Iterator[None]:
        """Let somebody else's file take the room that there is, while the context lasts."""
        ballast = self.folder / "ballast"
        try:
            with ballast.open("wb") as file:
                self._fill(file.fileno(), leaving_bytes)
            yield
        finally:
            ballast.unlink()

    def _fill(self, file: int, leaving_bytes: int) -> None:
        while (room := self.free_bytes - leaving_bytes) > 0:
            with suppress(OSError):  # the service was faster
                os.posix_fallocate(file, os.fstat(file).st_size, room)


@contextmanager
def small_disk(folder: Path, *, size_bytes: int) -> Iterator[Disk]:
    """Mount a disk on a folder for as long as the context lasts.

    Servers that are started from this thread see it; leaves the test out where nothing may be
    mounted.
    """
    folder.mkdir(parents=True)
    try:
        _leave_mounts_of_others()
        options = f"size={size_bytes},mode=755".encode()
        _call("mount", b"tmpfs", bytes(folder), b"tmpfs", ctypes.c_ulong(0), options)
    except PermissionError as refused:
        pytest.skip(f"a disk can be filled up only where one can be mounted, as root: {refused}")
    try:
        yield Disk(folder)
    finally:
        _call("umount2", bytes(folder), _MNT_DETACH)


@cache
def _leave_mounts_of_others() -> None:
    """Have mounts of our own from now on."""
    _call("unshare", _CLONE_NEWNS)
    _call("mount", b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None)


def _call(function: str, *arguments: object) -> None:
    if getattr(_libc, function)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")
