"""Pages and nodes of feeds that never change: kept as they were first given.

Rows of the chronicle are for good, but what stands around them is written by us: a later writer,
or another licence, must not change what was said to be immutable.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
import zstandard

from api.feeds.block import Block, written
from api.ldes.page_store import PageStore
from api.ldes.serving.codings import decoded
from api.negotiation import Form

_PRIMARY: Final = ".json.zst"
"""Ending of the blocks of a page; every form of it is written from them, once."""


class KeptPages:
    """What is for good.

    Args:
        store: where it lies.
    """

    def __init__(self, store: PageStore) -> None:
        self._store = store

    async def blocks(
        self, name: str, make: Callable[[], Awaitable[Sequence[Block]]]
    ) -> Sequence[Block]:
        """Return the blocks of a page; at the first time they are made.

        Raises:
            PageStoreUnavailable: the store cannot be read, or cannot take them.
        """
        content = await self._store.find(name + _PRIMARY)
        if content is None:
            made = zstandard.compress(msgspec.json.encode(await make()))
            content = await self._store.keep(name + _PRIMARY, made)
        return msgspec.json.decode(decoded(content), type=list[Block])

    async def content(self, name: str, form: Form, blocks: Sequence[Block]) -> bytes:
        """Return a page in a form; at the first time it is written.

        Raises:
            PageStoreUnavailable: the store cannot be read, or cannot take it.
        """
        name = f"{name}.{form.suffix}"
        content = await self._store.find(name)
        return content or await self._store.keep(name, written(blocks, form))
