"""The clock of a process of ours, or of the database, is set while readings come."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.readiness import ask
from schemas import telemetry
from tests.faults.install import clock_library
from tests.faults.pipeline import Pipeline
from tests.faults.trial import Trial, trial, under_load

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(
        clock_library() is None,
        reason="not installed: libfaketime (python -m tests.faults.install, as root)",
    ),
]
_JUMP = timedelta(hours=1, minutes=1)
"""More than the hour by which Kafka lets a record be ahead of its own clock, by default."""
_LITTLE_AHEAD = timedelta(seconds=10)
"""What is published then lies in the future for the next trials too, until they wait no more."""
_PATIENCE_SECONDS = 120.0
_NEAR_SECONDS = 60.0


async def received_ahead(one: Trial) -> float:
    """Return by how many seconds the newest reading was received after it was stored."""
    ahead = await one.connection.fetchval(
        "select extract(epoch from received_time - published_at) from observation "
        "order by sequence desc limit 1"
    )
    return float(ahead)


async def stored_late(one: Trial) -> float:
    """Return how many seconds all batches together took until the store had them, by its word."""
    text = (await ask(one.pipeline.part("store").listener, "/metrics")).decode()
    name = telemetry.PUBLICATION_DELAY.name
    families = text_string_to_metric_families(text)
    samples = {s.name: s.value for one in families if one.name == name for s in one.samples}
    return samples[f"{name}_sum"]


async def until(one: Trial, holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is seen of a clock, and go on for some batches."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not await holds():  # noqa: ASYNC110 - another process's state
            await asyncio.sleep(0.1)
    await one.committed(3)


async def test_clock_of_the_gateway_jumps(made: Pipeline) -> None:
    async with made.clocked("ingest") as gateway, trial(made) as one:
        one.skew = _JUMP + timedelta(minutes=10)
        async with under_load(one):
            await one.committed()
            for jump in (_JUMP, -_JUMP, timedelta()):
                gateway.set_clock(jump)

                async def is_taken_over(wanted: float = jump.total_seconds()) -> bool:
                    return abs(await received_ahead(one) - wanted) < _NEAR_SECONDS

                await until(one, is_taken_over)
            one.mended()
            await one.committed()
        outcome = await one.judged(
            "clock of ingest: an hour ahead, two hours back, right again",
            "0 lost, 0 twice; times of receipt follow the clock",
        )

    assert outcome.is_kept, outcome


async def test_clock_of_the_store_jumps(made: Pipeline) -> None:
    async with made.clocked("store") as store, trial(made) as one:
        async with under_load(one):
            await one.committed()
            store.set_clock(_JUMP)

            async def is_taken_over() -> bool:
                return await stored_late(one) > _JUMP.total_seconds()

            await until(one, is_taken_over)
            for jump in (-_JUMP, timedelta()):
                store.set_clock(jump)
                await one.committed(3)
            one.mended()
            await one.committed()
        outcome = await one.judged(
            "clock of store: an hour ahead, two hours back, right again",
            "0 lost, 0 twice; times of publication never go back",
        )

    assert outcome.is_kept, outcome


async def database_ahead(one: Trial) -> float:
    """Return by how many seconds the database's clock is before ours."""
    now = await one.connection.fetchval("select clock_timestamp()")
    return float((now - datetime.now(UTC)).total_seconds())


async def overtaken(one: Trial) -> None:
    """Wait until the clock is beyond the last time of publication."""
    last = await one.connection.fetchval("select max(published_to) from publication")
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while datetime.now(UTC) <= last:  # noqa: ASYNC110 - a clock's
            await asyncio.sleep(0.1)


async def test_clock_of_the_database_jumps(made: Pipeline) -> None:
    async with made.clocked_database() as database, trial(made) as one:
        async with under_load(one):
            await one.committed()
            for jump in (_LITTLE_AHEAD, -_JUMP, timedelta()):
                database.set_clock(jump)

                async def is_taken_over(wanted: float = jump.total_seconds()) -> bool:
                    return abs(await database_ahead(one) - wanted) < _LITTLE_AHEAD.seconds / 3

                await until(one, is_taken_over)
            one.mended()
            await one.committed()
        outcome = await one.judged(
            f"clock of PostgreSQL: {_LITTLE_AHEAD.seconds} s ahead, an hour back, right again",
            "0 lost, 0 twice; times of publication never go back",
        )
        await overtaken(one)

    assert outcome.is_kept, outcome
