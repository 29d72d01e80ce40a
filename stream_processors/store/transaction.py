"""The transaction of a batch: offsets, rows, sequences, publication and account, all or none."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.wire import DeadLetter
from stream_processors.database import Connection
from stream_processors.settings import StoreSettings
from stream_processors.statements import statement
from stream_processors.store.dead_letter import columns_of
from stream_processors.store.lane import Passage, pass_lane, set_timeouts, stage
from stream_processors.store.ledger import Ledger
from stream_processors.store.place import Place
from stream_processors.store.place_table import advance
from stream_processors.store.recollection import letter_columns, reading_columns
from stream_processors.store.slices import Layout

_SQL = {
    name: statement(__package__, name)
    for name in (
        "keep_dead_letters",
        "note_difference_tasks",
        "account",
        "account_replays",
        "disown",
        "settle_dead_letters",
    )
}


@dataclass(kw_only=True)
class Committing:
    """What one transaction writes.

    Attributes:
        moves: places in Kafka, as we know them and as they become.
        last_erasure: the last one that was known when it was prepared.
        has_registers: differences may be made of some of its rows.
        lane_seconds: how long the publication lane was held, known afterwards.
        sequences: first and last of what was published, known afterwards; `None` is nothing.
    """

    moves: Sequence[tuple[Place, Place]]
    last_erasure: int
    layout: Layout
    ledger: Ledger
    dead_letters: Sequence[DeadLetter]
    has_registers: bool = False
    lane_seconds: float = 0.0
    sequences: tuple[int, int] | None = None


async def commit(connection: Connection, batch: Committing, settings: StoreSettings) -> None:
    """Write a batch; when this returns, it is durable.

    Raises:
        Fenced: another process owns a partition of the batch, or an erasure has begun that it
            does not know of; nothing was written.
        Exception: the client's own, untranslated; nothing was written, or (when the connection
            broke during the commit) all of it, which the next attempt notices by its offsets.
    """
    passage: Passage | None = None
    async with connection.transaction():
        await set_timeouts(connection, settings)
        await advance(connection, batch.moves)
        if batch.dead_letters:
            await connection.execute(_SQL["keep_dead_letters"], *columns_of(batch.dead_letters))
        if batch.layout.rows:
            await stage(connection, batch.layout.rows)
        if batch.layout.again:
            await _settle_again(connection, batch.layout)
        if batch.has_registers:
            await connection.execute(_SQL["note_difference_tasks"])
        if batch.layout.rows:
            passage = await pass_lane(connection, batch.layout, last_erasure=batch.last_erasure)
            _enter(batch, passage)
        if batch.ledger.accounts:
            await connection.execute(_SQL["account"], *batch.ledger.columns())
        if batch.ledger.replays:
            await connection.execute(_SQL["account_replays"], *batch.ledger.replay_columns())
    if passage is not None:
        batch.sequences = passage.sequences
        batch.lane_seconds = time.perf_counter() - passage.entered


async def _settle_again(connection: Connection, layout: Layout) -> None:
    """Let go of what replayed readings said before, and of dead letters that they make good."""
    whole = [one for one in layout.again if not one.dead_letters]
    await connection.execute(_SQL["disown"], *reading_columns(whole))
    await connection.execute(_SQL["settle_dead_letters"], *letter_columns(layout.again))


def _enter(batch: Committing, passage: Passage) -> None:
    """Count what changed for what it was."""
    entries = batch.layout.entries
    if passage.all_new:
        batch.ledger.all_new(entries)
        return
    for position, one in zip(passage.positions, passage.published, strict=True):
        batch.ledger.changed(entries[position], one.change)
