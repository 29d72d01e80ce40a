"""Whole chunks of TimescaleDB, where everything in them may go."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from schemas.publication import LANE
from stream_processors.database import Connection
from stream_processors.retention.removal import Removal
from stream_processors.retention.rules import Rule
from stream_processors.statements import statement

log = logging.getLogger(__name__)

_CHUNKS = statement(__package__, "chunks")
_CONTENTS = statement(__package__, "chunk_contents")
_IS_PUBLISHED = statement(__package__, "chunk_is_published")
_SUM = statement(__package__, "sum_chunk")
_BY_DATASET = statement(__package__, "lost_by_dataset")
_DROP = statement(__package__, "drop_chunk")
_MEND = statement(__package__, "mend_latest")
_TAKE_BACK = statement(__package__, "take_back")
_ENTER_LANE = statement("stream_processors.store", "enter_lane")
_HAS_CHUNKS = "select to_regclass('timescaledb_information.chunks') is not null"
# Whoever reads a chunk holds it: we do not wait for them in the lane.
_IMPATIENT = "set local lock_timeout = '300ms'"


async def remove_chunks(
    connection: Connection, rules: Mapping[int, tuple[Rule, datetime]], round_at: datetime
) -> int:
    """Remove whole chunks and return how many rows went; those in use, or needed, stay.

    Args:
        connection: with the temporary tables of the keeper, as the owner of the tables.
        rules: by dataset, the rule and the time before which its observations go.
        round_at: under which round it is noted.
    """
    if not rules or not await connection.fetchval(_HAS_CHUNKS):
        return 0
    latest = max(before for _, before in rules.values())
    removed = 0
    for chunk in await connection.fetch(_CHUNKS, latest):
        bounds = chunk["range_start"], chunk["range_end"]
        agreed = {number for number, (_, before) in rules.items() if before >= bounds[1]}
        if not await _all_agree(connection, bounds, agreed):
            continue
        if await connection.fetchval(_IS_PUBLISHED, *bounds):
            continue
        removed += await _try_drop(connection, bounds, rules, agreed, round_at)
    return removed


async def _all_agree(
    connection: Connection, bounds: tuple[datetime, datetime], agreed: set[int]
) -> bool:
    rows = await connection.fetch(_CONTENTS, *bounds)
    return {row["dataset_id"] for row in rows} <= agreed


async def _try_drop(
    connection: Connection,
    bounds: tuple[datetime, datetime],
    rules: Mapping[int, tuple[Rule, datetime]],
    agreed: set[int],
    round_at: datetime,
) -> int:
    try:
        async with connection.transaction():
            await connection.execute(_SUM, *bounds)
            lost = await connection.fetch(_BY_DATASET)
            await connection.execute(_ENTER_LANE, LANE)
            if not await _all_agree(connection, bounds, agreed):
                return 0  # something of another dataset came since we looked
            await connection.execute(_IMPATIENT)
            await connection.execute(_DROP, *bounds)
            await connection.execute(_MEND)
            await connection.execute(_TAKE_BACK)
            return await _note(connection, lost, rules, round_at)
    except (asyncpg.LockNotAvailableError, asyncpg.InsufficientPrivilegeError) as busy:
        log.info("chunk from %s stays for now: %s", bounds[0].isoformat(), busy)
        return 0


async def _note(
    connection: Connection,
    lost: Sequence[asyncpg.Record],
    rules: Mapping[int, tuple[Rule, datetime]],
    round_at: datetime,
) -> int:
    removed = 0
    for row in lost:
        rule, before = rules[row["dataset_id"]]
        removal = Removal(
            round_at, "observation", rule.city, rule.theme, rule.observations, "partition", before
        )
        removed += await removal.note(connection, row)
    return removed
