"""`kill -9` of Mosquitto: what it loses of what it acknowledged, by its settings."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

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
SETTINGS = {"as generated": GENERATED}
if FLOOD:
    SETTINGS |= {
        "Debian's: autosave_interval 1800, max_queued_messages 1000": MosquittoLimits(
            autosave_seconds=1800, queue_messages=1000
        ),
        "autosave_on_changes, autosave_interval 1": MosquittoLimits(autosave_changes=1),
    }
PROMISE = "lost at most what it acknowledged since its last save; 0 twice"
_SLACK_SECONDS = 0.5
"""A file's time is of the end of a save, and clocks of files are coarse."""
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


class Death(NamedTuple):
    """A kill of the broker, in seconds since 1970: its last save, and ready again."""

    saved: float
    ready: float


async def killed(broker: Mosquitto) -> Death:
    """Kill the broker, and start it again."""
    await broker.kill()
    saved = (broker.folder / "mosquitto.db").stat().st_mtime
    await broker.start()
    return Death(saved, time.time())


def unsaved(one: Trial, death: Death) -> int:
    """Return how many messages were acknowledged that the broker had not saved."""
    times = (entry.acknowledged_time for entry in one.entries())
    begin = death.saved - _SLACK_SECONDS
    return sum(time is not None and begin <= time <= death.ready for time in times)


@pytest.mark.parametrize("name", SETTINGS)
async def test_broker_killed_while_the_gateway_listens_loses_no_more_than_its_window(
    made: Pipeline, name: str
) -> None:
    async with broker_with(made, SETTINGS[name]) as broker, trial(made) as one:
        async with under_load(one, [{"messages_per_second": 250, "dialect": "telraam"}]):
            await one.committed(5)
            death = await killed(broker)
            one.mended()
            await one.committed(2)
        outcome = await one.judged(
            f"Mosquitto, {name}: kill -9 while the gateway listens",
            PROMISE,
            at_most=unsaved(one, death),
        )

    assert outcome.is_kept, outcome


@pytest.mark.parametrize("name", SETTINGS)
async def test_broker_killed_while_the_gateway_is_away_loses_no_more_than_its_window(
    made: Pipeline, name: str
) -> None:
    async with broker_with(made, SETTINGS[name]) as broker, trial(made) as one:
        load = {"messages_per_second": FLOOD or 250, "dialect": "telraam", "things": 500}
        async with under_load(one, [load]):
            await one.committed()
            await made.part("ingest").stop()
            begun = len(one.entries())
            await asyncio.sleep(_AWAY_SECONDS)
            rate = (len(one.entries()) - begun) / _AWAY_SECONDS
            death = await killed(broker)
        await made.part("ingest").start()
        one.mended()
        outcome = await one.judged(
            f"Mosquitto, {name}: kill -9 while the gateway is away",
            PROMISE,
            at_most=unsaved(one, death),
            messages_a_second=round(rate),
        )

    assert outcome.is_kept, outcome
