"""Pages of event streams, which else never change: a page is written again without its members.

Its address stays, its name in the page store and its ETag do not; whoever has it in a cache has it
still. A page of which nothing is left is retired. What waits for its page goes too.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import PurePosixPath
from typing import Final

import asyncpg
import zstandard

from api.ldes.building.leader import LEADER
from api.ldes.page_names import PRIMARY
from api.ldes.page_store import PageStore
from deploy.erasure.members import Doomed, head, members, observations_of, sums_of
from deploy.erasure.subject import Subject
from deploy.erasure.trace import Trace
from schemas.publication import pack, unpack
from stream_processors.statements import statement

_CANDIDATES = statement(__package__, "candidate_pages")
_RENAME = statement(__package__, "rename_page")
_RENEW = statement(__package__, "renew_sums")
_WAITING = statement(__package__, "waiting_of_datasets")
_REWRITE = statement(__package__, "rewrite_waiting")
_END_BUILDER = statement(__package__, "end_builder")
_LEVEL: Final = 3
_MAXIMUM_BYTES: Final = 1 << 28


async def count_pages(connection: asyncpg.Connection, store: PageStore, subject: Subject) -> int:
    """Return in how many pages something of the subject lies."""
    count = 0
    for doomed in (observations_of(subject), await sums_of(connection, subject)):
        for row in await connection.fetch(_CANDIDATES, *_time(subject), *_place(doomed)):
            count += any(map(doomed.has_member, members(await _text(store, row["name"]))))
    return count


async def erase_pages(
    connection: asyncpg.Connection, store: PageStore, subject: Subject, trace: Trace
) -> None:
    """Erase observations from closed pages, and from what waits for a page."""
    async with _no_builder(connection):
        await _erase(connection, store, subject, trace, observations_of(subject))


async def erase_sums(
    connection: asyncpg.Connection, store: PageStore, subject: Subject, trace: Trace
) -> None:
    """Erase the hours and days that the subject was summed up in, in the same way.

    What they are summed up to without it is published anew; so the rows have to be gone already.
    """
    lengths, wish = list(subject.intervals.values()), subject.wish
    async with _no_builder(connection):
        doomed = await sums_of(connection, subject)
        await connection.execute(_RENEW, subject.datastreams, lengths, wish.begin, wish.end)
        await _erase(connection, store, subject, trace, doomed)


async def _erase(
    connection: asyncpg.Connection,
    store: PageStore,
    subject: Subject,
    trace: Trace,
    doomed: Doomed,
) -> None:
    await _erase_waiting(connection, subject, trace, doomed)
    rows = await connection.fetch(_CANDIDATES, *_time(subject), *_place(doomed))
    for row in rows:
        await _erase_page(connection, store, doomed, trace, row)
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


async def _erase_waiting(
    connection: asyncpg.Connection, subject: Subject, trace: Trace, doomed: Doomed
) -> None:
    async with connection.transaction():
        for row in await connection.fetch(_WAITING, list(subject.datasets), doomed.kinds):
            batch = unpack(row["batch"])
            left = [one for one in batch if not doomed.has_waiting(row["kind"], one)]
            if len(left) < len(batch):
                await connection.execute(
                    _REWRITE, row["event_stream_id"], row["last_sequence"], pack(left)
                )
                await trace.count("pageMembers", len(batch) - len(left))


async def _erase_page(
    connection: asyncpg.Connection,
    store: PageStore,
    doomed: Doomed,
    trace: Trace,
    row: asyncpg.Record,
) -> None:
    text = await _text(store, row["name"])
    found = list(members(text))
    left = [one for one in found if not doomed.has_member(one)]
    if len(left) == len(found):
        return
    content = (head(text) + "".join(left)).encode()
    name = _renamed(row["name"], content)
    kept = zstandard.compress(content, _LEVEL)
    if left:
        kept = await store.keep(name + PRIMARY, kept)
    async with connection.transaction():
        page = row["event_stream_id"], row["page"]
        await connection.execute(_RENAME, *page, name, len(left), len(kept))
        await trace.count("pageMembers", len(found) - len(left))
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


def _renamed(name: str, content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    stem, _, old = name.rpartition(".")
    return f"{stem}.{digest[: len(old)]}"


def _time(subject: Subject) -> tuple[object, ...]:
    wish = subject.wish
    return list(subject.datasets), subject.datastreams, wish.begin, wish.end


def _place(doomed: Doomed) -> tuple[object, ...]:
    return list(doomed.kinds), doomed.since
