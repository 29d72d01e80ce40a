"""Which members of event streams are to be erased: observations, or sums that they are in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from api.identifiers import observation_id, parse_observation_id
from api.iris import Iris, Kind
from api.ldes.summary import PERIODS
from api.ldes.terms import term
from deploy.erasure.subject import Subject
from schemas.publication import PublishedObservation
from stream_processors.statements import statement

_SUMS = statement(__package__, "sums_of")
_MEMBER: Final = f" {term('tree:member')} "
_IRIS: Final = Iris("")


@dataclass(frozen=True)
class Doomed:
    """What is to be erased from streams of some kinds.

    Attributes:
        since: no page that was complete before holds any of it.
        has: tells, by what its IRI ends with before the sequence, whether a member is of it.
    """

    kinds: tuple[Kind, ...]
    since: datetime
    has: Callable[[str], bool]

    def has_member(self, lines: str) -> bool:
        """Tell whether a member is of it, by its lines, of which `tree:member` is the first."""
        iri = lines.partition("\n")[0].partition(_MEMBER)[2].strip("<> .")
        return self.has(iri.rpartition("/")[0].rpartition("/")[2])

    def has_waiting(self, kind: Kind, one: PublishedObservation) -> bool:
        """Tell whether something that waits for its page is of it."""
        return self.has(_identifier(kind, one.datastream_id, one.phenomenon_start))


def observations_of(subject: Subject) -> Doomed:
    """Return the observations of a subject."""

    def has(identifier: str) -> bool:
        key = parse_observation_id(identifier)
        return key is not None and subject.holds(key.datastream_id, key.phenomenon_start)

    return Doomed(("observations",), subject.wish.begin - timedelta(days=1), has)


async def sums_of(connection: asyncpg.Connection, subject: Subject) -> Doomed:
    """Return the hours and days in which something of a subject may be summed up."""
    lengths = list(subject.intervals.values())
    wish = subject.wish
    rows = await connection.fetch(_SUMS, subject.datastreams, lengths, wish.begin, wish.end)
    kinds = {period: kind for kind, period in PERIODS.items()}
    names = {_identifier(kinds[period], number, start) for number, period, start in rows}
    return Doomed(tuple(PERIODS), wish.begin - max(lengths), names.__contains__)


def members(text: str) -> Iterator[str]:
    """Yield the lines of each member of a page, that of `tree:member` first."""
    member: list[str] = []
    for line in text.splitlines(keepends=True):
        if _MEMBER in line:
            if member:
                yield "".join(member)
            member = []
        if member or _MEMBER in line:
            member.append(line)
    if member:
        yield "".join(member)


def head(text: str) -> str:
    """Return what a page says before its members."""
    lines = text.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if _MEMBER in line), len(lines))
    return "".join(lines[:first])


def _identifier(kind: Kind, datastream: int, start: datetime) -> str:
    if kind == "observations":
        return observation_id(datastream, start)
    return _IRIS.summary(datastream, PERIODS[kind], start).rpartition("/")[2]
