"""A batch cut into transactions, and its observations laid out as rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from schemas.wire import Observation
from stream_processors.store.ledger import Key, key_of
from stream_processors.store.prepared import Prepared
from stream_processors.store.row import Row, row_of

MAXIMUM_ROWS = 5_000
"""Rows of a transaction: the lane is held for about 8 µs a row (README, "Measured")."""
MAXIMUM_ROUNDS = 8
"""The same key so often at most in a transaction: each time is a round trip in the lane."""


@dataclass(kw_only=True)
class Layout:
    """The rows of a slice; `accounts[position]` is under which account a row is counted."""

    rows: list[Row] = field(default_factory=list)
    accounts: list[Key] = field(default_factory=list)
    rounds: int = 0

    def bounds(self) -> tuple[datetime, datetime]:
        """Return the first and the last phenomenon start; there are rows."""
        starts = [row.phenomenon_start for row in self.rows]
        return min(starts), max(starts)


def sliced(batch: Sequence[Prepared]) -> Iterator[list[Prepared]]:
    """Cut a batch, in its order, so that no transaction grows beyond the limits.

    A single record may: it is never cut.
    """
    part: list[Prepared] = []
    times: dict[tuple[int, datetime], int] = {}
    rows = 0
    for prepared in batch:
        keys = [(series, one.phenomenon_start) for series, one in prepared.observations]
        deepest = max((times.get(key, 0) for key in keys), default=0)
        if part and (rows + len(keys) > MAXIMUM_ROWS or deepest >= MAXIMUM_ROUNDS):
            yield part
            part, times, rows = [], {}, 0
        part.append(prepared)
        rows += len(keys)
        for key in keys:
            times[key] = times.get(key, 0) + 1
    if part:
        yield part


def lay_out(part: Sequence[Prepared]) -> Layout:
    """Return the rows of a slice.

    The same key goes to a later round each time, so that the rounds keep its order; the same
    observation once more at once is a duplicate whatever the database holds, and no row.
    """
    layout = Layout()
    last: dict[tuple[int, datetime], tuple[int, Observation]] = {}
    for prepared in part:
        reading = prepared.reading
        if reading is None:
            continue
        account = key_of(reading)
        for series, observation in prepared.observations:
            key = (series, observation.phenomenon_start)
            before = last.get(key)
            if before and not reading.replayed and _same(before[1], observation):
                continue
            turn = before[0] + 1 if before else 0
            last[key] = (turn, observation)
            if turn == layout.rounds:
                layout.rounds += 1
            layout.rows.append(row_of(reading, observation, series, len(layout.rows), turn))
            layout.accounts.append(account)
    return layout


def _same(one: Observation, other: Observation) -> bool:
    if one.withdrawn or other.withdrawn or one.result_time != other.result_time:
        return False
    return msgspec.json.encode(one.result) == msgspec.json.encode(other.result)
