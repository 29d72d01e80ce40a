"""Brotli forms of closed pages, made while there is nothing to build.

A page takes a second of a core, so that is done in a thread that gives way to everything else.
"""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.resources import files
from typing import Final

import asyncpg
import brotli

from api.ldes.page_names import BROTLI, PRIMARY
from api.ldes.page_store import PageStore
from api.ldes.serving.codings import decoded
from api.leader import Connection

_FOLDER: Final = files("api.ldes.building")
_NEXT: Final = (_FOLDER / "next_uncompressed.sql").read_text(encoding="utf-8")
_NOTE: Final = (_FOLDER / "note_brotli.sql").read_text(encoding="utf-8")
_QUALITY: Final = 10
"""Of a page of 500: 71 kB in 0.9 s; 11 makes 63 kB of it, and takes four times as long."""

_LAST: Final = 19


class Compressor:
    """Compresses one page at a time.

    Args:
        connection: that holds the builder's lock.
        store: where pages lie.
    """

    def __init__(self, connection: Connection, store: PageStore) -> None:
        self._connection = connection
        self._store = store
        self._thread = ThreadPoolExecutor(1, "brotli", initializer=_give_way)
        self._page: asyncpg.Record | None = None
        self._making: asyncio.Task[bytes] | None = None

    async def go_on(self) -> None:
        """Keep what was made since the last time, and begin with the next page.

        Raises:
            PageStoreUnavailable: the store cannot be read, or cannot take it.
        """
        if self._making and not self._making.done():
            return
        if self._page and self._making:
            await self._keep(self._page, self._making.result())
        self._page = await self._connection.fetchrow(_NEXT)
        self._making = asyncio.create_task(self._make(self._page["name"])) if self._page else None

    def close(self) -> None:
        """Stop; what is being made is for nothing."""
        if self._making:
            self._making.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _make(self, name: str) -> bytes:
        content = await self._store.find(name + PRIMARY) or b""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, _compressed, content)

    async def _keep(self, page: asyncpg.Record, content: bytes) -> None:
        """Keep it together with the note, or not: who ends our session may erase from the page."""
        name = page["name"] + BROTLI
        try:
            async with self._connection.transaction():
                if await self._connection.fetchval(_NOTE, *page) and content:
                    await self._store.keep(name, content)
        except BaseException:  # also when we are stopped
            await self._store.remove(name)
            raise


def _compressed(content: bytes) -> bytes:
    text = decoded(content) if content else b""
    return brotli.compress(text, quality=_QUALITY) if text else b""


def _give_way() -> None:
    """Let this thread alone be the last that gets the processor, where that can be said."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LAST)
