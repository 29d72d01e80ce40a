"""What readings gave before, when they are replayed: what of it they give no more goes back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from stream_processors.database import Connection
from stream_processors.statements import statement
from stream_processors.store.prepared import Prepared

Readings: TypeAlias = tuple[list[datetime], list[int], list[int]]

_GIVEN_BEFORE = statement(__package__, "given_before")


async def recollect(connection: Connection, part: Sequence[Prepared]) -> None:
    """Note of each replayed reading what it gives no more, and whether it only repeats others.

    What is found holds until the commit of the same records, or that is fenced: only the owner of
    a reading's partition writes under its name. A reading that cannot be stored whole takes
    nothing back.
    """
    again = [one for one in part if one.reading and one.reading.replayed]
    if not again:
        return
    for one in again:
        one.repeats, one.withdrawals = True, []
    times, partitions, offsets = reading_columns(again)
    rows = await connection.fetch(
        _GIVEN_BEFORE, times, partitions, offsets, min(times), max(times)
    )
    given = [
        {(series, found.phenomenon_start) for series, found in one.observations} for one in again
    ]
    for row in rows:
        prepared, key = again[row["place"]], (row["datastream_id"], row["phenomenon_start"])
        prepared.repeats = not row["brought"]
        if key[0] is not None and key not in given[row["place"]] and not prepared.dead_letters:
            prepared.withdrawals.append(key)


def reading_columns(again: Sequence[Prepared]) -> Readings:
    """Return what replayed readings are known by, as columns."""
    readings = [one.reading for one in again if one.reading]
    return (
        [one.received_time for one in readings],
        [one.partition for one in readings],
        [one.offset for one in readings],
    )


def letter_columns(again: Sequence[Prepared]) -> tuple[list[Any], ...]:
    """Return the same, whether the profile rejects nothing, and what letter the store keeps."""
    readable = [not one.reading.rejections for one in again if one.reading]
    kept = [one.dead_letters[0].payload_sha256 if one.dead_letters else "" for one in again]
    return (*reading_columns(again), readable, kept)
