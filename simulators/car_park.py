"""Where cars stand: a car park, and a single space with a sensor in it."""

from dataclasses import dataclass

import numpy as np

from simulators.chance import stream, uniform, wander
from simulators.events import Events
from simulators.local_time import HOUR, LocalTime, hump, local_time

_SLOT_SECONDS = 1200  # a space is looked at anew so often


@dataclass(frozen=True)
class CarPark:
    """A car park of a simulated city; instants are seconds since 1970.

    Attributes:
        seed: of the simulated world.
        name: by which its chance differs from that of others.
        spaces: how many there are.
        events: that bring cars.
    """

    seed: int
    name: str
    spaces: int
    events: Events

    def taken(self, seconds: float) -> float:
        """Return how many spaces are taken."""
        mood = 0.9 + 0.2 * float(wander(stream(self.seed, self.name), seconds / (2 * HOUR)))
        return float(round(self.spaces * min(1.0, _share(seconds, self.events) * mood)))

    def free(self, seconds: float) -> float:
        """Return how many spaces are free."""
        return self.spaces - self.taken(seconds)

    def capacity(self, _seconds: float) -> float:
        """Return how many spaces there are."""
        return float(self.spaces)

    def occupancy(self, seconds: float) -> float:
        """Return the share of spaces that is taken, in percent."""
        return 100.0 * self.taken(seconds) / self.spaces


@dataclass(frozen=True)
class Bay:
    """A space at the kerb."""

    seed: int
    name: str
    events: Events

    def is_taken(self, seconds: float) -> float:
        """Tell whether a car stands on it, as 1 or 0."""
        slot = int(seconds // _SLOT_SECONDS)
        wanted = 0.15 + 0.75 * _share(seconds, self.events)
        return float(float(uniform(stream(self.seed, self.name), slot)) < wanted)


def _share(seconds: float, events: Events) -> float:
    clock = local_time(seconds, events.zone)
    return min(1.0, float(_ordinary(clock)) + 0.45 * float(events.crowd(seconds)))


def _ordinary(clock: LocalTime) -> np.float64:
    working = 0.10 + 0.62 * hump(clock.hour, 11.5, 3.6) + 0.18 * hump(clock.hour, 19.5, 2.4)
    free = 0.08 + 0.66 * hump(clock.hour, 15.0, 3.2) + 0.22 * hump(clock.hour, 20.5, 2.4)
    return np.float64(np.where(clock.weekend, free, working))
