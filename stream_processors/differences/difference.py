"""Difference: what registers counted in the intervals that readings touched."""

from collections import Counter
from collections.abc import Sequence

from schemas.interpreter.differences import Difference, RegisterReading
from stream_processors.database import Connection
from stream_processors.differences.window import Made, Window, columns_of, windows_of
from stream_processors.settings import LaneTimeouts
from stream_processors.statements import statement
from stream_processors.store import lane
from stream_processors.store.slices import Layout

TEMPORARY_TABLES = statement(__package__, "temporary_tables") + lane.TEMPORARY_TABLES
_BACKLOG = statement(__package__, "read_backlog")
_TAKE_SHARD = statement(__package__, "take_shard")
_TAKE_TASKS = statement(__package__, "take_tasks")
_BOUNDS = statement(__package__, "bound_touched")
_FIND_INTERVALS = statement(__package__, "find_intervals")
_READ_REGISTERS = statement(__package__, "read_registers")
_READ_DIFFERENCES = statement(__package__, "read_differences")


async def backlog(connection: Connection) -> dict[int, int]:
    """Return how many notes wait, by shard."""
    return {row["shard"]: row["tasks"] for row in await connection.fetch(_BACKLOG)}


async def difference(
    connection: Connection,
    *,
    shard: int,
    barring_flags: Sequence[str],
    most: int,
    timeouts: LaneTimeouts,
) -> Counter[str]:
    """Make the differences again that notes of a shard touch, oldest first.

    Args:
        connection: with the temporary tables of `TEMPORARY_TABLES`.
        shard: which; when another process is at work on it, nothing is done.
        barring_flags: codes of the flags that bar a value from statistics.
        most: notes to take at a time.
        timeouts: of the publication lane.

    Returns:
        How many differences are new, corrected and withdrawn.

    Raises:
        Fenced: an erasure has begun meanwhile; nothing was written, and the notes are there.
    """
    async with connection.transaction():
        if not await connection.fetchval(_TAKE_SHARD, shard):
            return Counter()
        await lane.set_timeouts(connection, timeouts)
        last_erasure = await connection.fetchval(lane.LAST_ERASURE)
        await connection.execute(_TAKE_TASKS, shard, most)
        windows = await _windows(connection, barring_flags)
        layout = _layout(windows)
        if not layout.rows:
            return Counter()
        await lane.stage(connection, layout.rows)
        passage = await lane.pass_lane(connection, layout, last_erasure=last_erasure)
    return Counter(one.change for one in passage.published)


async def _windows(connection: Connection, barring_flags: Sequence[str]) -> list[Window]:
    """Return what may have changed, with the readings that it is made of and what there is."""
    bounds = await connection.fetchrow(_BOUNDS)
    if bounds is None or bounds["first"] is None:
        return []
    intervals = await connection.fetch(
        _FIND_INTERVALS, list(barring_flags), bounds["first"], bounds["last"]
    )
    windows = windows_of(intervals)
    if windows:
        await _read_registers(connection, windows, barring_flags)
        await _read_differences(connection, windows)
    return windows


async def _read_registers(
    connection: Connection, windows: Sequence[Window], barring_flags: Sequence[str]
) -> None:
    begins, ends = columns_of(windows, around=1)
    rows = await connection.fetch(
        _READ_REGISTERS,
        [one.register_id for one in windows],
        begins,
        ends,
        list(barring_flags),
        min(begins),
        max(ends),
    )
    for place, time, value, quality, received_time in rows:
        windows[place].readings.append(RegisterReading(time, value, quality or ()))
        windows[place].received.append(received_time)


async def _read_differences(connection: Connection, windows: Sequence[Window]) -> None:
    begins, ends = columns_of(windows, around=0)
    rows = await connection.fetch(
        _READ_DIFFERENCES,
        [one.datastream_id for one in windows],
        begins,
        ends,
        min(begins),
        max(ends),
    )
    for place, start, result, quality, received_time in rows:
        window = windows[place]
        end = start + window.register.interval
        made = Made(Difference(start, end, result, tuple(quality or ())), received_time)
        window.made[start] = made


def _layout(windows: Sequence[Window]) -> Layout:
    changes = [row for window in windows for row in window.changes()]
    rows = [row._replace(position=position) for position, row in enumerate(changes)]
    return Layout(rows=rows, rounds=1)
