"""Disks that are full, of each service, while readings come; then there is room."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest
import pytest_asyncio

from deploy.stack.service import Service
from tests.faults.disk import Disk, small_disk
from tests.faults.http_device import http_device, unacknowledged
from tests.faults.pipeline import Pipeline, pipeline
from tests.faults.service_ends import ended, run_again
from tests.faults.telling import Listener, Words
from tests.faults.test_broker_kills import GENERATED
from tests.faults.trial import PROCESSES, Trial, trial, under_load

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("disks"),
]

_PATIENCE_SECONDS = 120.0
_FULL_SECONDS = 2.0
_PARTS = (*PROCESSES, "aggregate")
_DATABASE_BYTES, _KAFKA_BYTES, _BROKER_BYTES = 1 << 30, 512 << 20, 64 << 20
_LESS_THAN_A_SEGMENT = 12 << 20
"""Room for tables, and none for the next 16 MiB of PostgreSQL's log."""


class Disks(NamedTuple):
    """The services of a pipeline of its own, and what they write on."""

    made: Pipeline
    broker: Disk
    kafka: Disk
    database: Disk


@pytest_asyncio.fixture(scope="session", loop_scope="session", name="small_disks")
async def _small_disks(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Disks]:
    folder = tmp_path_factory.mktemp("disks")
    folder.chmod(0o755)  # PostgreSQL runs as another user
    with (
        small_disk(folder / "mqtt", size_bytes=_BROKER_BYTES) as broker,
        small_disk(folder / "kafka", size_bytes=_KAFKA_BYTES) as kafka,
        small_disk(folder / "database", size_bytes=_DATABASE_BYTES) as database,
    ):
        async with pipeline(folder) as made:
            yield Disks(made, broker, kafka, database)


@pytest_asyncio.fixture(loop_scope="session")
async def disks(small_disks: Disks) -> Disks:
    """Return services whose disks are small, all of them running."""
    for service in small_disks.made.stack.services:
        await service.start()
    return small_disks


async def test_broker_without_room_cannot_save_and_goes_on(disks: Disks) -> None:
    """What it holds is in its memory; it is saved again as soon as there is room."""
    broker = disks.made.stack.mqtt_service
    async with trial(disks.made) as one:
        async with under_load(one):
            await one.committed()
            with disks.broker.full():
                await asyncio.sleep(2 * GENERATED.autosave_seconds)
                left = saved_file(broker).stat().st_size
                await one.committed(2)
            one.mended()
            await saved_anew(broker)
            await broker.stop()
            await broker.start()
            await one.committed(2)
        outcome = await one.judged(
            "Mosquitto: disk full, it cannot save; restarted when there is room",
            "goes on meanwhile; 0 lost, 0 twice",
            bytes_left_in_its_file=left,
        )

    assert outcome.is_kept, outcome


async def test_broker_restarted_without_room_loses_no_more_than_what_waits(disks: Disks) -> None:
    broker, gateway = disks.made.stack.mqtt_service, disks.made.part("ingest")
    async with trial(disks.made) as one:
        async with under_load(one):
            await one.committed()
            before = one.acknowledged()
            await gateway.stop()
            with disks.broker.full():
                await asyncio.sleep(2 * GENERATED.autosave_seconds)
                await broker.stop()
            await broker.start()
            await gateway.start()
            waited = one.acknowledged() - before
            one.mended()
            await one.committed(2)
        outcome = await one.judged(
            "Mosquitto: disk full, restarted before there is room, while the gateway is away",
            "lost at most what waited for the gateway; 0 twice",
            at_most=waited,
        )

    assert outcome.is_kept, outcome


def saved_file(broker: Service) -> Path:
    """Return where Mosquitto keeps sessions and what waits in them."""
    return broker.folder / "mosquitto.db"


async def saved_anew(broker: Service) -> None:
    """Return when Mosquitto has saved what it holds since now."""
    begun = time.time()
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            found = saved_file(broker).stat()
            if found.st_size and found.st_mtime > begun:
                return
            await asyncio.sleep(0.1)


