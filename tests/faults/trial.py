"""A fault while readings come, and what is there in the end."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg

from bench.processes import peaks_mib
from deploy.audit import audit
from deploy.drain import drain, settle
from deploy.expectation import expectations
from deploy.judge import Baseline, judge, take_baseline, unaccounted
from deploy.log_ends import log_ends
from schemas import wire
from simulators.ledger import Entry, read_ledger
from simulators.load import publish_load
from simulators.scenario import Load
from simulators.settings import SimulatorSettings
from tests.faults.outcomes import Outcome, note
from tests.faults.pipeline import CITY, Pipeline
from tests.faults.stall import Down, longest_stall
from tests.faults.witness import Witness, witnessing

PROCESSES = ("ingest", "normalise", "store", "api")
LOADS: Sequence[dict[str, Any]] = (
    {"messages_per_second": 150, "dialect": "telraam"},
    {"messages_per_second": 100, "dialect": "airrohr"},
)
_PATIENCE_SECONDS = 120.0
_LOSS_PATIENCE_SECONDS = 15.0
"""Where something is lost, waiting for it ends with this."""
_seeds = itertools.count(1)

Count: TypeAlias = Callable[[], Awaitable[int]]


@dataclass
class Trial:
    """One fault under load.

    Attributes:
        pipeline: whose processes suffer.
        connection: to the database itself, around the proxy.
        baseline: what there was before.
        witness: who hears the live stream meanwhile.
        begun: when the load began.
        over: when the fault was over, as far as one can say so.
        ledgers: what the publishers noted.
        downs: who was away, and when.
        skew: by how much the clock of a gateway was wrong at most.
    """

    pipeline: Pipeline
    connection: asyncpg.Connection
    baseline: Baseline
    witness: Witness
    begun: datetime
    over: datetime | None = None
    ledgers: list[Path] = field(default_factory=list)
    downs: list[Down] = field(default_factory=list)
    skew: timedelta = timedelta(seconds=1)

    def mended(self) -> None:
        """Note that the fault is over, from where on recovery counts."""
        self.over = datetime.now(UTC)

    async def committed(self, more: int = 1, *, seconds: float = _PATIENCE_SECONDS) -> None:
        """Wait until so many more batches are published.

        Raises:
            TimeoutError: they are not.
        """
        count = "select count(*) from publication"
        wanted = await self.connection.fetchval(count) + more
        async with asyncio.timeout(seconds):
            while await self.connection.fetchval(count) < wanted:  # noqa: ASYNC110 - the database's
                await asyncio.sleep(0.05)

    async def reconnected(self) -> None:
        """Connect anew: the database was away."""
        await self.connection.close()
        dsn = self.pipeline.stack.database.dsn.get_secret_value()
        self.connection = await asyncpg.connect(dsn)

    def entries(self) -> list[Entry]:
        """Return what all publishers noted."""
        return [entry for ledger in self.ledgers for entry in read_ledger(ledger)]

    def acknowledged(self) -> int:
        """Return how many messages the broker has acknowledged so far."""
        return sum(entry.acknowledged_time is not None for entry in self.entries())

    async def publish(self, seed: int, number: int, load: dict[str, Any]) -> None:
        """Publish load as a city's sensors until cancelled."""
        made = self.pipeline
        wanted = Load(**{"things": 20, "cities": (CITY,), **load})
        broker = made.stack.mqtt_service
        mqtt = {city: broker.connection_as(f"{city}.sensors") for city in wanted.cities}
        settings = SimulatorSettings(mqtt=mqtt, seed=seed)
        ledger = made.installation.data_dir / f"ledger.{seed}.{number}"
        self.ledgers.append(ledger)
        await publish_load(settings, wanted, process=number, ledger_file=ledger)

    async def judged(
        self,
        fault: str,
        promise: str,
        *,
        forgiven: Count | None = None,
        at_most: int = 0,
        **facts: Any,
    ) -> Outcome:
        """Return what the fault did, once everything that was published is stored.

        Args:
            fault: what happened.
            promise: what must hold.
            forgiven: tells how many messages are lost, by the word of who lost them.
            at_most: so many may be lost.
            facts: figures of this fault alone.
        """
        made = self.pipeline
        await settle(made.part("ingest").listener, patience_seconds=_PATIENCE_SECONDS)
        entries, registry = self.entries(), made.installation.registry()
        acknowledged = self.acknowledged()
        patience = _LOSS_PATIENCE_SECONDS if at_most else _PATIENCE_SECONDS
        gone = await self._accounted(acknowledged, forgiven or _none, patience)
        assert await drain(made.kafka, made.stack.database, patience_seconds=_PATIENCE_SECONDS)
        verdict = await judge(self.connection, entries, registry, self.baseline, skew=self.skew)
        # All messages of our loads give equally many observations.
        values = sorted(len(one.values) for one in expectations(entries, registry))
        more = verdict.observations_stored - sum(values[verdict.lost :])
        # What was sent and not acknowledged may be there, or not.
        open_values = max(values, default=0) * (len(entries) - acknowledged)
        stall = longest_stall(self.begun, await self._published_times())
        findings = (await audit(self.connection, made.kafka, self.begun - self.skew)).findings
        outcome = Outcome(
            fault=fault,
            promise=promise,
            acknowledged=verdict.messages_acknowledged,
            lost=verdict.lost,
            twice=verdict.surplus + (more if more < 0 else max(0, more - open_values)),
            findings=tuple(map(str, findings)),
            unheard=await self._unheard(),
            out_of_order=await self._out_of_order(),
            forgiven=max(gone, at_most),
            stall_seconds=stall.seconds,
            stall_reason=stall.reason(self.downs),
            recovery_seconds=await self._recovery(),
            facts=facts,
        )
        note(outcome)
        return outcome

    def peaks(self) -> dict[str, float]:
        """Return the peak of every process's memory since it started, in MiB."""
        return peaks_mib(self.pipeline.pids())

    async def _accounted(self, acknowledged: int, forgiven: Count, patience: float) -> int:
        """Wait until the account knows all messages but those that are forgiven; return these.

        As long as they get fewer: what is not there then is lost, and the judge will say so.
        """
        left, moved = -1, time.monotonic()
        while left and time.monotonic() - moved < patience:
            await asyncio.sleep(0.2)
            gone, before = await forgiven(), left
            left = await self._unaccounted(acknowledged - gone)
            moved = time.monotonic() if left != before else moved
        return gone

    async def _unaccounted(self, acknowledged: int) -> int:
        return await unaccounted(self.connection, self.baseline, acknowledged=acknowledged)

    async def _unheard(self) -> int:
        """Return how many changes the live stream left out, told twice or out of order."""
        published = await self.connection.fetch(
            "select generate_series(first_sequence, last_sequence) from publication "
            "where first_sequence > $1 order by 1",
            self.baseline.sequence,
        )
        wanted = [row[0] for row in published]
        if wanted:
            await self.witness.until(wanted[-1])
        heard = self.witness.heard
        repeated = len(heard) - len({*heard})
        back = sum(later <= earlier for earlier, later in pairwise(heard))
        return len({*wanted} ^ {*heard}) + repeated + back

    async def _out_of_order(self) -> int:
        """Return how often the publication goes back in time."""
        times = await self._published_times()
        return sum(later < earlier for earlier, later in pairwise(times))

    async def _recovery(self) -> float | None:
        if self.over is None:
            return None
        after = [time for time in await self._published_times() if time >= self.over]
        return (after[0] - self.over).total_seconds() if after else None

    async def _published_times(self) -> list[datetime]:
        rows = await self.connection.fetch(
            "select published_from from publication where first_sequence > $1 order by 1",
            self.baseline.sequence,
        )
        return [row["published_from"] for row in rows]


