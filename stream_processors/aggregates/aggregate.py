"""Aggregate: quarters from observations, hours from quarters, days from hours."""

from collections.abc import Sequence

from stream_processors.database import Connection
from stream_processors.statements import statement

TEMPORARY_TABLES = statement(__package__, "temporary_tables")
_BACKLOG = statement(__package__, "read_backlog")
_TAKE_SHARD = statement(__package__, "take_shard")
_TAKE_TASKS = statement(__package__, "take_tasks")
_BOUNDS = statement(__package__, "bound_touched")
_NOTE_HOURS = statement(__package__, "note_hours")
_SUM_QUARTERS = statement(__package__, "sum_quarters")
_TOUCH = statement(__package__, "touch_periods")
_SUM = statement(__package__, "sum_periods")
_FORGET = "delete from touched_period"


async def backlog(connection: Connection) -> dict[int, int]:
    """Return how many notes wait, by shard."""
    return {row["shard"]: row["tasks"] for row in await connection.fetch(_BACKLOG)}


async def aggregate(
    connection: Connection, *, shard: int, barring_flags: Sequence[str], most: int
) -> None:
    """Sum up what was noted in a shard, oldest first.

    Args:
        connection: with the temporary tables of `TEMPORARY_TABLES`.
        shard: which; when another process is at work on it, nothing is done.
        barring_flags: codes of the flags that bar a value from statistics.
        most: notes to take at a time.
    """
    async with connection.transaction():
        if not await connection.fetchval(_TAKE_SHARD, shard):
            return
        await connection.execute(_TAKE_TASKS, shard, most)
        bounds = await connection.fetchrow(_BOUNDS)
        if bounds is None or bounds["first"] is None:
            return
        await connection.execute(
            _SUM_QUARTERS, list(barring_flags), bounds["first"], bounds["last"]
        )
        await connection.execute(_NOTE_HOURS)
        for period, source in (("hour", "quarter"), ("day", "hour")):
            await connection.execute(_FORGET)
            await connection.execute(_TOUCH, period)
            await connection.execute(_SUM, period, source)
