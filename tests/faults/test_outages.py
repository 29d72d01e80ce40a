"""Kafka and the database away, for as long as is asked for, while readings come on both ways."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.mosquitto import MosquittoLimits
from deploy.stack.mosquitto import Mosquitto
from schemas import telemetry
from tests.faults.http_device import Answer, HttpDevice, http_device, unacknowledged
from tests.faults.pipeline import Pipeline
from tests.faults.telling import counted
from tests.faults.trial import Trial, trial, under_load

SECONDS = float(os.environ.get("STADSPULS_FAULT_OUTAGE_SECONDS", "5"))
"""How long they are away; `make faults` asks for ten minutes."""

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(900 + 3 * SECONDS),
    pytest.mark.asyncio(loop_scope="session"),
]
_NARROW = MosquittoLimits(
    queue_bytes=20_000, inflight_messages=100, inflight_bytes=20_000, telling_seconds=1
)
_TELRAAM: Sequence[dict[str, object]] = ({"messages_per_second": 250, "dialect": "telraam"},)


async def kafka_away(one: Trial, device: HttpDevice, seconds: float) -> list[Answer]:
    """Kill Kafka, start it again, and return what HTTP answered meanwhile."""
    kafka = one.pipeline.stack.kafka_service
    await kafka.kill()
    answers = await unacknowledged(one, device, seconds)
    await kafka.start()
    one.mended()
    return answers


async def test_without_kafka_nothing_is_acknowledged_and_nothing_lost(made: Pipeline) -> None:
    async with trial(made) as one:
        async with under_load(one), http_device(one) as device:
            await one.committed()
            answers = await kafka_away(one, device, SECONDS)
            await one.committed()
        outcome = await one.judged(
            f"Kafka: kill -9, away for {SECONDS:.0f} s, for longer than its clients wait",
            "no PUBACK, HTTP 503 with Retry-After; 0 lost, 0 twice",
            **peaks(one),
        )

    assert answers
    assert all(one.status == 503 and one.retry_after for one in answers)
    assert outcome.is_kept, outcome


async def test_what_the_broker_has_no_room_for_is_counted_by_its_own_word(made: Pipeline) -> None:
    """Mosquitto drops messages that it acknowledged; nobody else can know how many."""
    broker = made.stack.mqtt_service
    assert isinstance(broker, Mosquitto)
    async with trial(made) as one:
        usual, broker.limits = broker.limits, _NARROW
        try:
            await broker.stop()
            await broker.start()
            async with under_load(one, _TELRAAM), http_device(one) as device:
                await one.committed()
                await kafka_away(one, device, 3)
                await one.committed()
            outcome = await one.judged(
                "Kafka away for longer than the broker's queue has room (20 kB)",
                "what is lost is what the broker says that it dropped",
                forgiven=lambda: counted(made, telemetry.BROKER_DROPPED),
            )
        finally:
            broker.limits = usual
            await broker.stop()
            await broker.start()

    assert outcome.is_kept, outcome
    assert outcome.lost == outcome.forgiven > 0


async def test_without_the_database_all_is_acknowledged_and_nothing_lost(made: Pipeline) -> None:
    database = made.stack.database_service
    async with trial(made) as one:
        async with under_load(one), http_device(one) as device:
            await one.committed()
            await database.stop()
            begun = datetime.now(UTC)
            before = await counted(made, telemetry.ACKNOWLEDGED)
            await asyncio.sleep(SECONDS)
            meanwhile = await counted(made, telemetry.ACKNOWLEDGED) - before
            answers = device.answered(begun, datetime.now(UTC))
            await database.start()
            one.mended()
            await one.reconnected()
            await one.committed()
        outcome = await one.judged(
            f"PostgreSQL: stopped for {SECONDS:.0f} s",
            "ingest goes on and acknowledges; the lag grows and drains; 0 lost, 0 twice",
            **peaks(one),
        )

    assert meanwhile > 0
    assert {one.status for one in answers} == {202}
    assert outcome.is_kept, outcome


def peaks(one: Trial) -> dict[str, Any]:
    """Return the peak of every process's memory, as a fact for the table."""
    return {"peak MiB": ", ".join(f"{name} {mib:.0f}" for name, mib in one.peaks().items())}
