"""Figures: hours counted from observations, and the last day's of datastreams and datasets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from stream_processors.database import Connection
from stream_processors.statements import statement

TEMPORARY_TABLES = statement(__package__, "temporary_tables")
LATENESS: Final = timedelta(minutes=15)
"""An hour is looked at when it has been over for so long: its last values are on their way."""
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_SUMMARY: Final = -1  # no shard has this number
_BACKLOG = statement(__package__, "read_backlog")
_TAKE_SHARD = statement(__package__, "take_shard")
_TAKE_TASKS = statement(__package__, "take_tasks")
_COUNT = statement(__package__, "count_hours")
_DATASTREAMS = statement(__package__, "summarise_datastreams")
_DATASETS = statement(__package__, "summarise_datasets")


@dataclass(frozen=True, kw_only=True)
class Severities:
    """The codes of the flags of two severities."""

    error: Sequence[str]
    warning: Sequence[str]


async def backlog(connection: Connection) -> dict[int, int]:
    """Return how many notes wait, by shard."""
    return {row["shard"]: row["tasks"] for row in await connection.fetch(_BACKLOG)}


async def count_hours(
    connection: Connection, *, shard: int, severities: Severities, most: int
) -> set[int]:
    """Count the hours that were noted in a shard, oldest first; return their datastreams.

    Args:
        connection: with the temporary table of `TEMPORARY_TABLES`.
        shard: which; when another process is at work on it, nothing is done.
        severities: codes of flags.
        most: notes to take at a time.
    """
    async with connection.transaction():
        if not await connection.fetchval(_TAKE_SHARD, shard):
            return set()
        touched = await connection.fetch(_TAKE_TASKS, shard, most)
        if not touched:
            return set()
        starts = [row["hour_start"] for row in touched]
        bounds = (min(starts), max(starts) + _HOUR)
        await connection.execute(_COUNT, list(severities.error), list(severities.warning), *bounds)
    return {row["datastream_id"] for row in touched}


async def summarise(connection: Connection, *, touched: Sequence[int], now: datetime) -> None:
    """Write the last day's figures of all datastreams and datasets.

    Args:
        connection: any.
        touched: datastreams of which something was counted: their cadence is learned anew.
        now: aware; the day ends with the last hour that has been over for a while.
    """
    end = (now - LATENESS).replace(minute=0, second=0, microsecond=0)
    async with connection.transaction():
        if await connection.fetchval(_TAKE_SHARD, _SUMMARY):
            await connection.execute(_DATASTREAMS, touched, end - _DAY, end)
            await connection.execute(_DATASETS, end - _DAY, end)
