"""What is looked for in the database, and what of it is there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import msgspec

from deploy.expectation import Expectation, Series, Value, comparable


class Lost(NamedTuple):
    """An acknowledged message whose traces are not all in the database."""

    number: int
    topic: str
    what: str


@dataclass
class Findings:
    """Stored observations, matched to the messages that must have left them.

    Those with a time of their own are found by it. The others are found by all that one reading
    gave, taken together: a message and a reading match when all of their values do.

    Attributes:
        wanted: what must be there.
        sequence: last one published before the run.
        lags: milliseconds from publish to publication, of the observations found.
        surplus: observations without a time of their own that are there more often than sent.
    """

    wanted: Sequence[Expectation]
    sequence: int
    timed: dict[Value, list[Expectation]] = field(default_factory=lambda: defaultdict(list))
    timeless: dict[frozenset[Value], list[Expectation]] = field(
        default_factory=lambda: defaultdict(list)
    )
    readings: dict[tuple[Any, ...], set[Value]] = field(default_factory=lambda: defaultdict(set))
    published: dict[tuple[Any, ...], datetime] = field(default_factory=dict)
    seen: set[Value] = field(default_factory=set)
    lags: list[float] = field(default_factory=list)
    surplus: int = 0
    _lost: list[Lost] = field(default_factory=list)

    def __post_init__(self) -> None:
        for one in self.wanted:
            for value in one.values:
                if value.start is not None:
                    self.timed[value].append(one)
            timeless = frozenset(value for value in one.values if value.start is None)
            if timeless:
                self.timeless[timeless].append(one)

    def take(self, row: asyncpg.Record, series: Series) -> None:
        """Look at a stored observation."""
        json = row["result_json"]
        result = comparable(row["result_number"] if json is None else msgspec.json.decode(json))
        timed = Value(series, row["phenomenon_start"], result)
        if timed in self.timed:
            if timed not in self.seen and row["sequence"] > self.sequence:
                self._note_lag(self.timed[timed][0], row["published_at"])
            self.seen.add(timed)
        elif row["sequence"] > self.sequence:
            reading = (row["received_time"], row["reading_partition"], row["reading_offset"])
            self.readings[reading].add(Value(series, None, result))
            self.published[reading] = row["published_at"]

    def match_timeless(self) -> None:
        """Match readings without a time of their own to messages, by all that they gave."""
        stored: dict[frozenset[Value], list[tuple[Any, ...]]] = defaultdict(list)
        for reading in sorted(self.readings):
            stored[frozenset(self.readings[reading])].append(reading)
        for values, senders in self.timeless.items():
            found = stored.get(values, [])
            distinct = list({one.identity: one for one in senders}.values())
            for one in distinct[len(found) :]:
                self._lose(one, f"{len(values)} observations without a time of their own")
            self.surplus += max(0, len(found) - len(senders)) * len(values)
            for sender, reading in zip(senders, found, strict=False):
                for _ in values:
                    self._note_lag(sender, self.published[reading])

    def lost_values(self) -> list[Lost]:
        """Return the messages whose observations are not all there."""
        for value, senders in self.timed.items():
            if value not in self.seen:
                at = value.start.isoformat() if value.start else ""
                self._lose(senders[-1], f"{value.series.datastream} of {at} = {value.result}")
        return sorted(self._lost)

    def _lose(self, one: Expectation, what: str) -> None:
        self._lost.append(Lost(one.entry.published.number, one.entry.published.topic, what))

    def _note_lag(self, sender: Expectation, published_at: datetime) -> None:
        self.lags.append(1000 * (published_at.timestamp() - sender.entry.published.published_time))
