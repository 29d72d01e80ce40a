"""A building with a digital meter: what it uses, what its panels give, what its registers say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike

from simulators.chance import Numbers, stream, uniform
from simulators.local_time import DAY, HOUR, LocalTime, local_time
from simulators.register import FIRST_KNOT, INSTALLED, KNOT, knots_until
from simulators.sun import elevation
from simulators.weather import Weather

Use: TypeAlias = Literal["office", "school", "sports", "library", "house"]

_DAY_TARIFF = (7, 22)  # hours of the day tariff on working days


class Registers(NamedTuple):
    """Energy since the meter was placed, in kWh; day tariff first, then night."""

    import_day: float
    import_night: float
    export_day: float
    export_night: float


@dataclass(frozen=True)
class Building:
    """A building of a simulated city; instants are seconds since 1970, from `INSTALLED` on.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of other buildings.
        use: how it is used.
        base_kilowatt: what it always takes.
        peak_kilowatt: what use adds at most.
        solar_kilowatt: peak power of its panels, 0 without any.
        zone: whose clock people live by.
        weather: over the building.
    """

    seed: int
    name: str
    use: Use
    base_kilowatt: float
    peak_kilowatt: float
    solar_kilowatt: float
    zone: ZoneInfo
    weather: Weather

    def power(self, seconds: float) -> float:
        """Return the power taken from the grid in kW; negative when some is fed into it."""
        knot, share = divmod(seconds, KNOT)
        here, there = self._knots(int(knot))
        return here + (there - here) * share / KNOT

    def registers(self, seconds: float) -> Registers:
        """Return what the meter's registers say: the integral of `power`, split by direction."""
        knot = int(seconds // KNOT)
        full = self._until(knot)
        here = self._knots(knot)[0]
        now = np.array([here, self.power(seconds)])
        parts = _energies(now, seconds - knot * KNOT, self._day_tariff(np.array([knot])))
        return Registers(*(float(a + b) for a, b in zip(full, parts[:, 0], strict=True)))

    def day_tariff(self, seconds: float) -> bool:
        """Tell whether the day's tariff holds."""
        return bool(self._day_tariff(np.array([seconds // KNOT]))[0])

    def month_peak(self, seconds: float) -> tuple[float, float]:
        """Return end and mean power in kW of this month's quarter with the highest import."""
        return self._month_peak(int(seconds // KNOT))

    @lru_cache(maxsize=16)  # noqa: B019 - as many as there are buildings live as long as we do
    def _month_peak(self, knot: int) -> tuple[float, float]:
        days = int(knot * KNOT // DAY)
        month = np.datetime64(days, "D").astype("datetime64[M]").astype("datetime64[D]")
        first = max(int(month.astype(np.int64)) * DAY, INSTALLED) // KNOT
        if knot <= first:
            return float(first * KNOT), 0.0
        knots = np.arange(first, knot + 1)
        power = self._net(knots)
        means = _positive(power[:-1], power[1:])
        best = int(np.argmax(means))
        return float(knots[best + 1] * KNOT), float(means[best])

    def _until(self, knot: int) -> Registers:
        """Return the registers at a knot, summed over all quarters since the meter's placing."""
        sums = self._sums(knots_until(knot))
        return Registers(*(float(one) for one in sums[:, knot - FIRST_KNOT]))

    @lru_cache(maxsize=64)  # noqa: B019 - see above
    def _sums(self, quarters: range) -> Numbers:
        knots = np.arange(quarters.start, quarters.stop)
        flows = _energies(self._net(knots), KNOT, self._day_tariff(knots[:-1]))
        return np.pad(np.add.accumulate(flows, axis=1), ((0, 0), (1, 0)))

    @lru_cache(maxsize=64)  # noqa: B019 - see above
    def _knots(self, knot: int) -> tuple[float, float]:
        here, there = self._net(np.array([knot, knot + 1]))
        return float(here), float(there)

    def _net(self, knots: ArrayLike) -> Numbers:
        places = np.asarray(knots, dtype=np.int64)
        times = np.asarray(places * float(KNOT), dtype=np.float64)
        flicker = 0.7 + 0.6 * uniform(stream(self.seed, self.name, "load"), places)
        use = _RHYTHMS[self.use](local_time(times, self.zone))
        used = self.base_kilowatt + self.peak_kilowatt * use * flicker
        return np.asarray(used - self._solar(times), dtype=np.float64)

    def _solar(self, times: Numbers) -> Numbers:
        height = np.sin(np.radians(np.maximum(0.0, elevation(times, self.weather.place))))
        clear = 1.0 - 0.78 * self.weather.cloud(times) ** 2
        return self.solar_kilowatt * 0.85 * np.asarray(height**0.9) * clear

    def _day_tariff(self, knots: ArrayLike) -> Numbers:
        """Return 1 for the quarters of the day tariff, which begins and ends on whole hours."""
        clock = local_time(np.asarray(knots) * float(KNOT), self.zone)
        first, last = _DAY_TARIFF
        return (~clock.weekend & (clock.hour >= first) & (clock.hour < last)).astype(np.float64)


def _positive(begin: Numbers, end: Numbers) -> Numbers:
    """Return the mean of the positive part of straight lines."""
    high, low = np.maximum(begin, end), np.minimum(begin, end)
    slope = np.where(high > low, high - low, 1.0)
    crossing = np.maximum(high, 0.0) ** 2 / (2 * slope)
    return np.where(low >= 0, (begin + end) / 2, crossing)


def _energies(power: Numbers, step_seconds: float, day: Numbers) -> Numbers:
    """Return the energy of each line between powers (kW): import day, night, export day, night."""
    hours = step_seconds / HOUR
    taken = _positive(power[:-1], power[1:]) * hours
    given = _positive(-power[:-1], -power[1:]) * hours
    return np.array([flow * tariff for flow in (taken, given) for tariff in (day, 1 - day)])


def _between(clock: LocalTime, begin: float, end: float) -> Numbers:
    """Return about 1 between two hours and 0 outside, with soft edges."""
    rise = 1 / (1 + np.exp(-(clock.hour - begin) * 3))
    return np.asarray(rise / (1 + np.exp((clock.hour - end) * 3)))


def _office(clock: LocalTime) -> Numbers:
    return np.where(clock.weekend, 0.08, 1.0) * _between(clock, 8, 17.5)


def _school(clock: LocalTime) -> Numbers:
    return np.where(clock.weekend, 0.05, 1.0) * _between(clock, 7.5, 16)


def _sports(clock: LocalTime) -> Numbers:
    return 0.4 * _between(clock, 7, 23) + 0.6 * _between(clock, 17, 22.5)


def _library(clock: LocalTime) -> Numbers:
    return np.where(clock.weekend, 0.5, 1.0) * _between(clock, 10, 19)


def _house(clock: LocalTime) -> Numbers:
    return 0.35 * _between(clock, 6.5, 8.5) + 0.9 * _between(clock, 17, 22.5) + 0.08


def rhythm_of(use: Use) -> Callable[[LocalTime], Numbers]:
    """Return how a building is used: from 0 to about 1, by the clock."""
    return _RHYTHMS[use]


_RHYTHMS: Final[Mapping[Use, Callable[[LocalTime], Numbers]]] = {
    "office": _office,
    "school": _school,
    "sports": _sports,
    "library": _library,
    "house": _house,
}
