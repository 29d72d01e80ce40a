"""The services restarted, asleep, crashed and overcrowded, while readings come."""

import asyncio
import os
import random
import signal
from contextlib import AsyncExitStack, suppress

import asyncpg
import pytest

from tests.faults.pipeline import Pipeline
from tests.faults.trial import Trial, trial, under_load

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]

_AWAY_SECONDS = 4.0
"""Longer than the two seconds that the gateway gives Kafka, and than a group's session."""


async def test_kafka_asleep(made: Pipeline) -> None:
    kafka = made.stack.kafka_service
    async with trial(made) as one:
        async with under_load(one):
            await one.committed()
            os.kill(kafka.pid, signal.SIGSTOP)
            await asyncio.sleep(_AWAY_SECONDS)
            os.kill(kafka.pid, signal.SIGCONT)
            one.mended()
            await one.committed()
        outcome = await one.judged("Kafka: SIGSTOP, then SIGCONT", "0 lost, 0 twice")

    assert outcome.is_kept, outcome


async def test_kafka_restarted_in_order(made: Pipeline) -> None:
    kafka = made.stack.kafka_service
    async with trial(made) as one:
        async with under_load(one):
            await one.committed()
            await kafka.stop()
            await kafka.start()
            one.mended()
            await one.committed()
        outcome = await one.judged("Kafka: restart", "0 lost, 0 twice")

    assert outcome.is_kept, outcome


async def test_database_stopped_at_once_in_the_middle_of_copies(
    made: Pipeline, chance: random.Random
) -> None:
    """An immediate stop is a crash: nothing is written back, and recovery reads the log."""
    database = made.stack.database_service
    async with trial(made) as one:
        async with under_load(one):
            for _ in range(3):
                await one.committed()
                await asyncio.sleep(chance.uniform(0, 0.3))
                os.kill(database.pid, signal.SIGQUIT)
                await database.kill()
                await database.start()
                one.mended()
                await one.reconnected()
            await one.committed()
        outcome = await one.judged(
            "PostgreSQL: immediate stop in mid-COPY, three times, started again",
            "0 lost, 0 twice; nothing is published that is not stored",
        )

    assert outcome.is_kept, outcome


async def test_database_without_a_connection_to_spare(made: Pipeline) -> None:
    """Somebody has taken all of them, and the store's own is cut while it looks away."""
    async with trial(made) as one, AsyncExitStack() as crowd:
        async with under_load(one):
            await one.committed()
            store = made.part("store").pid
            os.kill(store, signal.SIGSTOP)
            await one.connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'stadspuls-store'"
            )
            await _take_all_connections(made, crowd)
            os.kill(store, signal.SIGCONT)
            await asyncio.sleep(_AWAY_SECONDS / 2)
            await crowd.aclose()
            one.mended()
            await one.committed()
        outcome = await one.judged(
            "PostgreSQL: all connections taken, the store's cut",
            "0 lost, 0 twice; waits and goes on",
        )

    assert outcome.is_kept, outcome


async def _take_all_connections(made: Pipeline, crowd: AsyncExitStack) -> None:
    dsn = made.stack.database.dsn.get_secret_value()
    with suppress(asyncpg.TooManyConnectionsError):
        while True:
            taken = await asyncpg.connect(dsn)
            crowd.push_async_callback(taken.close)


async def test_broker_restarted_loses_nothing(made: Pipeline) -> None:
    broker = made.stack.mqtt_service
    async with trial(made) as one:
        async with under_load(one):
            await one.committed()
            await broker.stop()
            await broker.start()
            one.mended()
            await one.committed()
        outcome = await one.judged(
            "Mosquitto: restart", "0 lost, 0 twice (it saves its sessions as it stops)"
        )

    assert outcome.is_kept, outcome


async def test_broker_restarted_with_a_queue_for_the_gateway_loses_nothing(made: Pipeline) -> None:
    broker, gateway = made.stack.mqtt_service, made.part("ingest")
    async with trial(made) as one:
        async with under_load(one):
            await one.committed()
            await gateway.stop()
            queued = await _queued(one)
            await broker.stop()
            await broker.start()
            await gateway.start()
            one.mended()
            await one.committed()
        outcome = await one.judged(
            "Mosquitto: restart while the gateway is away",
            "0 lost, 0 twice (what waits is saved too)",
            waited=queued,
        )

    assert outcome.is_kept, outcome


async def _queued(one: Trial, most: int = 500) -> int:
    """Wait until many more are acknowledged, which wait for the gateway; return how many."""
    before = queued = one.acknowledged()
    async with asyncio.timeout(90):
        while queued < before + most:
            await asyncio.sleep(0.1)
            queued = one.acknowledged()
    return queued - before


@pytest.mark.parametrize("name", ["ingest", "normalise", "store"])
async def test_process_asleep_for_longer_than_its_session(made: Pipeline, name: str) -> None:
    """Another owner would have its partitions by then; as a zombie it can commit nothing."""
    async with trial(made, processes=_with_second(name)) as one:
        async with under_load(one):
            await one.committed()
            part = made.part(name)
            os.kill(part.pid, signal.SIGSTOP)
            await asyncio.sleep(_AWAY_SECONDS)
            os.kill(part.pid, signal.SIGCONT)
            one.mended()
            await one.committed()
        outcome = await one.judged(
            f"{name}: SIGSTOP for longer than its session, then SIGCONT",
            "0 lost, 0 twice; a zombie commits nothing",
        )

    assert outcome.is_kept, outcome


def _with_second(name: str) -> tuple[str, ...]:
    own = ("ingest", "normalise", "store", "api")
    return own if name == "ingest" else (*own, f"{name}.second")


async def test_processors_join_and_leave_without_end(made: Pipeline) -> None:
    async with trial(made) as one:
        async with under_load(one):
            await _storm(one)
            one.mended()
            await one.committed()
        outcome = await one.judged(
            "normalise and store joining and leaving, six times", "0 lost, 0 twice", rebalances=24
        )

    assert outcome.is_kept, outcome


async def _storm(one: Trial) -> None:
    guests = [one.pipeline.part("normalise.second"), one.pipeline.part("store.second")]
    for turn in range(6):
        await asyncio.gather(*(guest.start() for guest in guests))
        await one.committed()
        leave = (guest.stop() if turn % 2 else guest.kill() for guest in guests)
        await asyncio.gather(*leave)
