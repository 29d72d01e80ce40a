"""The weather over a city: pure functions of seed, place and time."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from simulators.chance import Numbers, stream, wander
from simulators.local_time import DAY, HOUR
from simulators.register import Register
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

    def gust(self, seconds: ArrayLike) -> Numbers:
        """Return the strongest gust of late in metres a second."""
        return 1.35 * self.wind(seconds) + 3.0 * self._wander("squall", seconds, HOUR / 2)

    def wind_direction(self, seconds: ArrayLike) -> Numbers:
        """Return where the wind comes from, in degrees; mostly the south-west."""
        turn = 220.0 * (self._wander("turn", seconds, 1.5 * DAY) - 0.5)
        return (230.0 + turn + 25.0 * self._wander("veer", seconds, 600)) % 360

    def rain(self, seconds: ArrayLike) -> Numbers:
        """Return the rain in millimetres an hour; none from a sky with little cloud."""
        wet = np.clip((self.cloud(seconds) - 0.72) / 0.28, 0.0, 1.0)
        shower = np.maximum(0.0, self._wander("shower", seconds, 1.5 * HOUR) - 0.55)
        return np.asarray(5.2 * wet * shower)

    def rain_total(self, seconds: float) -> float:
        """Return what a gauge has caught since it was placed, in millimetres."""
        return self._caught.at(seconds)

    def irradiance(self, seconds: ArrayLike) -> Numbers:
        """Return the sun's power on a level square metre, in watts."""
        height = np.sin(np.radians(np.maximum(0.0, elevation(seconds, self.place))))
        return 1060.0 * height**1.15 * (1.0 - 0.76 * self.cloud(seconds) ** 3)

    def vapour_pressure(self, seconds: ArrayLike) -> Numbers:
        """Return the pressure of the water vapour in hectopascals."""
        share = self.humidity(seconds) / 100.0
        return share * self.full_vapour_pressure(self.temperature(seconds))

    @staticmethod
    def full_vapour_pressure(temperature: ArrayLike) -> Numbers:
        """Return the pressure of all vapour that air of a temperature holds (Magnus), in hPa."""
        degrees = np.asarray(temperature, dtype=np.float64)
        return 6.112 * np.exp(17.62 * degrees / (243.12 + degrees))

    @cached_property
    def _caught(self) -> Register:
        return Register(self.rain)

    def _wander(self, name: str, seconds: ArrayLike, period: float) -> Numbers:
        times = np.asarray(seconds, dtype=np.float64)
        return wander(stream(self.seed, "weather", name), times / period)
