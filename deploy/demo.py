"""The demonstration: the platform, a simulated city, and what came of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from deploy.commands.up import addresses
from deploy.demo_display import Display, write_addresses, write_summary
from deploy.demo_simulator import Run, finished, prepare_run, simulator
from deploy.drain import drain
from deploy.judge import Baseline, Verdict, judge, take_baseline, unaccounted
from deploy.log_ends import log_ends
from deploy.platform import Platform
from schemas import wire
from simulators.ledger import LedgerTally

_READY_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.1
_ASK_SECONDS: Final = 2.0
_EARLIER_SECONDS: Final = 20.0
"""How long the readings of an earlier run may take to be stored before this one begins."""
_STANDSTILL_SECONDS: Final = 15.0
"""So long without any progress, and what is not stored is taken for lost."""
_JUDGEMENTS: Final = 3


async def run_demo(
    platform: Platform,
    *,
    stop: asyncio.Event,
    scenario: str,
    seconds: float | None,
    speed: float,
    seed: int,
    as_json: bool,
) -> int:
    """Run the pipeline and a simulated city, and return the exit status.

    Args:
        platform: its services and HTTP interfaces run; the pipeline is started here.
        stop: set when a person wants to end it.
        scenario: name or file.
        seconds: publish so long, wait until all is stored, and sum up; `None`: until `stop`.
        speed: of the simulated clock.
        seed: of the simulated city.
        as_json: sum up as one JSON object, on the last line of standard output.

    Raises:
        Misconfigured: the scenario is wrong, or has a city that is not installed.
        Unavailable: something did not come up, or ended by itself.
    """
    run = prepare_run(platform, scenario=scenario, seconds=seconds, speed=speed, seed=seed)
    tasks = (
        asyncio.create_task(platform.run(), name="pipeline"),
        asyncio.create_task(_journey(platform, run, as_json=as_json), name="journey"),
        asyncio.create_task(stop.wait(), name="stop"),
    )
    pipeline, journey, _ = tasks
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if pipeline.done():
            pipeline.result()
        # Told to end before there was anything to sum up: what was asked for was not done.
        return journey.result() if journey.done() else int(seconds is not None)
    finally:
        for task in reversed(tasks):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _journey(platform: Platform, run: Run, *, as_json: bool) -> int:
    await platform.ready()  # what devices send before that, the embedded broker forgets
    async with _database(platform) as connection:
        baseline = await _baseline(platform, connection)
        write_addresses(addresses(platform))
        tally = LedgerTally(run.ledgers)
        async with Display(platform.stack.database, tally).shown(), simulator(run) as process:
            await finished(process, run)
            await _stored(connection, baseline, tally)
            verdict = await _judged(platform, connection, run, baseline)
    write_summary(verdict, as_json=as_json)
    return 1 if verdict.lost else 0


@asynccontextmanager
async def _database(platform: Platform) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(platform.stack.database.dsn.get_secret_value())
    try:
        yield connection
    finally:
        connection.terminate()


async def _baseline(platform: Platform, connection: asyncpg.Connection) -> Baseline:
    stack = platform.stack
    await drain(stack.kafka, stack.database, patience_seconds=_EARLIER_SECONDS)
    return await take_baseline(connection, await log_ends(stack.kafka, wire.READINGS))


async def _stored(connection: asyncpg.Connection, baseline: Baseline, tally: LedgerTally) -> None:
    """Wait until all that was acknowledged is accounted for, or nothing moves any more."""
    acknowledged = tally.advance().acknowledged
    loop = asyncio.get_running_loop()
    left, since = acknowledged, loop.time()
    while left and loop.time() - since < _STANDSTILL_SECONDS:
        now = await unaccounted(connection, baseline, acknowledged=acknowledged)
        if now < left:
            left, since = now, loop.time()
        else:
            await asyncio.sleep(_PAUSE_SECONDS)


async def _judged(
    platform: Platform, connection: asyncpg.Connection, run: Run, baseline: Baseline
) -> Verdict:
    """Judge; and once more while something is missing, as the last of it may still be coming."""
    registry, entries = platform.installation.registry(), run.entries()
    verdict = await judge(connection, entries, registry, baseline)
    for _ in range(_JUDGEMENTS - 1):
        if not verdict.lost:
            break
        await asyncio.sleep(1)
        verdict = await judge(connection, entries, registry, baseline)
    return verdict
