"""What figures are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from api.exports.wishes import datastreams_of, time_of
from api.queries import Query, check_names, value_of, values_of
from api.settings import Limits
from schemas.errors import LimitExceeded, QueryRejected

PARAMETERS: Final = {
    "datastream": "ids of datastreams, repeated or with commas between",
    "city": "slugs of cities",
    "theme": "slugs of themes",
    "state": "`on-time`, `late`, `silent` or `unknown` (no cadence is known): only those",
    "period": "`hour` or `day` (of the city): figures of each, instead of the last 24 whole hours",
    "from": "from the period on that this time lies in (ISO 8601; without a zone: UTC)",
    "to": "periods that begin before this time; left out: up to now",
}
STATES: Final = ("on-time", "late", "silent", "unknown")
PERIODS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
MOST_ROWS: Final = 50_000


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What figures are asked for.

    Attributes:
        datastreams: ids, `None` for those of the cities and themes.
        states: only these, empty for all.
        period: `hour` or `day`, `None` for the last day as a whole.
        start: of the periods.
        end: of the periods.
    """

    datastreams: Sequence[int] | None
    cities: Sequence[str] | None
    themes: Sequence[str] | None
    states: frozenset[str]
    period: str | None
    start: datetime
    end: datetime

    def check(self, datastreams: int) -> None:
        """Refuse to give more rows than anybody reads at once.

        Raises:
            LimitExceeded: names the limit and what to ask for.
        """
        step = PERIODS[self.period] if self.period else None
        rows = datastreams * ((self.end - self.start) // step + 1 if step else 1)
        if rows > MOST_ROWS:
            raise LimitExceeded(
                f"these are up to {rows} rows, {MOST_ROWS} is most: ask for fewer datastreams or "
                "a shorter time"
            )


def wishes_of(query: Query, *, limits: Limits, now: datetime) -> Wishes:
    """Return what a query string wishes for.

    Raises:
        QueryRejected: a parameter is not known or says nothing, or two do not go together.
        NotFound: a datastream that cannot be.
        LimitExceeded: too many datastreams.
    """
    check_names(query, PARAMETERS)
    period, start, end = value_of(query, "period"), time_of(query, "from"), time_of(query, "to")
    states = values_of(query, "state")
    _check(period, states, bounded=bool(start or end))
    if period and start is None:
        raise QueryRejected("a period needs `from`: since when?")
    return Wishes(
        datastreams=datastreams_of(query, limits),
        cities=values_of(query, "city") or None,
        themes=values_of(query, "theme") or None,
        states=frozenset(states),
        period=period,
        start=start or now,
        end=min(end or now, now).astimezone(UTC),
    )


def _check(period: str | None, states: Sequence[str], *, bounded: bool) -> None:
    if period is not None and period not in PERIODS:
        raise QueryRejected(f"period {period[:40]!r} is neither `hour` nor `day`")
    if bounded and period is None:
        raise QueryRejected("`from` and `to` go with a `period`: `hour` or `day`")
    if period and states:
        raise QueryRejected("`state` is of now, and does not go with a `period`")
    for state in states:
        if state not in STATES:
            raise QueryRejected(
                f"state {state[:40]!r} is not known; there are {', '.join(STATES)}"
            )
