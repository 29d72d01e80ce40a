"""Aggregates, dead letters and publications, in small batches."""

from datetime import datetime, timedelta

from stream_processors.database import Connection
from stream_processors.retention.removal import Removal
from stream_processors.retention.rules import Rule
from stream_processors.statements import statement

_AGGREGATES = statement(__package__, "remove_aggregates")
_DEAD_LETTERS = statement(__package__, "remove_dead_letters")
_PUBLICATIONS = statement(__package__, "remove_publications")
_PUBLICATIONS_AT_A_TIME = 200  # rows of some ten kilobytes


async def remove_aggregates(
    connection: Connection, rule: Rule, now: datetime, *, most: int
) -> int:
    """Remove a batch of a dataset's aggregates and return how many they were."""
    before = rule.aggregates_before
    if before is None:
        return 0
    whose = (rule.city, rule.theme, rule.aggregates)
    async with connection.transaction():
        [found] = await connection.fetch(_AGGREGATES, rule.dataset_id, before, most)
        removal = Removal(now, "aggregate", *whose, "rows", before)
        return await removal.note(connection, found)


async def remove_dead_letters(
    connection: Connection, now: datetime, kept: timedelta, *, most: int
) -> int:
    """Remove a batch of dead letters and return how many they were.

    Args:
        connection: to the database.
        now: the time of the round.
        kept: how long the platform keeps them, where no dataset says otherwise.
        most: rows at most.
    """
    async with connection.transaction():
        rows = await connection.fetch(_DEAD_LETTERS, now, kept, most)
        for row in rows:
            rule = f"P{row['kept'].days}D"
            removal = Removal(now, "dead_letter", row["city"], "", rule, "rows", now - row["kept"])
            await removal.note(connection, row)
    return sum(row["removed"] for row in rows)


async def remove_publications(connection: Connection, now: datetime, days: float) -> int:
    """Remove a batch of publications beyond the resume horizon and return how many they were."""
    before = now - timedelta(days=days)
    removal = Removal(now, "publication", "", "", f"P{days:g}D", "rows", before)
    async with connection.transaction():
        [found] = await connection.fetch(_PUBLICATIONS, before, _PUBLICATIONS_AT_A_TIME)
        return await removal.note(connection, found)
