"""The weather over a city: pure functions of seed, place and time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from simulators.chance import Numbers, stream, wander
from simulators.local_time import DAY, HOUR
from simulators.sun import Place, elevation

_YEAR = 365.2425 * DAY
_COLDEST = 20 * DAY  # about the 20th of January


@dataclass(frozen=True)
class Weather:
    """The weather over a place; every method takes instants in seconds since 1970.

    Attributes:
        seed: of the simulated world.
        place: where.
    """

    seed: int
    place: Place

    def cloud(self, seconds: ArrayLike) -> Numbers:
        """Return the share of the sky that is covered, 0 to 1."""
        slow, quick = self._wander("sky", seconds, DAY), self._wander("cloud", seconds, HOUR)
        return np.clip(1.3 * slow + 0.5 * quick - 0.35, 0.0, 1.0)

    def temperature(self, seconds: ArrayLike) -> Numbers:
        """Return the air's temperature in degrees Celsius."""
        times = np.asarray(seconds, dtype=np.float64)
        season = -8.0 * np.cos(2 * np.pi * (times - _COLDEST) / _YEAR)
        # The warmest time of a day comes some two hours after the sun's highest.
        sunshine = np.sin(np.radians(elevation(times - 2 * HOUR, self.place)))
        front = 9.0 * (self._wander("front", times, 3 * DAY) - 0.5)
        return 10.5 + season + 4.0 * sunshine * (1.2 - self.cloud(times)) + front

    def humidity(self, seconds: ArrayLike) -> Numbers:
        """Return the relative humidity in percent."""
        dampness = 4.0 * self._wander("damp", seconds, DAY / 2)
        warm_day = 1.6 * np.maximum(0.0, elevation(seconds, self.place)) / 2.5
        return np.clip(94.0 - 3.0 * dampness - warm_day * (1.2 - self.cloud(seconds)), 28.0, 99.0)

    def pressure(self, seconds: ArrayLike) -> Numbers:
        """Return the air pressure in hectopascals."""
        return 988.0 + 50.0 * self._wander("pressure", seconds, 2.5 * DAY)

    def wind(self, seconds: ArrayLike) -> Numbers:
        """Return the wind in metres a second."""
        slow, gust = self._wander("wind", seconds, DAY), self._wander("gust", seconds, HOUR / 4)
        return np.asarray(0.6 + 7.0 * slow**2 + 1.5 * gust)

    def _wander(self, name: str, seconds: ArrayLike, period: float) -> Numbers:
        times = np.asarray(seconds, dtype=np.float64)
        return wander(stream(self.seed, "weather", name), times / period)
