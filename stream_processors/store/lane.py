"""The publication lane: observations staged, judged, numbered, written and published, in order.

Whoever writes observations passes it: the store with what readings gave, and the processor of
differences with what it derived. All of it happens in the caller's transaction.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec

from schemas.errors import Fenced
from schemas.publication import (
    CHANNEL,
    LANE,
    MAXIMUM_PER_MILLISECOND,
    PublishedObservation,
    pack,
)
from stream_processors.database import Connection
from stream_processors.settings import LaneTimeouts
from stream_processors.statements import statement
from stream_processors.store.all_new import look_ahead, write_all
from stream_processors.store.row import Row
from stream_processors.store.slices import Layout

LAST_ERASURE = "select last_erasure from publication_lane"
"""The last erasure that whoever writes must know of."""

TEMPORARY_TABLES = statement(__package__, "temporary_tables")
_SQL = {
    name: statement(__package__, name)
    for name in (
        "set_timeouts",
        "enter_lane",
        "number_round",
        "insert_new",
        "correct",
        "withdraw",
        "extend_latest",
        "mend_latest",
        "forget_latest",
        "publish",
        "note_aggregate_tasks",
        "take_over",
    )
}


@dataclass(kw_only=True)
class Passage:
    """What passed the lane.

    Attributes:
        entered: when the lane was ours, on `time.perf_counter`; it is until the commit.
        published: what changed, in the order of its sequence.
        all_new: it is the whole layout, in its order.
        positions: else, where in the layout each of it lies.
    """

    entered: float
    published: list[PublishedObservation] = field(default_factory=list)
    all_new: bool = False
    positions: list[int] = field(default_factory=list)

    @property
    def sequences(self) -> tuple[int, int] | None:
        """The first and the last of what was published, `None` for nothing."""
        return (
            (self.published[0].sequence, self.published[-1].sequence) if self.published else None
        )


async def set_timeouts(connection: Connection, timeouts: LaneTimeouts) -> None:
    """Let the server free the locks of this transaction when we stall."""
    limits = (
        timeouts.lock_timeout_seconds,
        timeouts.statement_timeout_seconds,
        timeouts.idle_timeout_seconds,
    )
    texts = [f"{seconds * 1000:.0f}ms" for seconds in limits]
    await connection.execute(_SQL["set_timeouts"], *texts)


async def stage(connection: Connection, rows: Sequence[Row]) -> None:
    """Bring rows to the database, in no table yet that others see."""
    await connection.copy_records_to_table("incoming", records=rows, columns=Row._fields)


async def pass_lane(connection: Connection, layout: Layout, *, last_erasure: int) -> Passage:
    """Write what is staged and is news, in the one order of everything published.

    Args:
        connection: in a transaction, with the temporary tables; its rows are staged.
        layout: what is staged; there are rows.
        last_erasure: the last one that was known when it was prepared.

    Raises:
        Fenced: an erasure has begun since; the transaction must be taken back.
    """
    seen = await look_ahead(connection, layout)
    await connection.execute(_SQL["enter_lane"], LANE)
    passage = Passage(entered=time.perf_counter())
    if seen is not None:
        passage.published = await write_all(
            connection, layout, seen=seen, last_erasure=last_erasure
        )
        passage.all_new = bool(passage.published)
    if not passage.all_new:
        if await connection.fetchval(LAST_ERASURE) != last_erasure:
            raise Fenced("something is being erased that the batch may have; it is prepared anew")
        await _write_rounds(connection, layout, passage)
    if passage.published:
        await _publish(connection, passage.published)
    return passage


async def _write_rounds(connection: Connection, layout: Layout, passage: Passage) -> None:
    bounds = layout.bounds()
    for turn in range(layout.rounds):
        changed = await connection.fetch(
            _SQL["number_round"], turn, *bounds, MAXIMUM_PER_MILLISECOND
        )
        if changed:
            await _write_round(connection, turn, {row["change"] for row in changed})
            passage.positions += [row["position"] for row in changed]
            passage.published += _published(layout.rows, changed)
        if layout.again:
            await connection.execute(_SQL["take_over"], turn, *bounds)
    if passage.published:
        await connection.execute(_SQL["note_aggregate_tasks"])


async def _write_round(connection: Connection, turn: int, changes: set[str]) -> None:
    for name in _statements(changes):
        await connection.execute(_SQL[name], turn)


def _statements(changes: set[str]) -> Iterable[str]:
    """Return what a round needs; nearly always only what is new."""
    if "corrected" in changes:
        yield "correct"
    if "withdrawn" in changes:
        yield "withdraw"
    if "new" in changes:
        yield "insert_new"
        yield "extend_latest"
    if changes - {"new"}:
        yield "mend_latest"
    if "withdrawn" in changes:
        yield "forget_latest"


def _published(
    rows: Sequence[Row], changed: Sequence[asyncpg.Record]
) -> Iterable[PublishedObservation]:
    for found in changed:
        row = rows[found["position"]]
        yield PublishedObservation(
            sequence=found["sequence"],
            published_time=found["published_at"],
            datastream_id=row.datastream_id,
            phenomenon_start=row.phenomenon_start,
            phenomenon_end=found["phenomenon_end"],
            result_time=found["result_time"],
            result=_result(found["result_number"], found["result_json"]),
            quality=tuple(found["quality"] or ()),
            change=found["change"],
        )


def _result(number: float | None, document: str | None) -> Any:
    return msgspec.json.decode(document) if document is not None else number


async def _publish(connection: Connection, published: list[PublishedObservation]) -> None:
    first, last = published[0], published[-1]
    await connection.execute(
        _SQL["publish"],
        first.sequence,
        last.sequence,
        first.published_time,
        last.published_time,
        len(published),
        pack(published),
        CHANNEL,
    )
