"""What a thing was called and where it stood before: places, and versions in its city's feed.

What it is called and where it stands now is its city's word, in its pack: that is mended first.
"""

from typing import Final

import asyncpg

from api.feeds.tree import page_name, page_of
from api.ldes.page_store import PageStore
from deploy.erasure.subject import Subject
from deploy.erasure.trace import Trace
from stream_processors.statements import statement

_SUBJECTS = statement(__package__, "thing_subjects")
_COUNT = statement(__package__, "count_names")
_TOLD = statement(__package__, "erase_told")
_PLACES = statement(__package__, "erase_places")
_LOCK: Final = "select pg_advisory_xact_lock(hashtext('chronicle'))"
_POSITIONS: Final = "select position from chronicle where feed = $1 and subject = any($2)"


async def count_names(connection: asyncpg.Connection, subject: Subject) -> dict[str, int]:
    """Return how many earlier names and places there are to be erased, by kind."""
    row = await connection.fetchrow(_COUNT, subject.thing_id, *await _told(connection, subject))
    return dict(row or {})


async def erase_names(connection: asyncpg.Connection, subject: Subject, trace: Trace) -> None:
    """Erase earlier names and places of a thing, its sensors, features and datastreams."""
    async with connection.transaction():
        await connection.execute(_LOCK)
        await connection.execute(_PLACES, subject.thing_id)
        told = await connection.fetchval(_TOLD, *await _told(connection, subject))
        await trace.count("feedVersions", told)


async def forget_pages(connection: asyncpg.Connection, store: PageStore, subject: Subject) -> None:
    """Remove the pages of the feed that are kept and told of the thing.

    The next who asks gets them anew. One who asked while names were erased may have had a page
    kept as it was: so this is done once more, later.
    """
    rows = await connection.fetch(_POSITIONS, *await _told(connection, subject))
    gone = {page_name(page_of(row["position"]).number) for row in rows}
    folder = f"feeds/{subject.wish.city}"
    for name in await store.names(f"{folder}/page"):
        if name.removeprefix(f"{folder}/").partition(".")[0] in gone:
            await store.remove(name)


async def _told(connection: asyncpg.Connection, subject: Subject) -> tuple[str, list[str]]:
    rows = await connection.fetch(_SUBJECTS, subject.thing_id)
    return subject.wish.city, [row[0] for row in rows]
