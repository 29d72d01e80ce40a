"""Publishes observations at a rate, as the store does, without storing them."""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from typing import Final

import asyncpg

from schemas.publication import (
    CHANNEL,
    LANE,
    MAXIMUM_PER_MILLISECOND,
    PublishedObservation,
    pack,
)

_STEP_SECONDS: Final = 0.1
_OPEN: Final = (
    "select datastream_id from datastream join dataset using (dataset_id)"
    " where open and access = 'open' order by datastream_id"
)
_LANE: Final = (
    "select last_sequence,"
    " greatest(last_published_at, date_trunc('milliseconds', clock_timestamp()))"
    " + interval '1 millisecond' from publication_lane"
)
_MOVE: Final = (
    "update publication_lane set last_sequence = $1, last_published_at = $2, published_in_last = 1"
)
_PUBLISH: Final = "insert into publication values ($1, $2, $3, $4, $5, $6)"


async def feed(connection: asyncpg.Connection, *, rate: int, seconds: float) -> int:
    """Publish so many observations a second, for so long; return the last sequence."""
    datastreams = cycle([row["datastream_id"] for row in await connection.fetch(_OPEN)])
    steps, size = round(seconds / _STEP_SECONDS), round(rate * _STEP_SECONDS)
    begin = time.perf_counter()
    last = 0
    for step in range(steps):
        await asyncio.sleep(max(0.0, begin + step * _STEP_SECONDS - time.perf_counter()))
        last = await _publish(connection, datastreams, size)
    return last


async def _publish(connection: asyncpg.Connection, datastreams: Iterator[int], count: int) -> int:
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", LANE)
        [(first, begin)] = await connection.fetch(_LANE)
        batch = [_observation(first + 1 + n, begin, n, next(datastreams)) for n in range(count)]
        last = batch[-1]
        await connection.execute(_MOVE, last.sequence, last.published_time)
        await connection.execute(
            _PUBLISH, first + 1, last.sequence, begin, last.published_time, count, pack(batch)
        )
        await connection.execute("select pg_notify($1, $2)", CHANNEL, str(last.sequence))
    return last.sequence


def _observation(
    sequence: int, begin: datetime, place: int, datastream: int
) -> PublishedObservation:
    start = begin.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1 + sequence % 99)
    end = start + timedelta(hours=1)
    return PublishedObservation(
        sequence=sequence,
        published_time=begin + timedelta(milliseconds=place // MAXIMUM_PER_MILLISECOND),
        datastream_id=datastream,
        phenomenon_start=start,
        phenomenon_end=end,
        result_time=end,
        result=sequence * 7919 % 100_000 / 37,
    )
