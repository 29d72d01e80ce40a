"""`python -m bench.panels`: how long the queries of the dashboards take on many observations."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import asyncpg
from rich.console import Console
from rich.table import Table

from deploy.grafana.check import ROLE, Query, queries
from deploy.migrations import migrate
from deploy.stack.timescale import timescale_database
from schemas.errors import PlatformError

DATASTREAMS: Final = 1000
BOUND_MILLISECONDS: Final = 200.0
_LENGTHS: Final = (None, timedelta(days=2), timedelta(days=21), timedelta(days=35))
"""What is shown: each dashboard's own time, and the longest of quarters, hours and days."""

_TRIES: Final = 5
_SLICE: Final = 50
_FOLDER: Final = files("bench")


class Timing(NamedTuple):
    """How long a query took, in milliseconds.

    Attributes:
        days: how many are shown; 0 is the dashboard's own time.
        rows: what came.
        first: the first time, with what that must read from disk and plan.
    """

    where: str
    city: str
    days: int
    rows: int
    median: float
    first: float


async def measure(observations: int, *, folder: Path) -> list[Timing]:
    """Fill a database of PostgreSQL with TimescaleDB in a folder, and time every query on it."""
    async with _database(folder) as dsn:
        await migrate(dsn)
        await fill(dsn, each=observations // DATASTREAMS)
        connection = await asyncpg.connect(dsn)
        await connection.execute(ROLE)
        timings = [
            await _time(connection, query, length)
            for length in _LENGTHS
            async for query in queries(connection, now=datetime.now(UTC), length=length)
        ]
        await connection.close()
        return timings


async def fill(dsn: str, *, each: int) -> None:
    """Bring observations to a fresh database, and what belongs to them."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(_sql("panels"))
    for first in range(1, DATASTREAMS + 1, _SLICE):
        await connection.execute(
            _sql("panels_observations"), first, first + _SLICE - 1, each, timeout=None
        )
        _say(f"{(first + _SLICE - 1) * each:,} observations")
    await connection.execute("set work_mem = '256MB'")
    await connection.execute(_sql("panels_derived"))
    _say("sums and figures")
    await connection.execute("vacuum (analyze)")
    await connection.close()


async def _time(connection: asyncpg.Connection, query: Query, length: timedelta | None) -> Timing:
    took = []
    for _ in range(_TRIES):
        began = time.perf_counter()
        rows = await connection.fetch(query.text)
        took.append((time.perf_counter() - began) * 1000)
    days = length.days if length else 0
    return Timing(query.where, query.city, days, len(rows), median(took), took[0])


@asynccontextmanager
async def _database(folder: Path) -> AsyncIterator[str]:
    server = timescale_database(folder)
    await server.start()
    try:
        yield server.connection.dsn.get_secret_value()
    finally:
        await server.stop()


def show(timings: Sequence[Timing]) -> None:
    """Print the slowest of each query, over cities and times shown."""
    table = Table("query", "city", "days", "rows", "median ms", "first ms")
    slowest: dict[str, Timing] = {}
    for one in timings:
        if one.where not in slowest or one.median > slowest[one.where].median:
            slowest[one.where] = one
    for one in sorted(slowest.values(), key=lambda one: -one.median):
        shown: tuple[Any, ...] = (*one[:4], f"{one.median:.1f}", f"{one.first:.1f}")
        table.add_row(*map(str, shown))
    Console().print(table)


def main() -> int:
    """Fill, time, print; exit status 1 when a query takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m bench.panels", description=__doc__)
    parser.add_argument("--observations", type=int, default=10_000_000)
    parser.add_argument("--json", type=Path, help="write all timings here")
    wishes = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="stadspuls-panels-") as name:
            folder = Path(name)
            folder.chmod(0o755)  # PostgreSQL works as a user of its own
            timings = asyncio.run(measure(wishes.observations, folder=folder))
    except PlatformError as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    if wishes.json:
        wishes.json.write_text(json.dumps([one._asdict() for one in timings]), encoding="utf-8")
    show(timings)
    return 1 if any(one.median > BOUND_MILLISECONDS for one in timings) else 0


def _sql(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def _say(words: str) -> None:
    print(words, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
