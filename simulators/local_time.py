"""What the clock on the wall says: hours and weekdays that people live by."""

from collections.abc import Container
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulators.chance import Numbers

HOUR = 3600
DAY = 24 * HOUR
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, Monday being 0
_SATURDAY = 5


class LocalTime(NamedTuple):
    """Instants as people see them.

    Attributes:
        hour: of the day, with fraction.
        weekday: Monday is 0.
        weekend: whether it is Saturday or Sunday.
    """

    hour: Numbers
    weekday: Numbers
    weekend: NDArray[np.bool_]


def local_time(seconds: ArrayLike, zone: ZoneInfo) -> LocalTime:
    """Return instants (seconds since 1970, UTC) as the clock of a zone shows them."""
    times = np.asarray(seconds, dtype=np.float64)
    hours = np.floor(times / HOUR).astype(np.int64)
    first = int(hours.min())
    offsets = np.array(_offsets(first, int(hours.max()), zone))
    shown = times + offsets[hours - first]
    weekday = (np.floor(shown / DAY) + _EPOCH_WEEKDAY) % 7
    return LocalTime(hour=(shown % DAY) / HOUR, weekday=weekday, weekend=weekday >= _SATURDAY)


def within(
    clock: LocalTime, begin: float, end: float, weekdays: Container[int] = range(7)
) -> NDArray[np.bool_]:
    """Tell whether it is between two hours of the day, on days of which Monday is 0.

    A begin after the end is the night between.
    """
    after, before = clock.hour >= begin, clock.hour < end
    by_hour = after & before if begin < end else after | before
    days = np.array([day in weekdays for day in range(7)])
    return np.asarray(by_hour & days[clock.weekday.astype(np.int64)])


def hump(hour: Numbers, middle: float, width: float) -> Numbers:
    """Return 1 at an hour of the day, and less and less away from it."""
    return np.exp(-(((hour - middle) / width) ** 2))


@lru_cache(maxsize=512)
def _offsets(first_hour: int, last_hour: int, zone: ZoneInfo) -> tuple[float, ...]:
    """Return the zone's offset in seconds for each hour; it only changes on whole ones."""
    instants = (
        datetime.fromtimestamp(hour * HOUR, UTC) for hour in range(first_hour, last_hour + 1)
    )
    offsets = (instant.astimezone(zone).utcoffset() for instant in instants)
    return tuple(offset.total_seconds() if offset else 0.0 for offset in offsets)
