"""What one round removes, noted in the transaction that removes it."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

import asyncpg

from stream_processors.database import Connection
from stream_processors.statements import statement

What: TypeAlias = Literal[
    "observation", "observation_version", "aggregate", "dead_letter", "publication", "kafka"
]
Way: TypeAlias = Literal["partition", "rows"]
_NOTE = statement(__package__, "note_removal")


class Removal(NamedTuple):
    """Something that goes by a rule; in the order of the columns of `retention_log`.

    Attributes:
        round_at: begin of the round, the `now` of its rules.
        city: slug; empty: of all cities.
        theme: slug; empty: of all themes.
        rule: what was declared, and by whom.
        before: what lies before goes.
    """

    round_at: datetime
    what: What
    city: str
    theme: str
    rule: str
    way: Way
    before: datetime

    async def note(self, connection: Connection, found: asyncpg.Record) -> int:
        """Note what went (`removed`, `first`, `last`); return how many."""
        removed: int = found["removed"]
        if removed:
            times = found["first"], found["last"]
            await connection.execute(_NOTE, *self, *times, removed)
        return removed
