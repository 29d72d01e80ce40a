"""A room of a public building: people breathe in it, and warm it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike

from simulators.building import Use, rhythm_of
from simulators.chance import Numbers, stream, wander
from simulators.local_time import HOUR, local_time
from simulators.sun import elevation
from simulators.weather import Weather

_OUTDOORS_PPM = 424.0
_BREATH_PPM = 18_000.0  # litres of CO2 an hour and person, times a million over a thousand
_STEP_SECONDS, _STEPS = 600.0, 12
_STALE = 0.78  # of the air that stays in the room over a step


@dataclass(frozen=True)
class Room:
    """A room; instants are seconds since 1970.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of others.
        use: of the building that it is in.
        seats: people in it when it is full.
        fresh_air: cubic metres an hour that its ventilation brings.
        zone: whose clock people live by.
        weather: outside.
    """

    seed: int
    name: str
    use: Use
    seats: int
    fresh_air: float
    zone: ZoneInfo
    weather: Weather

    def people(self, seconds: ArrayLike) -> Numbers:
        """Return how many are in it."""
        times = np.asarray(seconds, dtype=np.float64)
        wanted = rhythm_of(self.use)(local_time(times, self.zone))
        mood = wander(stream(self.seed, self.name, "people"), times / HOUR)
        return np.floor(self.seats * wanted * (0.35 + 0.7 * mood) + 0.2)

    def is_used(self, seconds: float) -> float:
        """Tell whether somebody is in it, as 1 or 0."""
        return float(self.people(seconds) > 0)

    def co2(self, seconds: float) -> float:
        """Return CO2 in ppm: what people breathed out in the last two hours and is still there."""
        ages = np.arange(_STEPS)
        breathed = self.people(seconds - ages * _STEP_SECONDS) * (1 - _STALE) * _STALE**ages
        drift = 12.0 * float(self._wander("co2", seconds, HOUR))
        return _OUTDOORS_PPM + drift + float(breathed.sum()) * _BREATH_PPM / self.fresh_air

    def indoor_temperature(self, seconds: float) -> float:
        """Return degrees Celsius: heated by day, warmed by people and by summer."""
        used = float(self.people(seconds)) / self.seats
        summer = max(0.0, float(self.weather.temperature(seconds)) - 19.0)
        heated = min(1.0, 2 * float(rhythm_of(self.use)(local_time(seconds, self.zone))))
        return 18.2 + 2.4 * heated + 1.5 * used + 0.45 * summer + 0.4 * self._sway(seconds)

    def indoor_humidity(self, seconds: float) -> float:
        """Return percent: the water outside, at the temperature inside, and people's."""
        outside = float(self.weather.vapour_pressure(seconds))
        full = float(self.weather.full_vapour_pressure(self.indoor_temperature(seconds)))
        breath = 8.0 * float(self.people(seconds)) / self.seats
        return min(85.0, max(18.0, 100.0 * outside / full + breath))

    def vapours(self, seconds: float) -> float:
        """Return volatile organic compounds in micrograms a cubic metre."""
        return 60.0 + 14.0 * float(self.people(seconds)) + 90.0 * self._sway(seconds)

    def formaldehyde(self, seconds: float) -> float:
        """Return micrograms a cubic metre."""
        return 14.0 + 12.0 * self._sway(seconds)

    def light(self, seconds: float) -> float:
        """Return lux: lamps when it is used, and the sun by the window."""
        sun = max(0.0, float(np.sin(np.radians(elevation(seconds, self.weather.place)))))
        cloudy = 1.1 - float(self.weather.cloud(seconds))
        return 420.0 * self.is_used(seconds) + 900.0 * sun * cloudy

    def movements(self, seconds: float) -> float:
        """Return how often somebody moved lately."""
        return float(round(4 * float(self.people(seconds)) * (0.5 + self._sway(seconds))))

    def _sway(self, seconds: float) -> float:
        return float(self._wander("sway", seconds, 1800))

    def _wander(self, what: str, seconds: float, period: float) -> Numbers:
        return wander(stream(self.seed, self.name, what), seconds / period)
