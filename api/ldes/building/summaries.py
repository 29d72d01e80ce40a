"""Hours and days on their way into event streams: what is due, and the places that it gets.

The builder is the only one who publishes them, so it gives them their sequences and times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Final

import asyncpg
import msgspec

from api.iris import Kind
from api.ldes.building.stream import Stream
from api.ldes.summary import PERIODS, Sums
from api.leader import Connection
from schemas.publication import MAXIMUM_PER_MILLISECOND, Change, PublishedObservation

_FOLDER: Final = files("api.ldes.building")
_DUE: Final = (_FOLDER / "due_summaries.sql").read_text(encoding="utf-8")
_SETTLE: Final = (_FOLDER / "settle_summaries.sql").read_text(encoding="utf-8")
_KINDS: Final[dict[str, Kind]] = {period: kind for kind, period in PERIODS.items()}
MOST: Final = 500
"""Dealt with in a turn: few enough that observations do not wait for them."""

_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Settled:
    """An hour or a day that was dealt with.

    Attributes:
        row: as it was due.
        sequence: under which it is published now.
        withdrawn: whether that is its withdrawal.
    """

    row: asyncpg.Record
    sequence: int
    withdrawn: bool


async def due(connection: Connection, *, rest_seconds: float) -> list[asyncpg.Record]:
    """Return hours and days whose sums changed and have rested since, some at a time."""
    return list(await connection.fetch(_DUE, timedelta(seconds=rest_seconds), MOST))


def kind_of(row: asyncpg.Record) -> Kind:
    """Return the kind of stream that a row belongs to."""
    return _KINDS[row["period"]]


def publish(stream: Stream, rows: Iterable[asyncpg.Record], now: datetime) -> list[Settled]:
    """Let a stream take hours or days, at places behind all that it has."""
    begin, settled = _begin(stream, now), []
    for row in rows:
        gone = row["count"] is None
        if gone and (row["withdrawn"] or not row["sequence"]):
            settled.append(Settled(row, row["sequence"], withdrawn=row["withdrawn"]))
            continue
        place, sequence = len(settled), stream.last_sequence + 1
        time = begin + place // MAXIMUM_PER_MILLISECOND * _MILLISECOND
        stream.take(_published(row, sequence, time, gone=gone))
        settled.append(Settled(row, sequence, withdrawn=gone))
    return settled


def skipped(rows: Iterable[asyncpg.Record]) -> list[Settled]:
    """Return hours or days that are in no stream as dealt with."""
    return [Settled(row, row["sequence"], withdrawn=row["withdrawn"]) for row in rows]


async def settle(connection: Connection, settled: Sequence[Settled]) -> None:
    """Write down what was dealt with, in the transaction that writes down where it waits."""
    names = ("datastream_id", "period", "bucket_start", "changed_at")
    columns = [[one.row[name] for one in settled] for name in names]
    sequences = [one.sequence for one in settled]
    withdrawn = [one.withdrawn for one in settled]
    await connection.execute(_SETTLE, *columns, sequences, withdrawn)


def milliseconds(time: datetime) -> datetime:
    """Return a time without what is less than a millisecond."""
    return time.astimezone(UTC).replace(microsecond=time.microsecond // 1000 * 1000)


def _begin(stream: Stream, now: datetime) -> datetime:
    """Return a time that is after everything that the stream has."""
    paging = stream.paging
    last = paging.waiting[-1].published_time + _MILLISECOND if paging.waiting else now
    return max(milliseconds(now), last, paging.lower or now)


def _published(
    row: asyncpg.Record, sequence: int, time: datetime, *, gone: bool
) -> PublishedObservation:
    known: Change = "corrected" if row["sequence"] and not row["withdrawn"] else "new"
    sums = Sums(
        count=row["count"] or 0,
        flagged_count=row["flagged_count"] or 0,
        sum=row["sum"],
        minimum=row["minimum"],
        maximum=row["maximum"],
        first=row["first"],
        last=row["last"],
        revises=row["sequence"],
    )
    return PublishedObservation(
        sequence=sequence,
        published_time=time,
        datastream_id=row["datastream_id"],
        phenomenon_start=row["bucket_start"],
        phenomenon_end=row["bucket_end"],
        result_time=row["computed_at"] or row["changed_at"],
        result=msgspec.to_builtins(sums),
        change="withdrawn" if gone else known,
    )
