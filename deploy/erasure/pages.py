"""Pages of event streams, which else never change: a page is written again without its members.

Its address stays, its name in the page store and its ETag do not; whoever has it in a cache has it
still. A page of which nothing is left is retired. What waits for its page goes too.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import PurePosixPath
from typing import Final

import asyncpg
import zstandard

from api.identifiers import parse_observation_id
from api.ldes.building.leader import LEADER
from api.ldes.page_names import PRIMARY
from api.ldes.page_store import PageStore
from api.ldes.terms import term
from deploy.erasure.subject import Subject
from deploy.erasure.trace import Trace
from schemas.publication import pack, unpack
from stream_processors.statements import statement

_CANDIDATES = statement(__package__, "candidate_pages")
_RENAME = statement(__package__, "rename_page")
_WAITING = statement(__package__, "waiting_of_datasets")
_REWRITE = statement(__package__, "rewrite_waiting")
_END_BUILDER = statement(__package__, "end_builder")
_MEMBER: Final = f" {term('tree:member')} "
_LEVEL: Final = 3
_MAXIMUM_BYTES: Final = 1 << 28


async def count_pages(connection: asyncpg.Connection, store: PageStore, subject: Subject) -> int:
    """Return in how many pages something of the subject lies."""
    rows = await connection.fetch(_CANDIDATES, *_time(subject))
    texts = [text for row in rows if (text := await _text(store, row["name"]))]
    return sum(any(_is_of(member, subject) for member in _members(text)) for text in texts)


async def erase_pages(
    connection: asyncpg.Connection, store: PageStore, subject: Subject, trace: Trace
) -> None:
    """Erase members from closed pages, and from what waits for a page."""
    async with _no_builder(connection):
        await _erase_waiting(connection, subject, trace)
        rows = await connection.fetch(_CANDIDATES, *_time(subject))
        for row in rows:
            await _erase_page(connection, store, subject, trace, row)
        await _sweep(connection, store, rows)


@asynccontextmanager
async def _no_builder(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Be the one who builds pages: the builder has to read again what is left."""
    await connection.execute(_END_BUILDER, LEADER)
    await connection.execute("select pg_advisory_lock($1)", LEADER)
    try:
        yield
    finally:
        await connection.execute("select pg_advisory_unlock($1)", LEADER)


async def _erase_waiting(connection: asyncpg.Connection, subject: Subject, trace: Trace) -> None:
    async with connection.transaction():
        for row in await connection.fetch(_WAITING, list(subject.datasets)):
            batch = unpack(row["batch"])
            left = [
                one for one in batch if not subject.holds(one.datastream_id, one.phenomenon_start)
            ]
            if len(left) < len(batch):
                await connection.execute(
                    _REWRITE, row["event_stream_id"], row["last_sequence"], pack(left)
                )
                await trace.count("pageMembers", len(batch) - len(left))


async def _erase_page(
    connection: asyncpg.Connection,
    store: PageStore,
    subject: Subject,
    trace: Trace,
    row: asyncpg.Record,
) -> None:
    text = await _text(store, row["name"])
    members = list(_members(text))
    left = [one for one in members if not _is_of(one, subject)]
    if len(left) == len(members):
        return
    content = (_head(text) + "".join(left)).encode()
    name = _renamed(row["name"], content)
    kept = zstandard.compress(content, _LEVEL)
    if left:
        kept = await store.keep(name + PRIMARY, kept)
    async with connection.transaction():
        page = row["event_stream_id"], row["page"]
        await connection.execute(_RENAME, *page, name, len(left), len(kept))
        await trace.count("pageMembers", len(members) - len(left))
        await trace.count("pages", 1)


async def _sweep(
    connection: asyncpg.Connection, store: PageStore, before: list[asyncpg.Record]
) -> None:
    """Remove what the store has of these pages under other names than those of now."""
    now = {
        (row["event_stream_id"], row["page"]): row["name"]
        for row in await connection.fetch("select event_stream_id, page, name from event_page")
    }
    for row in before:
        known = now[row["event_stream_id"], row["page"]]
        path = PurePosixPath(known)
        number = path.name.partition(".")[0]
        for name in await store.names(str(path.parent)):
            ours = PurePosixPath(name).name.partition(".")[0] == number
            if ours and not name.startswith(f"{known}."):
                await store.remove(name)


async def _text(store: PageStore, name: str) -> str:
    """Return a page; nothing where it is retired."""
    content = await store.find(name + PRIMARY)
    if content is None:
        return ""
    return zstandard.decompress(content, max_output_size=_MAXIMUM_BYTES).decode()


def _head(text: str) -> str:
    lines = text.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if _MEMBER in line), len(lines))
    return "".join(lines[:first])


def _members(text: str) -> Iterator[str]:
    """Yield the lines of each member, that of `tree:member` first."""
    member: list[str] = []
    for line in text.splitlines(keepends=True):
        if _MEMBER in line:
            if member:
                yield "".join(member)
            member = []
        if member or _MEMBER in line:
            member.append(line)
    if member:
        yield "".join(member)


def _is_of(member: str, subject: Subject) -> bool:
    """Tell whether a member is of the subject, by its IRI: `…/id/observation/{id}/{sequence}`."""
    first, _, _ = member.partition("\n")
    iri = first.partition(_MEMBER)[2].strip("<> .")
    key = parse_observation_id(iri.rpartition("/")[0].rpartition("/")[2])
    return key is not None and subject.holds(key.datastream_id, key.phenomenon_start)


def _renamed(name: str, content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    stem, _, old = name.rpartition(".")
    return f"{stem}.{digest[: len(old)]}"


def _time(subject: Subject) -> tuple[object, ...]:
    wish = subject.wish
    return list(subject.datasets), subject.datastreams, wish.begin, wish.end
