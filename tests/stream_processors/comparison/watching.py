"""Rules for tests: every datastream is watched in the same way, without a catalogue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean

from schemas.errors import StoreUnavailable
from schemas.quality_rules import DriftRule, NeighboursRule, ScaleRule
from schemas.wire import NormalisedReading, Observation
from stream_processors.comparison.days import Means, hour_of
from stream_processors.comparison.history import Watches
from stream_processors.comparison.neighbours import Newest
from stream_processors.comparison.past import Past, PastRules
from stream_processors.comparison.rulebook import Watch

ERROR = "range.high"
STEEP = "rate.steep"
NARROW = PastRules(
    change=2, per_seconds=3600, flat_seconds=86_400, flat_values=3, gap_seconds=1800
)
NEAR = NeighboursRule(within_metres=1000, at_least=2, tolerance=1, within_seconds=3600)
STRICT = Watch(NARROW, NEAR)
DAILY = Watch(
    PastRules(), NEAR, DriftRule(tolerance=4, hours=6, at_least=4), ScaleRule(factor=50, before=12)
)


class EveryWatch:
    """A rulebook with one and the same rules for all."""

    def __init__(self, watch: Watch = STRICT) -> None:
        self._watch = watch

    def watch(self, reading: NormalisedReading, observation: Observation) -> Watch | None:
        return self._watch


Value = tuple[datetime, float, tuple[str, ...]]


@dataclass
class RememberedHistory:
    """A history in memory: what was given, in any order."""

    values: dict[int, list[Value]] = field(default_factory=dict)
    around: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    away: bool = False

    async def pasts(self, watches: Watches) -> dict[int, Past]:
        self.asked.append("pasts")
        if self.away:
            raise StoreUnavailable("away")
        found = {}
        for series, watch in watches.items():
            sound = [one for one in self.values.get(series, []) if ERROR not in one[2]]
            if sound:
                found[series] = _past(sorted(sound), watch.past.flat_seconds)
        return found

    async def neighbours(self, watches: Watches) -> dict[int, tuple[int, ...]]:
        self.asked.append("neighbours")
        return {series: self.around.get(series, ()) for series in watches}

    async def hours(
        self, datastreams: Sequence[int], begin: datetime, end: datetime
    ) -> dict[int, Means]:
        self.asked.append("hours")
        found: dict[int, Means] = {}
        for one in datastreams:
            values: dict[datetime, list[float]] = {}
            for time, value, flags in self.values.get(one, []):
                if begin <= time < end and ERROR not in flags:
                    values.setdefault(hour_of(time), []).append(value)
            found[one] = {hour: fmean(within) for hour, within in values.items()}
        return found

    async def newest(self, datastreams: Collection[int]) -> dict[int, Newest]:
        self.asked.append("newest")
        newest = {one: max(self.values[one]) for one in datastreams if self.values.get(one)}
        return {one: Newest(found[0], found[1]) for one, found in newest.items() if not found[2]}


def _past(values: Sequence[Value], flat_seconds: float) -> Past:
    time, value, flags = values[-1]
    row = [time]
    for before, other, _ in reversed(values[:-1]):
        if other != value or before < time - timedelta(seconds=flat_seconds):
            break
        row.append(before)
    sure = [one for one in values if STEEP not in one[2]] if STEEP in flags else []
    sure_time, sure_value, _ = sure[-1] if sure else values[-1]
    return Past(time, value, row[-1], len(row), sure_time, sure_value)
