"""A batch cut into transactions, and its observations laid out as rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import msgspec

from schemas.wire import Observation
from stream_processors.store.ledger import Entry, entry_of
from stream_processors.store.prepared import Prepared
from stream_processors.store.row import Row, row_of, withdrawal_of

Key: TypeAlias = tuple[int, datetime]

MAXIMUM_ROWS = 5_000
"""Rows of a transaction: the lane is held for about 8 µs a row (README, "Measured")."""
MAXIMUM_ROUNDS = 8
"""The same key so often at most in a transaction: each time is a round trip in the lane."""


@dataclass(kw_only=True)
class Layout:
    """The rows of a slice; `entries[position]` is under what a row is counted.

    Attributes:
        again: what is replayed.
    """

    rows: list[Row] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    rounds: int = 0
    again: list[Prepared] = field(default_factory=list)

    def bounds(self) -> tuple[datetime, datetime]:
        """Return the first and the last phenomenon start; there are rows."""
        starts = [row.phenomenon_start for row in self.rows]
        return min(starts), max(starts)


def sliced(batch: Sequence[Prepared]) -> Iterator[list[Prepared]]:
    """Cut a batch, in its order, so that no transaction grows beyond the limits.

    A single record may: it is never cut. What a replayed reading gave before is looked for before
    its transaction, so that the same one twice goes in two.
    """
    part: list[Prepared] = []
    times: dict[Key, int] = {}
    again: set[tuple[int, int]] = set()
    rows = 0
    for prepared in batch:
        keys = [(series, one.phenomenon_start) for series, one in prepared.observations]
        deepest = max((times.get(key, 0) for key in keys), default=0)
        name = _replayed(prepared)
        full = rows + len(keys) > MAXIMUM_ROWS or deepest >= MAXIMUM_ROUNDS or name in again
        if part and full:
            yield part
            part, times, again, rows = [], {}, set(), 0
        part.append(prepared)
        rows += len(keys)
        again |= {name} if name else set()
        for key in keys:
            times[key] = times.get(key, 0) + 1
    if part:
        yield part


def lay_out(part: Sequence[Prepared]) -> Layout:
    """Return the rows of a slice.

    The same key goes to a later round each time, so that the rounds keep its order; the same
    observation once more at once is a duplicate whatever the database holds, and no row; unless
    one of the two is replayed, which the database judges.
    """
    layout = Layout()
    last: dict[Key, tuple[int, Observation | None]] = {}
    for prepared in part:
        reading = prepared.reading
        if reading is None:
            continue
        entry = entry_of(reading)
        _lay_out_withdrawals(layout, last, prepared, entry)
        for series, observation in prepared.observations:
            key = (series, observation.phenomenon_start)
            before = last.get(key)
            if before and not reading.replayed and _same(before[1], observation):
                continue
            turn = before[0] + 1 if before else 0
            last[key] = (turn, None if reading.replayed else observation)
            if turn == layout.rounds:
                layout.rounds += 1
            row = row_of(reading, observation, series, len(layout.rows), turn)
            layout.rows.append(row._replace(repeats=True) if prepared.repeats else row)
            layout.entries.append(entry)
    return layout


def _lay_out_withdrawals(
    layout: Layout,
    last: dict[Key, tuple[int, Observation | None]],
    prepared: Prepared,
    entry: Entry,
) -> None:
    reading = prepared.reading
    if reading is None or not reading.replayed:
        return
    layout.again.append(prepared)
    for series, start in prepared.withdrawals:
        turn = last[series, start][0] + 1 if (series, start) in last else 0
        last[series, start] = (turn, None)
        layout.rounds = max(layout.rounds, turn + 1)
        layout.rows.append(withdrawal_of(reading, series, start, len(layout.rows), turn))
        layout.entries.append(entry)


def _replayed(prepared: Prepared) -> tuple[int, int] | None:
    reading = prepared.reading
    return (reading.partition, reading.offset) if reading and reading.replayed else None


def _same(one: Observation | None, other: Observation) -> bool:
    if one is None or one.result_time != other.result_time:
        return False
    return msgspec.json.encode(one.result) == msgspec.json.encode(other.result)
