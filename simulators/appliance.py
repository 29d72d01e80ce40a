"""What is plugged in: the lamps of a street, a printer, a fountain."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from simulators.chance import Numbers, stream, uniform, wander
from simulators.local_time import LocalTime, local_time, within
from simulators.register import KNOT, Register
from simulators.sun import elevation
from simulators.weather import Weather

Habit: TypeAlias = Literal["lamps", "printer", "pump", "charger"]

_VOLT = 231.0
_DUSK = -1.5  # degrees: lamps go on when the sun is so far below
_STANDBY_SHARE = 0.012
_BUSY = 0.3  # share of quarters in which a printer prints or a car is charged


@dataclass(frozen=True)
class Appliance:
    """An appliance; instants are seconds since 1970.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of others.
        habit: when it runs.
        full_kilowatt: that it takes then.
        zone: whose clock people live by.
        weather: and the sun above it.
    """

    seed: int
    name: str
    habit: Habit
    full_kilowatt: float
    zone: ZoneInfo
    weather: Weather

    def kilowatt(self, seconds: float) -> float:
        """Return the power that it takes."""
        return float(self._rate(np.asarray(seconds, dtype=np.float64)))

    def energy_total(self, seconds: float) -> float:
        """Return the energy taken since its meter was placed, in kWh."""
        return self._taken.at(seconds)

    def is_on(self, seconds: float) -> float:
        """Tell whether it runs, as 1 or 0."""
        return float(self.kilowatt(seconds) > 2 * _STANDBY_SHARE * self.full_kilowatt)

    def volt(self, seconds: float) -> float:
        """Return the voltage at its plug."""
        return _VOLT + 3.0 * (float(wander(stream(self.seed, "mains"), seconds / 60)) - 0.5)

    def ampere(self, seconds: float) -> float:
        """Return the current that it draws."""
        return self.kilowatt(seconds) * 1000 / self.volt(seconds)

    @cached_property
    def _taken(self) -> Register:
        return Register(self._rate)

    def _rate(self, seconds: Numbers) -> Numbers:
        clock = local_time(seconds, self.zone)
        return self.full_kilowatt * np.maximum(self._running(seconds, clock), _STANDBY_SHARE)

    def _running(self, seconds: Numbers, clock: LocalTime) -> Numbers:
        chance = uniform(stream(self.seed, self.name), np.floor(seconds / KNOT))
        match self.habit:
            case "lamps":
                dark = elevation(seconds, self.weather.place) < _DUSK
                return np.where(within(clock, 23, 5), 0.55, 1.0) * dark
            case "pump":
                frost = np.clip(self.weather.temperature(seconds), 0.0, 1.0)
                return np.where(within(clock, 8, 22), frost, 0.0)
            case "printer":
                return np.where(within(clock, 9, 19, range(6)) & (chance < _BUSY), 1.0, 0.0)
            case "charger":
                return np.where(chance < _BUSY + 0.3 * within(clock, 8, 19), 0.95, 0.0)
