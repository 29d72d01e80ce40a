"""The bytes on the disk: what PostgreSQL freed still has them, until it is written over.

Tables are written anew, and the write-ahead log begins anew. Each table is locked for as long as
that takes; the store waits, and goes on.
"""

from typing import Final

import asyncpg

from deploy.erasure.subject import Subject
from schemas.errors import StoreUnavailable
from stream_processors.statements import statement

_CHUNKS = statement(__package__, "touched_chunks")
_HAS_CHUNKS: Final = "select to_regclass('timescaledb_information.chunks') is not null"
_TABLES: Final = (
    "observation_version",
    "publication",
    "latest",
    "aggregate",
    "quality_hour",
    "dead_letter",
    "event_waiting",
    "chronicle",
    "feature_of_interest",
    "historical_location",
    "location",
)
_FORGETFUL: Final = (
    # Else segments are used again under a new name, with what was in them.
    "alter system set wal_recycle = off",
    "select pg_reload_conf()",
    "checkpoint",
    "select pg_switch_wal()",
    "checkpoint",
    "select pg_switch_wal()",
    "checkpoint",
    "alter system reset wal_recycle",
    "select pg_reload_conf()",
)


async def scrub(connection: asyncpg.Connection, subject: Subject) -> None:
    """Write the tables anew in which something was, and begin the write-ahead log anew.

    Raises:
        StoreUnavailable: a table is in use for longer than we wait.
    """
    await connection.execute("set lock_timeout = '30s'")
    for relation in (*await _observations(connection, subject), *_TABLES):
        try:
            await connection.execute(f"vacuum (full) {relation}")
        except asyncpg.LockNotAvailableError as busy:
            raise StoreUnavailable(
                f"{relation} is in use, so it could not be written anew: erase again, it goes on"
            ) from busy
    for statement_of_wal in _FORGETFUL:
        await connection.execute(statement_of_wal)


async def _observations(connection: asyncpg.Connection, subject: Subject) -> list[str]:
    if not await connection.fetchval(_HAS_CHUNKS):
        return ["observation"]
    rows = await connection.fetch(_CHUNKS, subject.wish.begin, subject.wish.end)
    return [row["relation"] for row in rows]
