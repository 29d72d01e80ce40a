"""Compares the values of a batch with what came before them and with their neighbours'."""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol, TypeAlias

from schemas.quality import doubted
from schemas.quality_rules import NeighboursRule
from schemas.wire import NormalisedReading, Observation
from stream_processors.comparison.history import History
from stream_processors.comparison.neighbours import Newest, differs
from stream_processors.comparison.past import NONE, Flags, Past, begin, judge
from stream_processors.comparison.rulebook import Watch
from stream_processors.comparison.standings import Standings

Given: TypeAlias = tuple[NormalisedReading, list[tuple[int, Observation]]]
"""A reading and its observations, each with the id of its datastream."""

DIFFER: Final = "neighbours.differ"
MOST_REMEMBERED: Final = 100_000
"""Datastreams at most: about 30 MB. Of more, only those of the last batch are remembered."""
AROUND_SECONDS: Final = 3600.0
"""How long it may take until a thing that was placed or moved has its new neighbours."""
SOON_SECONDS: Final = 2.0
"""When neighbours are looked for again at first, and then after twice as long each time."""
AROUND_AT_ONCE: Final = 25
"""Datastreams whose neighbours are looked for in one batch: some milliseconds for each."""
NEWEST_SECONDS: Final = 5.0
"""How old a neighbour's newest value may be in our memory: rules look at an hour."""


class Rules(Protocol):
    """Knows the rules of datastreams."""

    def watch(self, reading: NormalisedReading, observation: Observation) -> Watch | None:
        """Return the rules of an observation's datastream, `None` when it has none."""


class _Around(NamedTuple):
    """The neighbours of a datastream, and when they are to be looked for again."""

    neighbours: tuple[int, ...]
    next_time: float
    wait_seconds: float


class Comparer:
    """Raises the flags of the rules that need others; what it remembers is the process's own.

    Args:
        rules: which hold for a datastream; asked once for each.
        history: what the database knows, read when a datastream is seen for the first time.
        barring: flags with which a value is neither compared nor remembered.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        rules: Rules,
        history: History,
        *,
        barring: Collection[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._clock = clock
        self._history = history
        self._barring = frozenset(barring)
        self._watches: dict[int, Watch | None] = {}
        self._pasts: dict[int, Past] = {}
        self._around: dict[int, _Around] = {}
        self._newest: dict[int, tuple[float, Newest | None]] = {}
        self._standings = Standings(history)

    def forget(self) -> None:
        """Forget what came before: another process may have stored something since."""
        self._pasts.clear()
        self._newest.clear()

    async def compare(self, batch: Sequence[Given]) -> None:
        """Put flags on the observations of a batch that the rules doubt, in its order.

        Nothing is changed when it raises.

        Raises:
            StoreUnavailable: the history is not to be had.
        """
        watched = self._watched(batch)
        if not watched:
            return
        await self._recall(watched)
        await self._look_back(batch, watched)
        for _, observations in batch:
            for place, (series, observation) in enumerate(observations):
                watch = self._watches[series]
                if watch is not None:
                    flags = self._flags(series, watch, observation)
                    if flags:
                        new = doubted(observation, flags, last=True)
                        observations[place] = (series, new)

    def _watched(self, batch: Sequence[Given]) -> dict[int, Watch]:
        """Return the datastreams of a batch that have rules."""
        known = self._watches
        watched = {}
        for reading, observations in batch:
            for series, observation in observations:
                if series not in known:
                    known[series] = self._rules.watch(reading, observation)
                watch = known[series]
                if watch is not None:
                    watched[series] = watch
        return watched

    async def _recall(self, watches: dict[int, Watch]) -> None:
        if len(self._pasts.keys() | watches.keys()) > MOST_REMEMBERED:
            self._pasts = {key: past for key, past in self._pasts.items() if key in watches}
        fresh = {key: one for key, one in watches.items() if key not in self._pasts}
        pasts = await self._history.pasts(fresh) if fresh else {}
        with_neighbours = {key: one for key, one in watches.items() if one.neighbours}
        if with_neighbours:
            await self._look_around(with_neighbours)
        self._pasts |= pasts

    async def _look_around(self, watches: dict[int, Watch]) -> None:
        now = self._clock()
        if len(self._around) > MOST_REMEMBERED:
            self._around, self._newest = {}, {}
        known = self._around
        old = [key for key in watches if key not in known or known[key].next_time < now]
        if old:
            asked = {key: watches[key] for key in old[:AROUND_AT_ONCE]}
            for key, around in (await self._history.neighbours(asked)).items():
                wait = min(
                    2 * known[key].wait_seconds if key in known else SOON_SECONDS, AROUND_SECONDS
                )
                known[key] = _Around(around, now + wait, wait)
        wanted = {one for key in watches if key in known for one in known[key].neighbours}
        stale = [one for one in wanted if self._read_time(one) < now - NEWEST_SECONDS]
        if stale:
            newest = await self._history.newest(stale)
            self._newest |= {one: (now, newest.get(one)) for one in stale}

    async def _look_back(self, batch: Sequence[Given], watches: dict[int, Watch]) -> None:
        looking = {key: watch for key, watch in watches.items() if watch.days}
        if not looking:
            return
        times: dict[int, datetime] = {}
        for _, observations in batch:
            for series, one in observations:
                if series in looking and not self._is_barred(one.quality):
                    times[series] = max(
                        times.get(series, one.phenomenon_start), one.phenomenon_start
                    )
        around = {key: self._around[key].neighbours for key in times if key in self._around}
        await self._standings.look_back(looking, times, around)

    def _is_barred(self, quality: tuple[str, ...]) -> bool:
        return bool(quality) and not self._barring.isdisjoint(quality)

    def _read_time(self, datastream_id: int) -> float:
        known = self._newest.get(datastream_id)
        return known[0] if known else float("-inf")

    def _flags(self, series: int, watch: Watch, observation: Observation) -> Flags:
        result, quality = observation.result, observation.quality
        # Not a bool, which is an int too.
        if type(result) is int:
            result = float(result)
        elif type(result) is not float:
            return NONE
        if self._is_barred(quality):
            return NONE
        start = observation.phenomenon_start
        past = self._pasts.get(series)
        flags, new = (
            (NONE, begin(start, result))
            if past is None
            else judge(past, watch.past, start, result)
        )
        self._pasts[series] = new
        if past is not None and start <= past.time:
            return flags
        rule = watch.neighbours
        if rule is not None and self._differs(rule, series, start, result):
            flags = (*flags, DIFFER)
        return (*flags, *self._standings.flags(series, start)) if watch.days else flags

    def _differs(self, rule: NeighboursRule, series: int, start: datetime, value: float) -> bool:
        known, newest = self._around.get(series), self._newest
        if known is None:
            return False  # its neighbours are looked for in a batch to come
        around = [one for key in known.neighbours if (one := newest[key][1]) is not None]
        return differs(rule, start, value, around)
