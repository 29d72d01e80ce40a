"""What brings people to town, week by week: a market, a festival."""

from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike

from simulators.chance import Numbers
from simulators.local_time import local_time

_EDGE_HOURS = 0.4


class Event(NamedTuple):
    """Something that returns every week.

    Attributes:
        weekday: Monday is 0.
        begin: hour of the day.
        end: hour of the day.
        crowd: people in town, as a share of those of an ordinary busy hour.
    """

    weekday: int
    begin: float
    end: float
    crowd: float


@dataclass(frozen=True)
class Events:
    """The events of a city.

    Attributes:
        zone: whose clock they go by.
        events: what there is.
    """

    zone: ZoneInfo
    events: tuple[Event, ...] = ()

    def crowd(self, seconds: ArrayLike) -> Numbers:
        """Return how many people events bring, as a share of an ordinary busy hour's."""
        clock = local_time(seconds, self.zone)
        total = np.zeros_like(clock.hour)
        for event in self.events:
            coming = np.clip((clock.hour - event.begin) / _EDGE_HOURS, 0.0, 1.0)
            staying = np.clip((event.end - clock.hour) / _EDGE_HOURS, 0.0, 1.0)
            total += event.crowd * coming * staying * (clock.weekday == event.weekday)
        return total
