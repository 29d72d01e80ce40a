"""What people see of a demonstration: a live table on a terminal, the addresses, the summary."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from deploy.judge import Account, Verdict, read_account
from deploy.sql import query
from schemas import wire
from schemas.settings import DatabaseConnection
from simulators.ledger import LedgerTally, Tally

_PAUSE_SECONDS: Final = 0.5
_RATE_SECONDS: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is shown at a moment.

    Attributes:
        tally: of the publisher's ledger.
        account: of the readings, since the display began.
        lag_seconds: from receipt to commit, of the newest readings; `None` when there are none.
        datasets: rows of city, theme, datastreams and observations.
        rate: acknowledged messages a second, of late.
    """

    tally: Tally
    account: Account
    lag_seconds: float | None
    datasets: Sequence[tuple[str, str, int, int]]
    rate: float


def table_of(figures: Figures) -> Group:
    """Return the figures as people read them."""
    flow = Table.grid(padding=(0, 2))
    for _ in range(6):
        flow.add_column(justify="right")
    flow.add_row(*(Text(head, style="bold") for head in _HEADS))
    flow.add_row(
        f"{figures.tally.acknowledged:,}",
        f"{figures.rate:,.0f}",
        f"{figures.account.readings:,}",
        f"{sum(row[3] for row in figures.datasets):,}",
        Text(f"{figures.account.rejected:,}", style="red" if figures.account.rejected else ""),
        "-" if figures.lag_seconds is None else f"{1000 * figures.lag_seconds:,.0f} ms",
    )
    datasets = Table(box=None, padding=(0, 2))
    datasets.add_column("city")
    datasets.add_column("dataset")
    datasets.add_column("datastreams", justify="right")
    datasets.add_column("observations", justify="right")
    for city, theme, datastreams, observations in figures.datasets:
        datasets.add_row(city, theme, f"{datastreams:,}", f"{observations:,}")
    return Group(flow, Text(""), datasets)


_HEADS: Final = ("messages in", "a second", "readings", "observations", "rejected", "lag")


class Display:
    """A live table on standard error, where that is a terminal; else nothing.

    Args:
        database: where the figures are read.
        tally: of the publisher's ledgers.
        console: where to show it.
    """

    def __init__(
        self, database: DatabaseConnection, tally: LedgerTally, console: Console | None = None
    ) -> None:
        self._dsn = database.dsn.get_secret_value()
        self._tally = tally
        self._console = console or Console(stderr=True)
        self._before: Account | None = None
        self._rates: list[tuple[float, int]] = []

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Show the figures while the context lasts."""
        if not self._console.is_terminal:
            yield
            return
        task = asyncio.create_task(self._show(), name="display")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def figures(self, connection: asyncpg.Connection) -> Figures:
        """Return what is to be shown now."""
        account = await read_account(connection)
        self._before = self._before or account
        tally = self._tally.advance()
        rows = await connection.fetch(query("run_display"))
        return Figures(
            tally=tally,
            account=account.since(self._before),
            lag_seconds=await connection.fetchval(query("run_lag"), wire.READINGS),
            datasets=[tuple(row) for row in rows],
            rate=self._rate(tally.acknowledged),
        )

    def _rate(self, acknowledged: int) -> float:
        now = time.monotonic()
        recent = [one for one in self._rates if now - one[0] < _RATE_SECONDS]
        self._rates = [*recent, (now, acknowledged)]
        (begin, before), (end, after) = self._rates[0], self._rates[-1]
        return (after - before) / (end - begin) if end > begin else 0.0

    async def _show(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        try:
            with Live(console=self._console, auto_refresh=False, transient=False) as live:
                while True:
                    live.update(table_of(await self.figures(connection)), refresh=True)
                    await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            connection.terminate()


def write_addresses(found: Sequence[tuple[str, str]]) -> None:
    """Write what a person opens to standard output."""
    for word, address in found:
        sys.stdout.write(f"{word:18} {address}\n")
    sys.stdout.flush()


def write_summary(verdict: Verdict, *, as_json: bool) -> None:
    """Write what a run was worth to standard output; what was lost to standard error."""
    for one in verdict.lost_messages:
        sys.stderr.write(f"lost: message {one.number} to {one.topic}: {one.what}\n")
    facts = verdict.summary()
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        table = Table(box=None, show_header=False, padding=(0, 2))
        for name, value in facts.items():
            table.add_row(name.replace("_", " "), "-" if value is None else f"{value:,}")
        Console().print(table)
    sys.stdout.flush()
