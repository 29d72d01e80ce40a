"""When observations were committed: when another session is told of it."""

import math
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from bench.results import Latency
from schemas.publication import CHANNEL
from simulators.ledger import Entry

_OBSERVATIONS: Final = (Path(__file__).parent / "observations.sql").read_text(encoding="utf-8")

Message = tuple[str, str, datetime]
"""City, thing and begin of the hour: no two messages of the benchmark have the same."""


class Commits:
    """The notifications of a run."""

    def __init__(self) -> None:
        self._sequences: list[int] = []
        self._times: list[float] = []

    @property
    def last_time(self) -> float:
        """When the last one came, in seconds since 1970; 0 before the first."""
        return self._times[-1] if self._times else 0.0

    def take(self, sequence: int, at: float) -> None:
        """Note that everything up to a sequence is committed."""
        self._sequences.append(sequence)
        self._times.append(at)

    def time_of(self, sequence: int) -> float:
        """Return when a sequence was committed.

        Raises:
            IndexError: nobody told.
        """
        return self._times[bisect_left(self._sequences, sequence)]

    def _told(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self.take(int(str(payload)), time.time())


@asynccontextmanager
async def listening(connection: asyncpg.Connection) -> AsyncIterator[Commits]:
    """Note the notifications that come meanwhile."""
    commits = Commits()
    await connection.add_listener(CHANNEL, commits._told)  # noqa: SLF001 - its own module
    try:
        yield commits
    finally:
        await connection.remove_listener(CHANNEL, commits._told)  # noqa: SLF001


async def committed_latency(
    connection: asyncpg.Connection, entries: Sequence[Entry], commits: Commits, *, after: int
) -> Latency | None:
    """Return the latencies of a run's observations, from publish to commit.

    Args:
        connection: to the database.
        entries: of the run's ledger.
        commits: of the run.
        after: the last sequence before the run.
    """
    published = {_message(entry): entry.published.published_time for entry in entries}
    rows = await connection.fetch(_OBSERVATIONS, after)
    return latency(_latencies(rows, published, commits))


def latency(milliseconds: Iterable[float]) -> Latency | None:
    """Sum latencies up; `None` where there are none."""
    ordered = sorted(milliseconds)
    if not ordered:
        return None
    return Latency(p50_ms=_percentile(ordered, 0.50), p99_ms=_percentile(ordered, 0.99))


def _latencies(
    rows: Iterable[asyncpg.Record], published: Mapping[Message, float], commits: Commits
) -> Iterable[float]:
    for city, thing, start, sequence in rows:
        yield 1000 * (commits.time_of(sequence) - published[city, thing, start])


def _message(entry: Entry) -> Message:
    record = msgspec.json.decode(entry.published.payload)
    thing = entry.published.topic.rpartition("/")[2]
    return entry.published.city, thing, datetime.fromisoformat(record["date"])


def _percentile(ordered: Sequence[float], share: float) -> float:
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1)
