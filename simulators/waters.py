"""A river, canal or brook: it rises after rain."""

from dataclasses import dataclass

import numpy as np

from simulators.chance import stream, wander
from simulators.local_time import DAY, HOUR
from simulators.weather import Weather

_HOURS = 60
_RISE, _FALL = 3.0, 16.0  # hours that the water takes to come, and to go


@dataclass(frozen=True)
class Water:
    """A gauged water; instants are seconds since 1970.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of others.
        depth: metres that it usually has.
        response: metres that it rises after ten millimetres of rain.
        weather: over its land.
    """

    seed: int
    name: str
    depth: float
    response: float
    weather: Weather

    def level(self, seconds: float) -> float:
        """Return the water's level in metres."""
        ages = np.arange(_HOURS) + 0.5
        rain = self.weather.rain(seconds - ages * HOUR)
        kernel = (1 - np.exp(-ages / _RISE)) * np.exp(-ages / _FALL)
        slow = 0.12 * float(wander(stream(self.seed, self.name), seconds / (4 * DAY)))
        return self.depth + slow + self.response / 10 * float((rain * kernel).sum())
