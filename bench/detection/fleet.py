"""The simulated fleets of the demonstration, slow enough to live weeks in minutes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import takewhile
from typing import Final

from simulators.city import devices_of
from simulators.device import Device
from simulators.faults import Message
from simulators.scenario import Scenario, load_city
from simulators.schedule import schedule

HOUR: Final = 3600.0
SEED: Final = 1
CITIES: Final = ("leiedonk", "vlierhove")
MONDAY: Final = datetime(2026, 6, 8, tzinfo=UTC).timestamp()
"""When it begins: a week without feasts."""
PACE_SECONDS: Final = 60.0
"""Devices that speak more often speak so often: rules look at hours."""


def fleet(scenario: Scenario, *, seed: int, pace_seconds: float) -> list[Device]:
    """Return the devices of a scenario, none of which speaks more often than the pace."""
    return [
        replace(one, period_seconds=max(one.period_seconds, pace_seconds))
        for one in devices_of(scenario, seed=seed, start=MONDAY)
    ]


def said(
    scenario: Scenario, devices: Sequence[Device], *, hours: float, seed: int
) -> Iterator[Message]:
    """Yield what devices say for so many hours."""
    end = MONDAY + hours * HOUR
    messages = schedule(devices, MONDAY, faults=scenario.faults, seed=seed)
    return takewhile(lambda one: one.due < end, messages)


def name_of(device: Device) -> str:
    """Return what the city's plan calls a device, which is a part of its topic."""
    return next(part for part in device.topic.split("/") if part in _names())


@cache
def _names() -> frozenset[str]:
    return frozenset(one.name for city in CITIES for one in load_city(city).devices)
