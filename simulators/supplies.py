"""What a building takes besides electricity: heat of a network, and water."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from simulators.building import Use, rhythm_of
from simulators.chance import Numbers, stream, wander
from simulators.local_time import HOUR, local_time
from simulators.register import Register
from simulators.weather import Weather

_HEATED_TO = 16.5  # degrees outside from which on nobody heats
_KELVIN = 38.0  # between the network's water going in and coming back
_KWH_PER_M3_KELVIN = 1.161


@dataclass(frozen=True)
class Heating:
    """A building on a heat network; instants are seconds since 1970.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of others.
        kilowatt_per_degree: that it takes for each degree that is missing outside.
        base_kilowatt: that it always takes, for hot water.
        weather: outside.
    """

    seed: int
    name: str
    kilowatt_per_degree: float
    base_kilowatt: float
    weather: Weather

    def heat_total(self, seconds: float) -> float:
        """Return the heat taken since the meter was placed, in kWh."""
        return self._taken.at(seconds)

    def heating_water_total(self, seconds: float) -> float:
        """Return the network's water that went through, in cubic metres."""
        return self.heat_total(seconds) / (_KELVIN * _KWH_PER_M3_KELVIN)

    @cached_property
    def _taken(self) -> Register:
        return Register(self._kilowatt)

    def _kilowatt(self, seconds: Numbers) -> Numbers:
        missing = np.maximum(0.0, _HEATED_TO - self.weather.temperature(seconds))
        flicker = 0.85 + 0.3 * wander(stream(self.seed, self.name), seconds / HOUR)
        return (self.base_kilowatt + self.kilowatt_per_degree * missing) * flicker


@dataclass(frozen=True)
class TapWater:
    """A building on the water mains; instants are seconds since 1970.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of others.
        use: how the building is used.
        litres_per_hour: when it is in full use.
        zone: whose clock people live by.
    """

    seed: int
    name: str
    use: Use
    litres_per_hour: float
    zone: ZoneInfo

    def water_total(self, seconds: float) -> float:
        """Return the water used since the meter was placed, in cubic metres."""
        return self._used.at(seconds) / 1000

    def flow(self, seconds: float) -> float:
        """Return litres a minute."""
        return float(self._rate(np.asarray(seconds))) / 60

    @cached_property
    def _used(self) -> Register:
        return Register(self._rate)

    def _rate(self, seconds: Numbers) -> Numbers:
        use = rhythm_of(self.use)(local_time(seconds, self.zone))
        taps = wander(stream(self.seed, self.name), seconds / 1200)
        return np.asarray(self.litres_per_hour * use * (0.3 + 1.4 * taps))