async def test_kafka_without_room_ends_and_nothing_is_acknowledged(disks: Disks) -> None:
    """It ends by itself, as it is made to; whoever looks after it starts it again."""
    silent = Words("Kafka does not", "Kafka does not")
    async with trial(disks.made, processes=_PARTS) as one:
        processes = Listener(disks.made.parts)
        async with under_load(one), http_device(one) as device:
            await one.committed()
            async with kafka_full(disks):
                answers = await unacknowledged(one, device, _FULL_SECONDS)
                gateway = Words('"kafka":false', r"kafka\.unavailable")
                await processes.waits({"ingest": gateway, "normalise": silent, "store": silent})
            one.mended()
            await one.committed()
        outcome = await one.judged(
            "Kafka: disk full; it ends, and is started again when there is room",
            "no PUBACK, HTTP 503 with Retry-After; all wait and say so; 0 lost, 0 twice",
        )

    assert answers
    assert all(one.status == 503 and one.retry_after for one in answers)
    assert processes.still_run
    assert outcome.is_kept, outcome


@asynccontextmanager
async def kafka_full(disks: Disks) -> AsyncIterator[None]:
    """Fill Kafka's disk up; what is within happens when it has ended."""
    kafka = disks.made.stack.kafka_service
    try:
        with disks.kafka.full():
            await ended(kafka)
            yield
    finally:
        await kafka.start()


async def test_database_without_room_for_rows_refuses_them(disks: Disks) -> None:
    async with trial(disks.made, processes=_PARTS) as one:
        processes = Listener(disks.made.parts)
        async with under_load(one), http_device(one) as device:
            await one.committed()
            await new_segment(one)
            await one.committed()  # it is begun: what has no room from now on are the tables
            async with database_full(disks):
                await processes.waits({"store": Words("DiskFullError", "DiskFullError")})
                await device.accepted()
            one.mended()
            await one.reconnected()
            await one.committed()
        outcome = await one.judged(
            "PostgreSQL: disk full, it refuses rows (53100)",
            "ingest goes on and acknowledges; who writes waits and says so; 0 lost, 0 twice",
        )

    assert processes.still_run
    assert outcome.is_kept, outcome


async def test_database_without_room_for_its_log_panics(disks: Disks) -> None:
    """It may come back by itself or end, as its recovery needs more room or not."""
    async with trial(disks.made, processes=_PARTS) as one:
        processes = Listener(disks.made.parts)
        async with under_load(one), http_device(one) as device:
            await one.committed()
            async with database_full(disks, leaving_bytes=_LESS_THAN_A_SEGMENT):
                await panicked(one)
                away = Words("", "the database does not answer")  # perhaps for a moment only
                await processes.waits({"store": away, "aggregate": away})
                await device.accepted()
            one.mended()
            await one.reconnected()
            await one.committed()
        outcome = await one.judged(
            "PostgreSQL: disk full, no room for its log: it panics",
            "ingest goes on and acknowledges; who writes waits and says so; 0 lost, 0 twice",
        )

    assert processes.still_run
    assert outcome.is_kept, outcome


@asynccontextmanager
async def database_full(disks: Disks, *, leaving_bytes: int = 0) -> AsyncIterator[None]:
    """Fill the database's disk up; if it has ended by then, it is started again afterwards."""
    database = disks.made.stack.database_service
    try:
        with disks.database.full(leaving_bytes=leaving_bytes):
            yield
    finally:
        await run_again(database)


async def new_segment(one: Trial) -> None:
    """Have the database begin a new file of its log."""
    await one.connection.execute("select pg_logical_emit_message(false, '', ''), pg_switch_wal()")


async def panicked(one: Trial) -> None:
    """Let the database use up the files of its log, of which it has some for later."""
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):  # noqa: PT012
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                await new_segment(one)
