"""A street: who passes in an hour, how fast, how loud, and what hangs in its air."""

from dataclasses import dataclass
from functools import cached_property, partial
from math import floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike

from simulators.chance import Numbers, gaussian, stream, wander
from simulators.local_time import HOUR, LocalTime, hump, local_time
from simulators.register import Register
from simulators.sun import elevation
from simulators.weather import Weather

_SAMPLES = 4  # of an hour's intensity, for its mean
_TWILIGHT = -4.0  # degrees: a camera sees vehicles until the sun is so far below


class Passage(NamedTuple):
    """Who passed in one direction in an hour, as a camera counted and scaled up."""

    car: float
    heavy: float
    bike: float
    pedestrian: float


@dataclass(frozen=True)
class Street:
    """A street of a simulated city; instants are seconds since 1970.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of other streets.
        vehicles_per_day: on a working day, both directions together.
        zone: whose clock people live by.
        weather: over the street.
    """

    seed: int
    name: str
    vehicles_per_day: float
    zone: ZoneInfo
    weather: Weather

    def intensity(self, seconds: ArrayLike) -> Numbers:
        """Return vehicles an hour, both directions together."""
        rhythm = _driving(local_time(seconds, self.zone))
        times = np.asarray(seconds, dtype=np.float64)
        mood = 0.85 + 0.3 * wander(stream(self.seed, self.name, "mood"), times / (6 * HOUR))
        return self.vehicles_per_day * rhythm * mood

    def seen_share(self, hour_start: float) -> float:
        """Return the share of an hour with enough daylight for a camera to count, as uptime."""
        samples = hour_start + np.arange(0, HOUR, 120)
        light = np.mean(elevation(samples, self.weather.place) > _TWILIGHT)
        # The device uses some of each hour for its own work.
        pause = 0.2 + 0.01 * float(gaussian(stream(self.seed, self.name, "pause"), hour_start))
        return float(light) * (1.0 - pause)

    def passages(self, hour_start: float, direction: int) -> Passage:
        """Return who passed in the hour from `hour_start` in direction 0 (in) or 1 (out)."""
        samples = hour_start + (np.arange(_SAMPLES) + 0.5) * HOUR / _SAMPLES
        clock = local_time(samples, self.zone)
        share = np.mean(_tide(clock, direction))
        vehicles = float(np.mean(self.intensity(samples))) * share
        slow = 0.12 * self.vehicles_per_day * np.mean(_on_foot(clock)) * share
        dry = float(np.mean(self._willing(samples)))
        chosen = stream(self.seed, self.name, "passage", direction)
        places = int(hour_start) // HOUR * 4 + np.arange(4)
        wanted = np.array([vehicles * 0.93, vehicles * 0.07, slow * dry, slow * 0.6])
        counts = np.maximum(0.0, wanted + np.sqrt(wanted) * gaussian(chosen, places))
        return Passage(*(float(count) for count in counts))

    def speeds(self, hour_start: float) -> tuple[float, float]:
        """Return mean and deviation of the cars' speeds in an hour, in km/h."""
        full = float(np.mean(self.intensity(hour_start + HOUR / 2))) / self.vehicles_per_day
        noise = float(gaussian(stream(self.seed, self.name, "speed"), int(hour_start) // HOUR))
        return 37.0 - 90.0 * full + 1.5 * noise, 8.0

    def fine_dust(self, seconds: ArrayLike) -> Numbers:
        """Return PM2.5 in micrograms a cubic metre: from afar, from stoves, from the traffic."""
        wind = self.weather.wind(seconds)
        cold = np.maximum(0.0, 12.0 - self.weather.temperature(seconds))
        afar = 4.0 + 9.0 * self._wander("afar", seconds, 20 * HOUR)
        return (afar + 0.5 * cold + self.intensity(seconds) / 80.0) * 3.0 / (2.0 + wind)

    def dust(self, seconds: ArrayLike) -> Numbers:
        """Return PM10 in micrograms a cubic metre: fine dust, and what wheels whirl up."""
        dry = 1.2 - self.weather.humidity(seconds) / 100.0
        coarse = 3.0 + self.intensity(seconds) / 60.0 * dry
        return self.fine_dust(seconds) + coarse * (0.7 + 0.6 * self._wander("dust", seconds, 900))

    def nitrogen_dioxide(self, seconds: ArrayLike) -> Numbers:
        """Return NO2 in micrograms a cubic metre: it follows the traffic and the wind."""
        dispersed = 3.5 / (1.5 + self.weather.wind(seconds))
        local = self.intensity(seconds) / 25.0 * (0.8 + 0.4 * self._wander("no2", seconds, 600))
        return 6.0 + local * dispersed

    def sound(self, seconds: ArrayLike) -> Numbers:
        """Return the sound level in dB(A) at the facade."""
        vehicles = np.maximum(self.intensity(seconds), 1.0)
        return 33.0 + 10.0 * np.log10(vehicles) + 4.0 * self._wander("sound", seconds, 60)

    def sound_average(self, seconds: float) -> float:
        """Return the average of the last minutes, in dB(A)."""
        return float(np.mean(self.sound(seconds - np.arange(0, 300, 30))))

    def sound_maximum(self, seconds: float) -> float:
        """Return the loudest of the last minutes, in dB(A)."""
        passing = 9.0 * float(self._wander("passing", seconds, 120))
        return float(np.max(self.sound(seconds - np.arange(0, 300, 30)))) + passing

    def ozone(self, seconds: ArrayLike) -> Numbers:
        """Return O3 in micrograms a cubic metre: the sun makes it, exhausts take it away."""
        sun = np.maximum(0.0, np.sin(np.radians(elevation(seconds, self.weather.place))))
        made = 55.0 + 70.0 * sun * (1.1 - self.weather.cloud(seconds))
        return np.maximum(3.0, made - 0.7 * self.nitrogen_dioxide(seconds))

    def speed(self, seconds: float) -> float:
        """Return the mean speed of the cars, in km/h."""
        return self.speeds(seconds // HOUR * HOUR)[0] + 6.0 * (
            float(self._wander("speed", seconds, 90)) - 0.5
        )

    def occupied(self, seconds: float) -> float:
        """Return the share of time that a vehicle stands above a loop of a lane, in percent."""
        return min(90.0, float(self.intensity(seconds)) / 60.0)

    def cars_total(self, seconds: float) -> float:
        """Return how many cars passed since a loop was laid."""
        return float(floor(0.79 * self._vehicles.at(seconds)))

    def vans_total(self, seconds: float) -> float:
        """Return how many vans passed since a loop was laid."""
        return float(floor(0.12 * self._vehicles.at(seconds)))

    def motorcycles_total(self, seconds: float) -> float:
        """Return how many motorcycles passed since a loop was laid."""
        return float(floor(0.02 * self._vehicles.at(seconds)))

    def rigid_lorries_total(self, seconds: float) -> float:
        """Return how many lorries without trailer passed since a loop was laid."""
        return float(floor(0.04 * self._vehicles.at(seconds)))

    def articulated_lorries_total(self, seconds: float) -> float:
        """Return how many lorries with trailers, and buses, passed since a loop was laid."""
        return float(floor(0.03 * self._vehicles.at(seconds)))

    def cyclists_total(self, seconds: float) -> float:
        """Return how many rode by since a counter was placed, both ways."""
        return self.cyclists_in_total(seconds) + self.cyclists_out_total(seconds)

    def cyclists_in_total(self, seconds: float) -> float:
        """Return how many rode into town since a counter was placed."""
        return float(floor(self._cyclists[0].at(seconds)))

    def cyclists_out_total(self, seconds: float) -> float:
        """Return how many rode out of town since a counter was placed."""
        return float(floor(self._cyclists[1].at(seconds)))

    @cached_property
    def _vehicles(self) -> Register:
        return Register(self.intensity)

    @cached_property
    def _cyclists(self) -> tuple[Register, Register]:
        return Register(partial(self._cycling, 0)), Register(partial(self._cycling, 1))

    def _cycling(self, direction: int, seconds: Numbers) -> Numbers:
        clock = local_time(seconds, self.zone)
        willing = self._willing(seconds) * (0.7 + 0.6 * self._wander("bikes", seconds, HOUR / 3))
        slow = 0.12 * self.vehicles_per_day * _on_foot(clock) * _tide(clock, direction)
        return np.asarray(slow * willing)

    def _willing(self, seconds: ArrayLike) -> Numbers:
        """Return how many of those who cycle go out in this weather."""
        return np.maximum(
            0.2, 1.25 - self.weather.cloud(seconds) - 0.1 * self.weather.rain(seconds)
        )

    def _wander(self, name: str, seconds: ArrayLike, period: float) -> Numbers:
        times = np.asarray(seconds, dtype=np.float64)
        return wander(stream(self.seed, self.name, name), times / period)


def _driving(clock: LocalTime) -> Numbers:
    """Return the share of a working day's vehicles in one hour; a working day sums to about 1."""
    hour = clock.hour
    rush = 0.055 * hump(hour, 8.0, 1.1) + 0.058 * hump(hour, 17.0, 1.6)
    working = 0.004 + rush + 0.052 * hump(hour, 13.0, 5.0)
    free = 0.005 + 0.052 * hump(hour, 14.5, 4.2) + 0.008 * hump(hour, 0.5, 2.0)
    return np.where(clock.weekend, free, working)


def _on_foot(clock: LocalTime) -> Numbers:
    school = 0.09 * hump(clock.hour, 8.2, 0.5) + 0.09 * hump(clock.hour, 15.8, 0.7)
    day = 0.07 * hump(clock.hour, 13.5, 4.0)
    return np.where(clock.weekend, 1.3 * day, day + school) + 0.001


def _tide(clock: LocalTime, direction: int) -> Numbers:
    """Return the share of all that goes in one direction: in by morning, out by evening."""
    inwards = 0.12 * hump(clock.hour, 8.0, 1.5) - 0.12 * hump(clock.hour, 17.0, 2.0)
    lean = np.where(clock.weekend, 0.0, inwards)
    return 0.5 + (lean if direction == 0 else -lean)