@asynccontextmanager
async def trial(
    made: Pipeline,
    *,
    processes: Sequence[str] = PROCESSES,
) -> AsyncIterator[Trial]:
    """Yield a trial whose processes run; the load comes while `under_load`."""
    await made.run_only(processes)
    # What a trial before this one left on its way is not ours.
    await settle(made.part("ingest").listener, patience_seconds=_PATIENCE_SECONDS)
    await drain(made.kafka, made.stack.database, patience_seconds=_PATIENCE_SECONDS)
    async with AsyncExitStack() as stack:
        connection = await asyncpg.connect(made.stack.database.dsn.get_secret_value())
        baseline = await take_baseline(connection, await log_ends(made.kafka, wire.READINGS))
        key = made.installation.http_key(CITY)
        witness = await stack.enter_async_context(
            witnessing(made.part("api").listener, key, baseline.sequence)
        )
        one = Trial(made, connection, baseline, witness, datetime.now(UTC))
        stack.push_async_callback(_close, one)
        yield one


@asynccontextmanager
async def under_load(made: Trial, loads: Sequence[dict[str, Any]] = LOADS) -> AsyncIterator[None]:
    """Publish while the context lasts; what was not acknowledged at its end is waited for."""
    seed = next(_seeds)
    tasks = [asyncio.create_task(made.publish(seed, n, one)) for n, one in enumerate(loads)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


async def _none() -> int:
    """Forgive nothing."""
    return 0


async def _close(one: Trial) -> None:
    """Close the connection that a trial has by then."""
    await one.connection.close()
