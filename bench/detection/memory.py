"""What the rules know of other datastreams, in memory: the database's part in a trial."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from math import cos, hypot, radians
from typing import Final, NamedTuple

from schemas.cadence import interval_seconds
from schemas.cities.registry import Registry
from schemas.wire import NormalisedReading, Observation
from stream_processors.comparison.days import Means, hour_of
from stream_processors.comparison.history import MOST_NEIGHBOURS, Watches
from stream_processors.comparison.neighbours import Newest
from stream_processors.comparison.past import Past

_METRES_PER_DEGREE: Final = 111_320
Place = tuple[float, float]


class Series(NamedTuple):
    """What makes a datastream one, as the register has it."""

    city: str
    thing_profile: str
    thing: str
    profile: str
    datastream: str
    interval: float

    def is_alike(self, other: "Series") -> bool:
        """Tell whether the other is of another thing and otherwise the same."""
        return self[3:] == other[3:] and self[:3] != other[:3]


class Memory:
    """Numbers datastreams and remembers their newest values; a `History` that starts empty.

    Args:
        registry: the cities, which know where their things are.
        barring: flags with which a value is not summed up.
        doubting: flags with which a value says nothing about its neighbours.
    """

    def __init__(
        self, registry: Registry, *, barring: Collection[str], doubting: Collection[str]
    ) -> None:
        self._registry = registry
        self._barring = frozenset(barring)
        self._doubting = frozenset(doubting)
        self._numbers: dict[Series, int] = {}
        self._series: list[Series] = []
        self._places: dict[tuple[str, str], Place] = {}
        self._values: dict[int, tuple[datetime, object, tuple[str, ...]]] = {}
        self._hours: dict[int, dict[datetime, tuple[int, float]]] = defaultdict(dict)

    def number(self, reading: NormalisedReading, observation: Observation) -> int:
        """Return the number of an observation's datastream."""
        wanted = Series(
            reading.city,
            reading.profile,
            observation.thing,
            observation.profile,
            observation.datastream,
            interval_seconds(observation),
        )
        if wanted not in self._numbers:
            self._numbers[wanted] = len(self._series)
            self._series.append(wanted)
        return self._numbers[wanted]

    def series(self, number: int) -> Series:
        """Return the datastream with a number."""
        return self._series[number]

    def learn_places(self, reading: NormalisedReading) -> None:
        """Remember where things say that they are."""
        for told in reading.places:
            place = (told.longitude, told.latitude)
            self._places.setdefault((reading.city, told.thing), place)

    def store(self, number: int, observation: Observation) -> None:
        """Remember a value: the newest, and within its hour."""
        self._sum_up(number, observation)
        known = self._values.get(number)
        if known is None or observation.phenomenon_start >= known[0]:
            new = (observation.phenomenon_start, observation.result, observation.quality)
            self._values[number] = new

    async def pasts(self, watches: Watches) -> dict[int, Past]:
        """Return nothing: what came before was never stored."""
        del watches
        return {}

    async def neighbours(self, watches: Watches) -> dict[int, tuple[int, ...]]:
        """Return the neighbours of datastreams, the nearest first."""
        return {
            number: self._around(number, watch.neighbours.within_metres)
            for number, watch in watches.items()
            if watch.neighbours
        }

    async def newest(self, datastreams: Collection[int]) -> dict[int, Newest]:
        """Return the newest values of datastreams, of those whose newest is not doubted."""
        found = {}
        for number in datastreams:
            time, value, flags = self._values.get(number, (None, None, ()))
            if time is not None and _is_number(value) and self._doubting.isdisjoint(flags):
                found[number] = Newest(time, float(str(value)))
        return found

    async def hours(
        self, datastreams: Sequence[int], begin: datetime, end: datetime
    ) -> dict[int, Means]:
        """Return the mean of each hour of datastreams from `begin` to before `end`."""
        return {
            number: {
                hour: total / count
                for hour, (count, total) in self._hours[number].items()
                if begin <= hour < end
            }
            for number in datastreams
        }

    def _sum_up(self, number: int, observation: Observation) -> None:
        if not self._barring.isdisjoint(observation.quality) or not _is_number(observation.result):
            return
        hours, hour = self._hours[number], hour_of(observation.phenomenon_start)
        count, total = hours.get(hour, (0, 0.0))
        hours[hour] = (count + 1, total + float(str(observation.result)))

    def _around(self, number: int, reach: float) -> tuple[int, ...]:
        here = self._place(self._series[number])
        if here is None:
            return ()
        found = []
        for other, series in enumerate(self._series):
            there = self._place(series)
            if there is None or not series.is_alike(self._series[number]):
                continue
            metres = _metres(here, there)
            if metres <= reach:
                found.append((metres, other))
        return tuple(other for _, other in sorted(found)[:MOST_NEIGHBOURS])

    def _place(self, series: Series) -> Place | None:
        known = self._registry.cities[series.city].pack.thing(series.thing_profile, series.thing)
        if known is not None and known.location is not None:
            return known.location
        return self._places.get((series.city, series.thing))


def _is_number(result: object) -> bool:
    return isinstance(result, int | float) and not isinstance(result, bool)


def _metres(here: Place, there: Place) -> float:
    east = (there[0] - here[0]) * cos(radians(here[1]))
    return _METRES_PER_DEGREE * hypot(east, there[1] - here[1])
