"""The history of a datastream: as fine as a chart can show, of a day, a week, a month, a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

import msgspec

from api.portal.streams import Stream
from api.portal.wording import Wording
from api.store import Connection
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import QualityFlag

Span: TypeAlias = Literal["day", "week", "month", "year"]
Grain: TypeAlias = Literal["observation", "quarter", "hour", "day"]

SPANS: Final[dict[Span, timedelta]] = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}
_GRAINS: Final[dict[Grain, timedelta]] = {
    "quarter": timedelta(minutes=15),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_MOST_POINTS: Final = 1500
_SELDOM_SECONDS: Final = 60.0
"""How often values are thought to come, where nobody knows."""

_FOLDER: Final = files("api.portal")
_OBSERVATIONS: Final = (_FOLDER / "history.sql").read_text(encoding="utf-8")
_SUMS: Final = (_FOLDER / "sums.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Point:
    """A place on a chart.

    Attributes:
        time: end of the phenomenon, or of what is summed up.
        value: the result; of sums the mean, or the sum of what counts.
        low: least of what is summed up.
        high: most of it.
        is_doubtful: it bears a flag, or what is summed up has such values.
    """

    time: datetime
    value: float | None
    low: float | None = None
    high: float | None = None
    is_doubtful: bool = False


@dataclass(frozen=True, kw_only=True)
class History:
    """Points of a span of time, oldest first."""

    span: Span
    grain: Grain
    start: datetime
    end: datetime
    points: Sequence[Point]

    @property
    def columns(self) -> list[list[float | None]]:
        """The points as the browser's chart wants them: seconds, values, lows, highs, doubts."""
        points = self.points
        return [
            [one.time.timestamp() for one in points],
            [one.value for one in points],
            [one.low for one in points],
            [one.high for one in points],
            [one.value if one.is_doubtful else None for one in points],
        ]


@dataclass(frozen=True, kw_only=True)
class Said:
    """One observation, as people read it."""

    start: datetime
    time: datetime
    value: str
    flags: Sequence[QualityFlag]


async def history(
    connection: Connection, stream: Stream, span: Span, vocabulary: Vocabulary
) -> History | None:
    """Return the history up to the newest value, `None` where there is no number."""
    if stream.start is None or stream.number is None:
        return None
    end, start = stream.start, stream.start - SPANS[span]
    grain = _grain(stream, SPANS[span])
    if grain == "observation":
        doubts = [one.code for one in vocabulary.quality_flags.values() if one.severity != "info"]
        rows = await connection.fetch(
            _OBSERVATIONS, stream.datastream_id, start, end, _MOST_POINTS
        )
        points = [_observed(row, frozenset(doubts)) for row in rows]
    else:
        rows = await connection.fetch(_SUMS, stream.datastream_id, start, end, grain)
        points = [_summed(row, counts=stream.counts) for row in rows]
    return History(span=span, grain=grain, start=start, end=stream.time or end, points=points)


async def last_said(
    connection: Connection, stream: Stream, wording: Wording, vocabulary: Vocabulary, *, most: int
) -> list[Said]:
    """Return the newest observations of a datastream, newest first."""
    if stream.start is None:
        return []
    begin = stream.since or stream.start
    rows = await connection.fetch(_OBSERVATIONS, stream.datastream_id, begin, stream.start, most)
    known = vocabulary.quality_flags
    return [
        Said(
            start=row["start"],
            time=row["time"],
            value=wording.value(row["result_number"], row["result_json"]),
            flags=[known[code] for code in row["quality"] or () if code in known],
        )
        for row in reversed(rows)
    ]


def json_of(history: History) -> str:
    """Return the columns as JSON that may stand in a page."""
    return msgspec.json.encode(history.columns).decode().replace("<", "\\u003c")


def _grain(stream: Stream, length: timedelta) -> Grain:
    """Return the finest that gives no more points than a chart can show."""
    every = stream.every_seconds or stream.interval_seconds or _SELDOM_SECONDS
    if length.total_seconds() / every <= _MOST_POINTS:
        return "observation"
    fine = (grain for grain, step in _GRAINS.items() if length / step <= _MOST_POINTS)
    return next(fine, "day")


def _observed(row: Any, doubts: frozenset[str]) -> Point:
    is_doubtful = not doubts.isdisjoint(row["quality"] or ())
    return Point(time=row["time"], value=row["result_number"], is_doubtful=is_doubtful)


def _summed(row: Any, *, counts: bool) -> Point:
    return Point(
        time=row["time"],
        value=row["sum"] if counts else row["mean"],
        low=None if counts else row["minimum"],
        high=None if counts else row["maximum"],
        is_doubtful=row["flagged_count"] > 0,
    )
