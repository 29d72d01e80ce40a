"""A door that people go in and out by, and how many are inside."""

from dataclasses import dataclass
from functools import cached_property
from math import floor
from typing import Literal, TypeAlias

import numpy as np

from simulators.chance import Numbers, stream, wander
from simulators.events import Events
from simulators.local_time import HOUR, LocalTime, hump, local_time, within
from simulators.register import Register
from simulators.weather import Weather

Attraction: TypeAlias = Literal["library", "museum", "town-hall", "square"]

_STAY_SECONDS = 1500.0


@dataclass(frozen=True)
class Doorway:
    """A counted door; instants are seconds since 1970.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of others.
        attraction: what is behind it.
        visitors_per_day: on a usual day.
        events: that bring more of them.
        weather: that keeps some at home.
    """

    seed: int
    name: str
    attraction: Attraction
    visitors_per_day: float
    events: Events
    weather: Weather

    def entries_total(self, seconds: float) -> float:
        """Return how many came in since the counter was placed."""
        return float(floor(self._entered.at(seconds)))

    def exits_total(self, seconds: float) -> float:
        """Return how many went out: all who came in, a while later."""
        return self.entries_total(seconds - _STAY_SECONDS)

    def present(self, seconds: float) -> float:
        """Return how many are inside."""
        return self.entries_total(seconds) - self.exits_total(seconds)

    @cached_property
    def _entered(self) -> Register:
        return Register(self._rate)

    def _rate(self, seconds: Numbers) -> Numbers:
        rhythm = _RHYTHMS[self.attraction](local_time(seconds, self.events.zone))
        mood = 0.6 + 0.8 * wander(stream(self.seed, self.name), seconds / HOUR)
        dry = np.clip(1.1 - 0.25 * self.weather.rain(seconds), 0.4, 1.1)
        drawn = 1.0 + 1.5 * self.events.crowd(seconds)
        return np.asarray(self.visitors_per_day * rhythm * mood * dry * drawn)


def _library(clock: LocalTime) -> Numbers:
    return within(clock, 10, 19, range(6)) * (0.08 + 0.09 * hump(clock.hour, 16.0, 1.8))


def _museum(clock: LocalTime) -> Numbers:
    busy = np.where(clock.weekend, 1.6, 0.8)
    return within(clock, 10, 18, range(1, 7)) * busy * (0.07 + 0.08 * hump(clock.hour, 14, 2))


def _town_hall(clock: LocalTime) -> Numbers:
    return within(clock, 9, 17, range(5)) * (0.09 + 0.08 * hump(clock.hour, 10.5, 1.5))


def _square(clock: LocalTime) -> Numbers:
    day = 0.002 + 0.09 * hump(clock.hour, 13.5, 4.5) + 0.03 * hump(clock.hour, 20.5, 2.5)
    return np.where(clock.weekend, 1.3, 1.0) * day


_RHYTHMS = {
    "library": _library,
    "museum": _museum,
    "town-hall": _town_hall,
    "square": _square,
}
