"""An underground container for glass or waste: it fills, and is emptied."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from simulators.chance import stream, uniform
from simulators.local_time import DAY, local_time

_EMPTIED = (1, 4)  # Tuesday and Friday
_HOUR = 7.0
_RIM_METRES = 0.25


@dataclass(frozen=True)
class Container:
    """A container with a sensor below its lid; instants are seconds since 1970.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of others.
        depth: metres from the sensor to its floor.
        litres_per_day: that people bring, of its thousand a metre.
        zone: whose clock the lorry goes by.
    """

    seed: int
    name: str
    depth: float
    litres_per_day: float
    zone: ZoneInfo

    def distance(self, seconds: float) -> float:
        """Return how far it is from the sensor to what lies in it, in metres."""
        days = self._days_since_emptied(seconds)
        mood = 0.7 + 0.6 * float(uniform(stream(self.seed, self.name), int(seconds / DAY - days)))
        filled = days * self.litres_per_day * mood / 1000
        return max(_RIM_METRES, self.depth - filled)

    def is_tilted(self, _seconds: float) -> float:
        """Tell whether the sensor hangs askew, as 1 or 0."""
        return 0.0

    def _days_since_emptied(self, seconds: float) -> float:
        clock = local_time(seconds, self.zone)
        place = int(clock.weekday) + float(clock.hour) / 24
        return min((place - day - _HOUR / 24) % 7 for day in _EMPTIED)
