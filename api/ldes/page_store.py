"""Where pages lie: each under a name of its own, for good.

Folders on a disk now; an object store can do the same (a put that fails where something is).
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

from schemas.errors import Unavailable

_STALE_SECONDS: Final = 3600.0


class PageStoreUnavailable(Unavailable):
    """The page store cannot be written or read: full, away, or not ours."""


class PageStore(Protocol):
    """What keeps pages.

    Names are relative paths of plain letters. Several processes may use one store at once.
    """

    async def keep(self, name: str, content: bytes) -> bytes:
        """Keep content durably under a name and return what is kept there: the first that came.

        Raises:
            PageStoreUnavailable: it could not be kept; nothing, or all of it, is there.
        """

    async def find(self, name: str) -> bytes | None:
        """Return what is kept under a name, `None` where nothing is.

        Raises:
            PageStoreUnavailable: it cannot be read.
        """

    async def names(self, folder: str) -> list[str]:
        """Return the names of what is kept in a folder, in their order.

        Raises:
            PageStoreUnavailable: it cannot be read.
        """

    async def remove(self, name: str) -> None:
        """Keep it no longer; nothing happens where nothing is.

        Raises:
            PageStoreUnavailable: it could not be removed.
        """


class DirectoryPageStore:
    """Pages as files below a folder, as `PageStore` promises.

    A file is written as a draft and then linked to its name, so that nobody sees half of one, and
    nobody replaces another's. Drafts that a killed process left are removed by a later one.

    Args:
        folder: made when it is needed; a file system that can link.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drafts = folder / ".drafts"
        for draft in self._drafts.glob("*"):
            with suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > _STALE_SECONDS:
                    draft.unlink()

    async def keep(self, name: str, content: bytes) -> bytes:
        """Write a file durably, or return the one that is there."""
        return await asyncio.to_thread(self._keep, name, content)

    async def find(self, name: str) -> bytes | None:
        """Read a file."""
        return await asyncio.to_thread(self._find, name)

    async def names(self, folder: str) -> list[str]:
        """List a folder."""
        return await asyncio.to_thread(self._names, folder)

    async def remove(self, name: str) -> None:
        """Delete a file."""
        return await asyncio.to_thread(self._remove, name)

    def _keep(self, name: str, content: bytes) -> bytes:
        file = self._folder / name
        with _told():
            made = [one for one in (file.parent, *file.parents) if not one.exists()]
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = self._draft(content)
            try:
                os.link(draft, file)
            except FileExistsError:
                content = file.read_bytes()
            finally:
                draft.unlink()
            for folder in (file.parent, *(one.parent for one in made)):
                _synchronise(folder)
        return content

    def _draft(self, content: bytes) -> Path:
        self._drafts.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._drafts)
        with os.fdopen(descriptor, "wb") as output:
            output.write(content)
            output.flush()
            os.fsync(output.fileno())
        return Path(name)

    def _find(self, name: str) -> bytes | None:
        with _told():
            try:
                return (self._folder / name).read_bytes()
            except FileNotFoundError:
                return None

    def _names(self, folder: str) -> list[str]:
        with _told():
            found = (self._folder / folder).glob("*")
            return sorted(f"{folder}/{one.name}" for one in found if one.is_file())

    def _remove(self, name: str) -> None:
        with _told():
            (self._folder / name).unlink(missing_ok=True)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        raise PageStoreUnavailable(f"the page store does not answer: {failure}") from failure


def _synchronise(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
