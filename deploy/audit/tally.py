"""Readings counted by city, source and hour: what came, and what became of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import NamedTuple


class Row(NamedTuple):
    """What readings are counted by."""

    city: str
    source: str
    hour: datetime


@dataclass
class Counts:
    """Readings of one row; the words are those of the README.

    Attributes:
        received: records of `city.readings`.
        stored: gave an observation that is in the database as theirs.
        duplicate: gave only observations that another reading had given before.
        withheld: of a time that their dataset does not keep.
        empty: valid, with nothing to observe.
        rejected: gave nothing but a dead letter.
        missing: of which the database does not have what they gave.
    """

    received: int = 0
    stored: int = 0
    duplicate: int = 0
    withheld: int = 0
    empty: int = 0
    rejected: int = 0
    missing: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether everything that came is somewhere."""
        known = self.stored + self.duplicate + self.withheld + self.empty + self.rejected
        return self.received == known and not self.missing

    def add(self, other: "Counts") -> None:
        """Add another row's counts."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


class Tally:
    """The counts of an audit, from a time on."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        self.rows: defaultdict[Row, Counts] = defaultdict(Counts)

    def counts(self, city: str, source: str, received_time: datetime) -> Counts:
        """Return the counts of the row that a reading belongs to."""
        return self.rows[Row(city, source, hour_of(received_time))]

    def by_city(self) -> dict[str, Counts]:
        """Return the sums of the cities."""
        sums: defaultdict[str, Counts] = defaultdict(Counts)
        for row, counts in self.rows.items():
            sums[row.city].add(counts)
        return dict(sorted(sums.items()))

    def unbalanced(self) -> Iterator[tuple[Row, Counts]]:
        """Yield the rows in which something is missing or too much."""
        return ((row, one) for row, one in sorted(self.rows.items()) if not one.is_balanced)


def hour_of(time: datetime) -> datetime:
    """Return the hour in which a time lies, in UTC."""
    return time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
