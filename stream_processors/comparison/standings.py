"""Flags that hold for an hour: what the days before it say of a datastream."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from stream_processors.comparison.days import HOUR, Means, hour_of, is_scaled, stands_apart
from stream_processors.comparison.history import History
from stream_processors.comparison.past import NONE, Flags
from stream_processors.comparison.rulebook import Watch

DRIFT: Final = "drift.apart"
SCALE: Final = "scale.leapt"
MOST_AT_ONCE: Final = 25
"""Datastreams that are looked back at in one batch: about a millisecond for each."""
MOST_REMEMBERED: Final = 100_000

Around: TypeAlias = Mapping[int, Sequence[int]]


class _Standing(NamedTuple):
    """What was found of a datastream, and for which hour."""

    hour: datetime
    flags: Flags


class Standings:
    """Looks back once for each hour of a datastream, and remembers what it found until the next.

    Args:
        history: what the database knows.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._known: dict[int, _Standing] = {}

    def flags(self, series: int, time: datetime) -> Flags:
        """Return the flags of a value of a datastream, by what the hours before it say."""
        known = self._known.get(series)
        # A day later nothing is known of it; earlier it was not looked at.
        if known is None or not known.hour <= time < known.hour + 24 * HOUR:
            return NONE
        return known.flags

    async def look_back(
        self, watches: Mapping[int, Watch], times: Mapping[int, datetime], around: Around
    ) -> None:
        """Look back for datastreams that have come into another hour, some in each batch.

        Args:
            watches: rules of the datastreams of a batch.
            times: the newest time of each in it.
            around: neighbours of those that have any.

        Raises:
            StoreUnavailable: the history is not to be had.
        """
        if len(self._known) > MOST_REMEMBERED:
            self._known = {key: one for key, one in self._known.items() if key in watches}
        due = [key for key, time in times.items() if self._is_due(watches[key], key, time)]
        hours: dict[datetime, list[int]] = {}
        for series in due[:MOST_AT_ONCE]:
            hours.setdefault(hour_of(times[series]), []).append(series)
        for hour, members in hours.items():
            found = await self._found({one: watches[one] for one in members}, hour, around)
            self._known |= {one: _Standing(hour, flags) for one, flags in found.items()}

    def _is_due(self, watch: Watch, series: int, time: datetime) -> bool:
        known = self._known.get(series)
        return watch.days > 0 and (known is None or known.hour < hour_of(time))

    async def _found(
        self, watches: Mapping[int, Watch], hour: datetime, around: Around
    ) -> dict[int, Flags]:
        reach = max(watch.days for watch in watches.values())
        drifts = [key for key, watch in watches.items() if watch.drift]
        beside = {other for key in drifts for other in around.get(key, ())}
        own = await self._history.hours(list(watches), hour - reach * HOUR, hour)
        others = await self._beside(watches, beside, hour)
        return {
            key: _judged(
                watch, own.get(key, {}), [others.get(one, {}) for one in around.get(key, ())], hour
            )
            for key, watch in watches.items()
        }

    async def _beside(
        self, watches: Mapping[int, Watch], wanted: set[int], hour: datetime
    ) -> dict[int, Means]:
        if not wanted:
            return {}
        reach = max(watch.drift.hours for watch in watches.values() if watch.drift)
        return await self._history.hours(sorted(wanted), hour - reach * HOUR, hour)


def _judged(watch: Watch, own: Means, others: Sequence[Means], hour: datetime) -> Flags:
    flags: Flags = NONE
    drift, around = watch.drift, watch.neighbours
    if drift and around and stands_apart(drift, around.at_least, own, others, until=hour):
        flags = (DRIFT,)
    if watch.scale and is_scaled(watch.scale, own, until=hour):
        flags = (*flags, SCALE)
    return flags
