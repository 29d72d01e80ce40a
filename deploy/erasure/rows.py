"""The rows of the database, in small batches: publications lose what the rows lose."""

import asyncpg

from deploy.erasure.subject import Subject
from deploy.erasure.trace import Trace
from schemas.publication import LANE
from stream_processors.retention.keeper import TEMPORARY_TABLES
from stream_processors.retention.publications import unpublish_removed
from stream_processors.statements import statement

_RETENTION = "stream_processors.retention"
_SUM = statement(_RETENTION, "sum_removed")
_RANGE = statement(_RETENTION, "removed_range")
_MEND = statement(_RETENTION, "mend_latest")
_TAKE_BACK = statement(_RETENTION, "take_back")
_ENTER_LANE = statement("stream_processors.store", "enter_lane")
_OBSERVATIONS = statement(__package__, "remove_observations")
_VERSIONS = statement(__package__, "remove_versions")
_TASKS = statement(__package__, "note_tasks")
_AGGREGATES = statement(__package__, "remove_aggregates")
_DEAD_LETTERS = statement(__package__, "remove_dead_letters")
_SURVEY = statement(__package__, "survey")
_AT_A_TIME = 5000


async def count_rows(connection: asyncpg.Connection, subject: Subject) -> dict[str, int]:
    """Return how much there is to be erased, by kind."""
    row = await connection.fetchrow(_SURVEY, *_time(subject), *_letters(subject))
    return dict(row or {})


async def erase_rows(connection: asyncpg.Connection, subject: Subject, trace: Trace) -> None:
    """Erase observations, versions, what was published of them, aggregates and dead letters."""
    await connection.execute(TEMPORARY_TABLES)
    while await _erase_observations(connection, subject, trace):
        pass
    while await _erase_versions(connection, subject, trace):
        pass
    async with connection.transaction():
        await trace.count("aggregates", await connection.fetchval(_AGGREGATES, *_time(subject)))
    async with connection.transaction():
        letters = (*_letters(subject), subject.wish.begin)
        await trace.count("deadLetters", await connection.fetchval(_DEAD_LETTERS, *letters))


async def _erase_observations(
    connection: asyncpg.Connection, subject: Subject, trace: Trace
) -> int:
    async with connection.transaction():
        await connection.execute(_OBSERVATIONS, *_time(subject), _AT_A_TIME)
        await connection.execute(_SUM)
        await connection.execute(_TASKS)
        removed = await _unpublish(connection, trace, "observations")
        if removed:
            await connection.execute(_ENTER_LANE, LANE)
            await connection.execute(_MEND)
            await trace.count("lastValues", await connection.fetchval(_TAKE_BACK))
    return removed


async def _erase_versions(connection: asyncpg.Connection, subject: Subject, trace: Trace) -> int:
    async with connection.transaction():
        await connection.execute(_VERSIONS, *_time(subject), _AT_A_TIME)
        await connection.execute(_SUM)
        removed = await _unpublish(connection, trace, "versions")
        await trace.count("lastValues", await connection.fetchval(_TAKE_BACK))
    return removed


async def _unpublish(connection: asyncpg.Connection, trace: Trace, what: str) -> int:
    [found] = await connection.fetch(_RANGE)
    removed: int = found["removed"]
    await trace.count(what, removed)
    await trace.count("published", await unpublish_removed(connection))
    return removed


def _time(subject: Subject) -> tuple[object, ...]:
    return subject.datastreams, subject.wish.begin, subject.wish.end


def _letters(subject: Subject) -> tuple[object, ...]:
    return subject.wish.city, subject.source, subject.profile, subject.name.encode()
