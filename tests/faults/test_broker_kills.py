"""`kill -9` of Mosquitto: what it loses of what it acknowledged, by its settings."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from deploy.mosquitto import MosquittoLimits
from deploy.stack.mosquitto import Mosquitto
from tests.faults.pipeline import Pipeline
from tests.faults.trial import Trial, trial, under_load

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="session"),
]

FLOOD = float(os.environ.get("STADSPULS_FAULT_FLOOD", "0"))
"""Messages a second while the gateway is away; `make faults` wants many, and other settings."""
GENERATED = MosquittoLimits()
EVER = float("inf")
SETTINGS = {"as generated": (GENERATED, GENERATED.autosave_seconds + 8.0)}
"""Settings, and how many seconds before its death may be lost: those between two saves, and some
in which a busy machine comes to nothing."""
if FLOOD:
    SETTINGS |= {
        "Debian's: autosave_interval 1800, max_queued_messages 1000": (
            MosquittoLimits(autosave_seconds=1800, queue_messages=1000),
            EVER,
        ),
        "autosave_on_changes, autosave_interval 1": (MosquittoLimits(autosave_changes=1), EVER),
    }
_AWAY_SECONDS = 3.0


@asynccontextmanager
async def broker_with(made: Pipeline, limits: MosquittoLimits) -> AsyncIterator[Mosquitto]:
    """Yield the broker, restarted with other settings; it gets its own back."""
    broker = made.stack.mqtt_service
    assert isinstance(broker, Mosquitto)
    usual, broker.limits = broker.limits, limits
    try:
        await broker.stop()
        await broker.start()
        yield broker
    finally:
        broker.limits = usual
        await broker.stop()
        await broker.start()


async def killed(broker: Mosquitto) -> datetime:
    """Kill the broker, start it again, and return when it died."""
    await broker.kill()
    died = datetime.now(UTC)
    await broker.start()
    return died


def promise(window: float) -> str:
    """Return what may be lost, in words."""
    within = "ever" if window == EVER else f"in its last {window:.0f} s"
    return f"lost at most what it acknowledged {within}; 0 twice"


def acknowledged_before(one: Trial, died: datetime, seconds: float) -> list[float]:
    """Return when messages were acknowledged that the broker may have lost."""
    last = died.timestamp()
    times = (entry.acknowledged_time for entry in one.entries())
    return [time for time in times if time is not None and last - seconds <= time <= last]


@pytest.mark.parametrize("name", SETTINGS)
async def test_broker_killed_while_the_gateway_listens_loses_no_more_than_its_window(
    made: Pipeline, name: str
) -> None:
    limits, window = SETTINGS[name]
    async with broker_with(made, limits) as broker, trial(made) as one:
        async with under_load(one, [{"messages_per_second": 250, "dialect": "telraam"}]):
            await one.committed(5)
            died = await killed(broker)
            one.mended()
            await one.committed(2)
        may_be_lost = len(acknowledged_before(one, died, window))
        outcome = await one.judged(
            f"Mosquitto, {name}: kill -9 while the gateway listens",
            promise(window),
            at_most=may_be_lost,
        )

    assert outcome.is_kept, outcome


@pytest.mark.parametrize("name", SETTINGS)
async def test_broker_killed_while_the_gateway_is_away_loses_no_more_than_its_window(
    made: Pipeline, name: str
) -> None:
    limits, window = SETTINGS[name]
    async with broker_with(made, limits) as broker, trial(made) as one:
        load = {"messages_per_second": FLOOD or 250, "dialect": "telraam", "things": 500}
        async with under_load(one, [load]):
            await one.committed()
            await made.part("ingest").stop()
            begun = len(one.entries())
            await asyncio.sleep(_AWAY_SECONDS)
            rate = (len(one.entries()) - begun) / _AWAY_SECONDS
            died = await killed(broker)
        await made.part("ingest").start()
        one.mended()
        outcome = await one.judged(
            f"Mosquitto, {name}: kill -9 while the gateway is away",
            promise(window),
            at_most=len(acknowledged_before(one, died, window)),
            messages_a_second=round(rate),
        )

    assert outcome.is_kept, outcome
