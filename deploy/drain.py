"""Wait until nothing is on its way any more: before a broker and a Kafka stop that forget."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping

import asyncpg
from prometheus_client.parser import text_string_to_metric_families

from deploy.log_ends import log_ends
from deploy.readiness import ask
from deploy.sql import query
from schemas import telemetry, wire
from schemas.settings import DatabaseConnection, HttpListener, KafkaConnection

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.05
_QUIET_SECONDS = 0.3


async def settle(ingest: HttpListener, *, patience_seconds: float) -> None:
    """Return when the gateway has taken no message for a moment, or patience ends.

    Args:
        ingest: its HTTP server.
        patience_seconds: devices may go on sending; what they send later is theirs to repeat.
    """
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(patience_seconds):
            taken, before = await _taken(ingest), -1.0
            while taken != before:
                await asyncio.sleep(_QUIET_SECONDS)
                taken, before = await _taken(ingest), taken


async def _taken(ingest: HttpListener) -> float:
    families = text_string_to_metric_families((await ask(ingest, "/metrics")).decode())
    return sum(
        sample.value
        for family in families
        if family.name == telemetry.MESSAGES.name
        for sample in family.samples
    )


async def drain(
    kafka: KafkaConnection, database: DatabaseConnection, *, patience_seconds: float
) -> bool:
    """Return whether all readings and dead letters in Kafka are accounted for in the database.

    Args:
        kafka: nothing writes readings to it any more.
        database: where the store writes.
        patience_seconds: how long to wait while nothing moves.
    """
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    try:
        # In this order: a reading's dead letter is there before the reading is accounted for.
        for topic in (wire.READINGS, wire.DEAD_LETTERS):
            ends = await log_ends(kafka, topic)
            left = await unstored(connection, topic, ends, patience_seconds=patience_seconds)
            if left:
                log.warning("drain=incomplete topic=%s records=%d", topic, left)
                return False
    finally:
        await connection.close()
    return True


async def unstored(
    connection: asyncpg.Connection,
    topic: str,
    ends: Mapping[int, int],
    *,
    patience_seconds: float,
) -> int:
    """Wait while records below the ends get fewer, and return how many are left."""
    left, moved = await _behind(connection, topic, ends), time.monotonic()
    while left and time.monotonic() - moved < patience_seconds:
        await asyncio.sleep(_PAUSE_SECONDS)
        before, left = left, await _behind(connection, topic, ends)
        moved = time.monotonic() if left != before else moved
    return left


async def _behind(connection: asyncpg.Connection, topic: str, ends: Mapping[int, int]) -> int:
    """Return how many records are not stored; an offset beyond the end is of an earlier log."""
    rows = await connection.fetch(query("run_high_water"), topic)
    stored = {row["partition"]: row["next_offset"] for row in rows}
    known = {partition: stored.get(partition, 0) for partition in ends}
    return sum(end - known[one] if known[one] <= end else end for one, end in ends.items())
