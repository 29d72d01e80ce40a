"""What an export is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from api.instants import parse_instant
from api.quality import unwanted_flags, wanted_flags
from api.queries import Query, check_names, value_of, values_of
from api.settings import Limits
from schemas.errors import LimitExceeded, NotFound, QueryRejected
from schemas.vocabulary import Vocabulary

PARAMETERS: Final = {
    "datastream": "ids of datastreams, repeated or with commas between",
    "city": "slugs of cities",
    "theme": "slugs of themes",
    "from": "observations that begin at this time or later (ISO 8601; without a zone: UTC)",
    "to": "observations that begin before this time",
    "quality": (
        "leaves out what has a flag: its code, or a severity (`error`, `warning`, `info`) for all "
        "flags of it; `good` is `error`; repeated or with commas between"
    ),
    "flag": "only what has one of these flags: codes, or severities for all flags of them",
    "asOf": "the state at a time in the past: before later corrections and withdrawals",
    "aggregate": "`quarter`, `hour` or `day` (of the city): sums instead of observations",
}
PERIODS: Final = ("quarter", "hour", "day")
EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
LATEST: Final = datetime.max.replace(tzinfo=UTC)
_MAXIMUM_ID: Final = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What an export is asked for.

    Attributes:
        datastreams: ids, `None` for those of the cities and themes.
        unwanted: codes of flags to leave out.
        flagged: only what has one of these codes, `None` for all.
        as_of: the state at this time, `None` for now.
        aggregate: a period, `None` for observations.
    """

    datastreams: Sequence[int] | None
    cities: Sequence[str] | None
    themes: Sequence[str] | None
    start: datetime
    end: datetime
    unwanted: frozenset[str]
    flagged: frozenset[str] | None
    as_of: datetime | None
    aggregate: str | None


def wishes_of(query: Query, *, limits: Limits, vocabulary: Vocabulary) -> Wishes:
    """Return what a query string wishes for.

    Raises:
        QueryRejected: a parameter is not known or says nothing, or two do not go together.
        NotFound: a datastream that cannot be.
        LimitExceeded: too many datastreams.
    """
    check_names(query, PARAMETERS)
    wishes = Wishes(
        datastreams=datastreams_of(query, limits),
        cities=values_of(query, "city") or None,
        themes=values_of(query, "theme") or None,
        start=time_of(query, "from") or EARLIEST,
        end=time_of(query, "to") or LATEST,
        unwanted=unwanted_flags(values_of(query, "quality"), vocabulary),
        flagged=wanted_flags(values_of(query, "flag"), vocabulary),
        as_of=time_of(query, "asOf"),
        aggregate=_period(query),
    )
    if not (wishes.datastreams or wishes.cities or wishes.themes):
        raise QueryRejected("name a datastream, a city or a theme")
    if wishes.aggregate and (wishes.as_of or wishes.unwanted or wishes.flagged):
        raise QueryRejected("aggregate goes with no asOf, quality or flag: sums are of now")
    return wishes


def datastreams_of(query: Query, limits: Limits) -> list[int] | None:
    """Return the ids of datastreams that are asked for, `None` where none is named.

    Raises:
        QueryRejected: one is no number.
        NotFound: no datastream can have one.
        LimitExceeded: too many.
    """
    values = values_of(query, "datastream")
    if len(values) > limits.export_datastreams:
        raise LimitExceeded(
            f"at most {limits.export_datastreams} datastreams at once: ask for the city or theme"
        )
    return sorted({datastream_id(value) for value in values}) or None


def datastream_id(value: str) -> int:
    """Return the id that a text means.

    Raises:
        QueryRejected: it is no number.
        NotFound: no datastream can have it.
    """
    if not (value.isascii() and value.isdigit()):
        raise QueryRejected(f"datastream {value[:40]!r} is not a number")
    if len(value) > len(str(_MAXIMUM_ID)) or int(value) > _MAXIMUM_ID:
        raise NotFound("there is no such datastream")
    return int(value)


def time_of(query: Query, name: str) -> datetime | None:
    """Return the time that a parameter means, `None` without it.

    Raises:
        QueryRejected: it is no time.
    """
    value = value_of(query, name)
    if value is None:
        return None
    try:
        return parse_instant(value.replace(" ", "+") if "T" in value else value)
    except ValueError as invalid:
        raise QueryRejected(
            f"{name} {value[:40]!r} is not a time such as 2026-01-31T12:00:00Z"
        ) from invalid


def _period(query: Query) -> str | None:
    value = value_of(query, "aggregate")
    if value is not None and value not in PERIODS:
        raise QueryRejected(f"aggregate is one of {', '.join(PERIODS)}")
    return value
