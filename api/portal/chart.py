"""A chart as the server draws it: what the browser's own replaces, and what is printed."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final, TypeGuard

from babel.dates import format_datetime

from api.portal.history import History, Point, Span
from api.portal.wording import LOCALES, Wording

WIDTH: Final = 720
HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 28
_STEPS: Final = 4
_TINY, _HUGE = 1e-100, 1e15
"""What a defect says is not drawn, as nothing else could be seen beside it."""

_GAP: Final = 4
"""A line is broken where the next point comes this many usual steps later."""

_TICKS: Final[dict[Span, tuple[timedelta, str]]] = {
    "day": (timedelta(hours=6), "HH:mm"),
    "week": (timedelta(days=1), "EEE d"),
    "month": (timedelta(days=5), "d MMM"),
    "year": (timedelta(days=61), "MMM y"),
}


@dataclass(frozen=True)
class Tick:
    """A mark at an axis: where it is, and what stands there."""

    place: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A chart in a box of `WIDTH` by `HEIGHT`.

    Attributes:
        line: path of the values.
        band: path of what lies between least and most, empty where nothing is summed up.
        doubts: places of the values that bear a flag.
    """

    line: str
    band: str
    doubts: Sequence[tuple[float, float]]
    rows: Sequence[Tick]
    columns: Sequence[Tick]
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def chart_of(history: History, wording: Wording, zone: tzinfo) -> Chart | None:
    """Return the chart of a history, `None` where it has nothing to draw."""
    points = [one for one in history.points if _is_drawn(one)]
    if not points:
        return None
    scale = _Scale(history, points)
    return Chart(
        line=scale.line(points),
        band=scale.band(points),
        doubts=[scale.place(one.time, one.value or 0) for one in points if one.is_doubtful],
        rows=[Tick(scale.y(value), wording.number(value)) for value in scale.values],
        columns=list(_times(history, scale, wording, zone)),
    )


class _Scale:
    """Where times and values lie."""

    def __init__(self, history: History, points: Sequence[Point]) -> None:
        numbers = [
            one for point in points for one in (point.value, point.low, point.high) if _real(one)
        ]
        self.values = _round_values(min(numbers), max(numbers))
        self._low, self._high = self.values[0], self.values[-1]
        self._start = history.start
        self._seconds = max((history.end - history.start).total_seconds(), 1)
        steps = sorted((after.time - one.time).total_seconds() for one, after in pairwise(points))
        self._usual = steps[len(steps) // 2] if steps else 0

    def x(self, time: datetime) -> float:
        share = (time - self._start).total_seconds() / self._seconds
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        share = (self._high - value) / (self._high - self._low)
        return round(_TOP + share * (HEIGHT - _TOP - _BOTTOM), 1)

    def place(self, time: datetime, value: float) -> tuple[float, float]:
        return self.x(time), self.y(value)

    def line(self, points: Sequence[Point]) -> str:
        """Return the line; it is broken where values did not come."""
        path = ""
        before: datetime | None = None
        for one in points:
            x, y = self.place(one.time, one.value or 0)
            goes_on = before and (one.time - before).total_seconds() <= _GAP * self._usual
            path += f"{'L' if goes_on else 'M'}{x:g} {y:g}"
            before = one.time
        return path

    def band(self, points: Sequence[Point]) -> str:
        lows = [(one.time, one.low) for one in points if one.low is not None]
        highs = [(one.time, one.high) for one in points if one.high is not None]
        if not lows or not highs:
            return ""
        edge = [self.place(*one) for one in highs] + [self.place(*one) for one in reversed(lows)]
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in edge) + "Z"


def _is_drawn(point: Point) -> bool:
    return _real(point.value)


def _real(number: float | None) -> TypeGuard[float]:
    return number is not None and abs(number) < _HUGE


def _round_values(low: float, high: float) -> list[float]:
    """Return round values around all numbers, for the lines of the chart."""
    room = (high - low) or abs(high)
    room = room if room > _TINY else 1.0
    rough = room / _STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = last if last > first else first + 1
    return [step * place for place in range(first, last + 1)]


def _times(history: History, scale: _Scale, wording: Wording, zone: tzinfo) -> Iterator[Tick]:
    step, form = _TICKS[history.span]
    time = history.start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    while time <= history.end:
        if time >= history.start:
            text = format_datetime(time, form, tzinfo=zone, locale=LOCALES[wording.language])
            yield Tick(scale.x(time), text)
        time += step
