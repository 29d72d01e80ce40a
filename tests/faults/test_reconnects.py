"""Very many devices come back at once: the power, or the network, was away."""

import asyncio
import os
from typing import Any

import pytest

from tests.faults.crowd import Crowd, crowd
from tests.faults.pipeline import Pipeline
from tests.faults.trial import Trial, trial, under_load

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(900),
    pytest.mark.asyncio(loop_scope="session"),
]

DEVICES = int(os.environ.get("STADSPULS_FAULT_DEVICES", "300"))
"""`make faults` asks for 5,000."""
_OTHERS = 100
_PATIENCE_SECONDS = 300.0


async def storm(one: Trial, devices: Crowd) -> list[float]:
    """Have the devices come back until others were acknowledged too; return how long each took."""
    before, seconds = one.acknowledged(), list[float]()
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not seconds or one.acknowledged() < before + _OTHERS:
            seconds.append(await devices.come_back())
    return seconds


async def test_devices_that_come_back_at_once_lose_nothing_and_shut_nobody_out(
    made: Pipeline,
) -> None:
    async with trial(made) as one:
        async with crowd(one, DEVICES) as devices, under_load(one):
            await devices.come_back()
            await one.committed()
            seconds = await storm(one, devices)
            one.mended()
            await one.committed()
        outcome = await one.judged(
            f"{DEVICES:,} devices lose their connections and come back at once with a reading",
            "0 lost, 0 twice; others' readings go on, memory stays small",
            **figures(one, seconds),
        )

    assert outcome.is_kept, outcome


def figures(one: Trial, seconds: list[float]) -> dict[str, Any]:
    """Return how long the devices took, and what the storm cost, as facts for the table."""
    peaks = one.peaks()
    return {
        "times": len(seconds),
        "all back after": f"{max(seconds):.1f} s",
        "peak MiB": f"mqtt {peaks['mqtt']:.0f}, ingest {peaks['ingest']:.0f}",
    }
