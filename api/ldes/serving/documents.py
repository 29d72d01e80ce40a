"""Nodes in the form and coding that a caller takes."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from api.ldes.page_names import PRIMARY
from api.ldes.page_store import PageStore, PageStoreUnavailable
from api.ldes.serving.codings import ENDINGS, Coding, decoded, encoded
from api.ldes.serving.forms import N_QUADS, kept_as, written
from api.ldes.serving.memory import BoundedMemory, ShortMemory
from api.negotiation import Form

_MOST_NAMES: Final = 100_000


class Content(NamedTuple):
    """Bytes of an answer, a tag that no others have, and how they are coded."""

    body: bytes
    tag: str
    coding: Coding


class Document:
    """A node that may change: its text, and what was made of it so far."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._made: dict[tuple[str, Coding], Content] = {}

    async def content(self, form: Form, codings: Sequence[Coding]) -> Content:
        """Return the node in a form, in the first of some codings that is quickly made."""
        coding = next(one for one in codings if one != "br")
        key = (kept_as(form), coding)
        if key not in self._made:
            body = await asyncio.to_thread(_made, self._text, form, coding)
            self._made[key] = Content(body, _tag(body), coding)
        return self._made[key]


class KeptDocuments:
    """Nodes that never change: what is made of them is kept beside them, for good.

    Args:
        store: where pages lie.
        memory_bytes: of what was asked for last.
    """

    def __init__(self, store: PageStore, *, memory_bytes: int) -> None:
        self._store = store
        self._names: set[str] = set()
        self._memory: BoundedMemory[tuple[str, str, Coding]] = BoundedMemory(memory_bytes)
        self._making: ShortMemory[tuple[str, str, Coding], Content | None] = ShortMemory(
            seconds=1.0, most=256
        )

    async def content(self, name: str, form: Form, codings: Sequence[Coding]) -> Content:
        """Return a kept node in a form, in the first of some codings that there is of it.

        All but Brotli are made at the first time.

        Raises:
            PageStoreUnavailable: the node is not in the store, or the store cannot be read.
        """
        for coding in codings:
            content = await self._content(name, form, coding)
            if content:
                return content
        raise PageStoreUnavailable(f"{name} is not in the page store")

    async def _content(self, name: str, form: Form, coding: Coding) -> Content | None:
        key = (name, kept_as(form), coding)
        found = self._memory.get(key)
        if found:
            return Content(*found, coding)
        content = await self._making.get(key, lambda: self._load(name, form, coding))
        if content:
            self._memory.put(key, content.body, content.tag)
        return content

    async def keep(self, name: str, text: str) -> None:
        """Keep a node that will not change any more, if nobody has yet."""
        await self._store.keep(name + PRIMARY, await asyncio.to_thread(_primary, text))
        self._remember(name)

    async def has(self, name: str) -> bool:
        """Tell whether somebody kept a node under a name."""
        if name not in self._names and await self._store.find(name + PRIMARY) is not None:
            self._remember(name)
        return name in self._names

    def _remember(self, name: str) -> None:
        if len(self._names) >= _MOST_NAMES:
            self._names.clear()
        self._names.add(name)

    async def _load(self, name: str, form: Form, coding: Coding) -> Content | None:
        ending = f".{kept_as(form)}{ENDINGS[coding]}"
        body = None if coding == "identity" else await self._store.find(name + ending)
        if body is None and coding != "br":
            body = await self._make(name, ending, form, coding)
        return Content(body, _tag(body), coding) if body is not None else None

    async def _make(self, name: str, ending: str, form: Form, coding: Coding) -> bytes | None:
        primary = await self._store.find(name + PRIMARY)
        if primary is None:
            return None
        body = await asyncio.to_thread(_remade, primary, form, coding)
        return body if coding == "identity" else await self._store.keep(name + ending, body)


def _made(text: str, form: Form, coding: Coding) -> bytes:
    return encoded(written(text, form), coding)


def _remade(primary: bytes, form: Form, coding: Coding) -> bytes:
    return _made(decoded(primary).decode(), form, coding)


def _primary(text: str) -> bytes:
    return _made(text, N_QUADS, "zstd")


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
