"""A batch in which everything is new, as nearly all are: judged before the lane is entered.

What was seen outside of the lane holds inside of it when nothing was published meanwhile; then the
lane is held only to number and to write. Otherwise the batch is judged again, round by round.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from schemas.publication import MAXIMUM_PER_MILLISECOND, PublishedObservation
from stream_processors.database import Connection
from stream_processors.statements import statement
from stream_processors.store.row import Row
from stream_processors.store.slices import Layout

_LOOK = statement(__package__, "look_ahead")
_NOTE = statement(__package__, "note_aggregate_tasks_ahead")
_NUMBER = statement(__package__, "number_all")
_INSERT = statement(__package__, "insert_new")
_EXTEND = statement(__package__, "extend_latest")


async def look_ahead(connection: Connection, layout: Layout) -> int | None:
    """Return the last sequence published when everything staged was new, `None` when it is not."""
    if layout.rounds != 1:
        return None
    found = await connection.fetchrow(_LOOK, *layout.bounds())
    if found is None or not found["all_new"]:
        return None
    await connection.execute(_NOTE)
    return int(found["last_sequence"])


async def write_all(
    connection: Connection, layout: Layout, *, seen: int, last_erasure: int
) -> list[PublishedObservation]:
    """Number and write everything staged, and return it; nothing, if it must be judged again.

    Args:
        connection: in the lane.
        layout: what is staged.
        seen: what `look_ahead` returned.
        last_erasure: the last one that was known when it was staged.
    """
    numbers = await connection.fetchrow(
        _NUMBER, seen, len(layout.rows), MAXIMUM_PER_MILLISECOND, last_erasure
    )
    if numbers is None:
        return []
    await connection.execute(_INSERT, 0)
    await connection.execute(_EXTEND, 0)
    return _published(layout.rows, numbers)


def _published(rows: Sequence[Row], numbers: asyncpg.Record) -> list[PublishedObservation]:
    """Return what the database wrote, which counts in the same way."""
    first, begin, slot = numbers
    return [
        PublishedObservation(
            first + row.position,
            _later(begin, (slot + row.position) // MAXIMUM_PER_MILLISECOND),
            row.datastream_id,
            row.phenomenon_start,
            row.phenomenon_end,
            row.result_time,
            _result(row),
            row.quality or (),
        )
        for row in rows
    ]


def _later(begin: datetime, milliseconds: int) -> datetime:
    return begin + timedelta(milliseconds=milliseconds) if milliseconds else begin


def _result(row: Row) -> Any:
    return row.result_number if row.result_json is None else msgspec.json.decode(row.result_json)
