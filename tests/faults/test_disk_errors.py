"""Disks of the services fail with EIO while readings come, and then work again."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.faults.http_device import http_device, unacknowledged
from tests.faults.io_errors import io_errors, needs_tracer
from tests.faults.pipeline import Pipeline
from tests.faults.service_ends import ended, run_again
from tests.faults.telling import Listener
from tests.faults.test_broker_kills import GENERATED, PROMISE, Death, unsaved
from tests.faults.trial import PROCESSES, Trial, trial, under_load

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="session"),
    needs_tracer,
]

_PATIENCE_SECONDS = 120.0
_AWAY_SECONDS = 1.0


async def test_broker_whose_disk_fails_loses_no_more_than_its_window(made: Pipeline) -> None:
    """It may end by that, as Mosquitto 2.0.11 does, and is started again then."""
    broker = made.stack.mqtt_service
    async with trial(made) as one:
        async with under_load(one):
            await one.committed()
            async with io_errors(broker.pid, "fsync", "fdatasync"):
                await asyncio.sleep(2 * GENERATED.autosave_seconds)
                saved = (broker.folder / "mosquitto.db").stat().st_mtime
            await run_again(broker)
            death = Death(saved, time.time())
            one.mended()
            await one.committed(2)
        outcome = await one.judged(
            "Mosquitto: bringing what it saves to the disk fails (EIO); started again if it ended",
            PROMISE,
            at_most=unsaved(one, death),
        )

    assert outcome.is_kept, outcome


async def test_kafka_whose_disk_fails_ends_and_nothing_is_acknowledged(made: Pipeline) -> None:
    async with trial(made) as one:
        processes = Listener({name: made.part(name) for name in PROCESSES})
        async with under_load(one), http_device(one) as device:
            await one.committed()
            async with kafka_failing(made):
                answers = await unacknowledged(one, device, _AWAY_SECONDS)
            one.mended()
            await one.committed()
        outcome = await one.judged(
            "Kafka: writing fails (EIO); it ends, and is started again",
            "no PUBACK, HTTP 503 with Retry-After; 0 lost, 0 twice",
        )

    assert answers
    assert all(one.status == 503 and one.retry_after for one in answers)
    assert processes.still_run
    assert outcome.is_kept, outcome


@asynccontextmanager
async def kafka_failing(made: Pipeline) -> AsyncIterator[None]:
    """Let writing to the topics fail; what is within happens when Kafka has ended."""
    kafka = made.stack.kafka_service
    segments = (made.installation.data_dir / "kafka" / "log").glob("city.*/*.log")
    try:
        async with io_errors(kafka.pid, "write", "pwrite64", "writev", paths=segments):
            await ended(kafka)
        yield
    finally:
        await kafka.start()


async def test_database_whose_disk_fails_panics_and_has_what_it_confirmed(made: Pipeline) -> None:
    """What cannot be brought to the disk is not confirmed: it would be gone with the power."""
    async with trial(made) as one:
        processes = Listener({name: made.part(name) for name in PROCESSES})
        async with under_load(one), http_device(one) as device:
            await one.committed()
            async with database_failing(made):
                await gone(one)
                await device.accepted()
            one.mended()
            await one.reconnected()
            await one.committed()
        outcome = await one.judged(
            "PostgreSQL: bringing its log to the disk fails (EIO): it panics",
            "ingest goes on and acknowledges; 0 lost, 0 twice",
        )

    assert processes.still_run
    assert outcome.is_kept, outcome


@asynccontextmanager
async def database_failing(made: Pipeline) -> AsyncIterator[None]:
    """Let nothing come to the database's disk; if it has ended by then, it is started again."""
    database = made.stack.database_service
    try:
        async with io_errors(database.pid, "fsync", "fdatasync"):
            yield
    finally:
        await run_again(database)


async def gone(one: Trial) -> None:
    """Return when the database has thrown everybody out."""
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):  # noqa: PT012
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                await one.connection.execute("select 1")
                await asyncio.sleep(0.05)
