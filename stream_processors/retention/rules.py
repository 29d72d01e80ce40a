"""What the cities declare about how long their datasets are kept, and what follows from it now."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from stream_processors.database import Connection
from stream_processors.statements import statement

_READ = statement(__package__, "read_rules")
SLACK: Final = timedelta(minutes=15)
"""The store takes nothing of a time that is over; what is there goes so much later, so that a
store with a slower clock or an older pack does not bring back what has gone."""


class Rule(NamedTuple):
    """What a dataset keeps; ISO 8601 durations as declared, empty for ever.

    Attributes:
        observations_before: what lies before goes now; `None`: nothing does.
        aggregates_before: likewise.
    """

    dataset_id: int
    city: str
    theme: str
    observations: str
    aggregates: str
    observations_before: datetime | None
    aggregates_before: datetime | None


async def read_rules(connection: Connection, now: datetime) -> list[Rule]:
    """Return the rules of all datasets that are not kept for ever."""
    return [
        Rule(
            row["dataset_id"],
            row["city"],
            row["theme"],
            row["observations"] or "",
            row["aggregates"] or "",
            row["observations_before"],
            row["aggregates_before"],
        )
        for row in await connection.fetch(_READ, now, SLACK)
    ]
