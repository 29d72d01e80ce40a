"""Observations and their earlier versions, in small batches."""

from datetime import datetime

from schemas.publication import LANE
from stream_processors.database import Connection
from stream_processors.retention.publications import unpublish_removed
from stream_processors.retention.removal import Removal
from stream_processors.retention.rules import Rule
from stream_processors.statements import statement

_OBSERVATIONS = statement(__package__, "remove_observations")
_VERSIONS = statement(__package__, "remove_versions")
_SUM = statement(__package__, "sum_removed")
_RANGE = statement(__package__, "removed_range")
_MEND = statement(__package__, "mend_latest")
_TAKE_BACK = statement(__package__, "take_back")
_WAITS = statement(__package__, "waits_for_sums")
_KEEP_FROM = statement(__package__, "keep_from")
_ENTER_LANE = statement("stream_processors.store", "enter_lane")


async def raise_horizon(connection: Connection, rule: Rule) -> datetime | None:
    """Say that what lies before the rule's time is gone for good, and return that time.

    `None`: something of it is not summed up yet, and must be before it goes.
    """
    before = rule.observations_before
    if before is None or await connection.fetchval(_WAITS, rule.dataset_id, before):
        return None
    await connection.execute(_KEEP_FROM, rule.dataset_id, before)
    return before


async def remove_observations(
    connection: Connection, rule: Rule, removal: Removal, *, most: int
) -> int:
    """Remove a batch of observations and return how many they were.

    Args:
        connection: with the temporary tables of the keeper.
        rule: whose time is over.
        removal: how it is noted.
        most: rows at most; the lane is held to mend `latest` for a hundred datastreams at most.
    """
    async with connection.transaction():
        await connection.execute(_OBSERVATIONS, rule.dataset_id, removal.before, most)
        await unpublish_removed(connection)
        await connection.execute(_SUM)
        return await _mend_and_note(connection, removal)


async def remove_versions(
    connection: Connection, rule: Rule, removal: Removal, *, most: int
) -> int:
    """Remove a batch of earlier versions and return how many they were."""
    async with connection.transaction():
        await connection.execute(_VERSIONS, rule.dataset_id, removal.before, most)
        await unpublish_removed(connection)
        await connection.execute(_SUM)
        [found] = await connection.fetch(_RANGE)
        removed = await removal.note(connection, found)
        await connection.execute(_TAKE_BACK)
    return removed


async def _mend_and_note(connection: Connection, removal: Removal) -> int:
    [found] = await connection.fetch(_RANGE)
    removed = await removal.note(connection, found)
    if removed:
        await connection.execute(_ENTER_LANE, LANE)
        await connection.execute(_MEND)
        await connection.execute(_TAKE_BACK)
    return removed
