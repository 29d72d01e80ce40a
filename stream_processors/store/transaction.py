"""The transaction of a batch: offsets, rows, sequences, publication and account, all or none."""

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
from schemas.wire import DeadLetter
from stream_processors.database import Connection
from stream_processors.settings import StoreSettings
from stream_processors.statements import statement
from stream_processors.store.all_new import look_ahead, write_all
from stream_processors.store.dead_letter import columns_of
from stream_processors.store.ledger import Ledger
from stream_processors.store.place import Place
from stream_processors.store.place_table import advance
from stream_processors.store.recollection import letter_columns, reading_columns
from stream_processors.store.row import Row
from stream_processors.store.slices import Layout

TEMPORARY_TABLES = statement(__package__, "temporary_tables")
_LAST_ERASURE = "select last_erasure from publication_lane"
_SQL = {
    name: statement(__package__, name)
    for name in (
        "set_timeouts",
        "keep_dead_letters",
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
        "account",
        "account_replays",
        "disown",
        "settle_dead_letters",
        "take_over",
    )
}


@dataclass(kw_only=True)
class Committing:
    """What one transaction writes.

    Attributes:
        moves: places in Kafka, as we know them and as they become.
        last_erasure: the last one that was known when it was prepared.
        lane_seconds: how long the publication lane was held, known afterwards.
    """

    moves: Sequence[tuple[Place, Place]]
    last_erasure: int
    layout: Layout
    ledger: Ledger
    dead_letters: Sequence[DeadLetter]
    published: list[PublishedObservation] = field(default_factory=list)
    lane_seconds: float = 0.0


async def commit(connection: Connection, batch: Committing, settings: StoreSettings) -> None:
    """Write a batch; when this returns, it is durable.

    Raises:
        Fenced: another process owns a partition of the batch, or an erasure has begun that it
            does not know of; nothing was written.
        Exception: the client's own, untranslated; nothing was written, or (when the connection
            broke during the commit) all of it, which the next attempt notices by its offsets.
    """
    entered: float | None = None
    async with connection.transaction():
        await _set_timeouts(connection, settings)
        await advance(connection, batch.moves)
        if batch.dead_letters:
            await connection.execute(_SQL["keep_dead_letters"], *columns_of(batch.dead_letters))
        if batch.layout.rows:
            await _stage(connection, batch.layout.rows)
        if batch.layout.again:
            await _settle_again(connection, batch.layout)
        if batch.layout.rows:
            seen = await look_ahead(connection, batch.layout)
            await connection.execute(_SQL["enter_lane"], LANE)
            entered = time.perf_counter()
            await _write(connection, batch, seen=seen)
        if batch.ledger.accounts:
            await connection.execute(_SQL["account"], *batch.ledger.columns())
        if batch.ledger.replays:
            await connection.execute(_SQL["account_replays"], *batch.ledger.replay_columns())
    if entered is not None:
        batch.lane_seconds = time.perf_counter() - entered


async def _set_timeouts(connection: Connection, settings: StoreSettings) -> None:
    limits = (
        settings.lock_timeout_seconds,
        settings.statement_timeout_seconds,
        settings.idle_timeout_seconds,
    )
    texts = [f"{seconds * 1000:.0f}ms" for seconds in limits]
    await connection.execute(_SQL["set_timeouts"], *texts)


async def _stage(connection: Connection, rows: Sequence[Row]) -> None:
    await connection.copy_records_to_table("incoming", records=rows, columns=Row._fields)


async def _settle_again(connection: Connection, layout: Layout) -> None:
    """Let go of what replayed readings said before, and of dead letters that they make good."""
    whole = [one for one in layout.again if not one.dead_letters]
    await connection.execute(_SQL["disown"], *reading_columns(whole))
    await connection.execute(_SQL["settle_dead_letters"], *letter_columns(layout.again))


async def _write(connection: Connection, batch: Committing, *, seen: int | None) -> None:
    if seen is not None:
        batch.published = await write_all(
            connection, batch.layout, seen=seen, last_erasure=batch.last_erasure
        )
    if batch.published:
        batch.ledger.all_new(batch.layout.entries)
    else:
        await _write_rounds(connection, batch)
    if batch.published:
        await _publish(connection, batch.published)


async def _write_rounds(connection: Connection, batch: Committing) -> None:
    if await connection.fetchval(_LAST_ERASURE) != batch.last_erasure:
        raise Fenced("something is being erased that the batch may have; it is prepared anew")
    bounds = batch.layout.bounds()
    for turn in range(batch.layout.rounds):
        changed = await connection.fetch(
            _SQL["number_round"], turn, *bounds, MAXIMUM_PER_MILLISECOND
        )
        if changed:
            await _write_round(connection, turn, {row["change"] for row in changed})
            _enter(batch, changed)
        if batch.layout.again:
            await connection.execute(_SQL["take_over"], turn, *bounds)
    if batch.published:
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


def _enter(batch: Committing, changed: Sequence[asyncpg.Record]) -> None:
    for found in changed:
        row = batch.layout.rows[found["position"]]
        batch.ledger.changed(batch.layout.entries[row.position], found["change"])
        batch.published.append(
            PublishedObservation(
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
