"""Whether the database holds what the public interpreter says, value for value."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeAlias

import asyncpg
import msgspec

from bench.recordings.entries import Message, Recording
from deploy.expectation import comparable
from deploy.sql import query
from schemas.cities.registry import Registry
from schemas.errors import ReadingRejected
from schemas.interpreter.observe import observe
from schemas.interpreter.phenomenon_time import RECEIVED
from schemas.privacy import gate

Key: TypeAlias = tuple[str, str, str, datetime]
Values: TypeAlias = dict[Key, str | float]

_ROWS: Final = """
select phenomenon_start, result_number, result_json from observation where datastream_id = $1
"""


class Verified(NamedTuple):
    """How many values were compared, and how many of them differ or are not there."""

    compared: int
    different: int


def expected(recording: Recording, sent: Iterable[Message], registry: Registry) -> Values:
    """Return what must be there, by thing, profile, datastream and time; the last one holds.

    Without what has no time of its own.
    """
    context = registry.cities[recording.city]
    profile = context.library.profile(recording.profile)
    values: Values = {}
    for message in sent:
        try:
            found = observe(
                profile,
                gate(profile, message.payload),
                thing=message.thing,
                received_time=datetime.now(UTC),
                zone=context.pack.zone,
            )
        except ReadingRejected:
            continue
        values |= {
            (one.thing, one.profile, one.datastream, one.phenomenon_start): comparable(one.result)
            for one in found.observations
            if RECEIVED not in one.quality
        }
    return values


async def verify(
    connection: asyncpg.Connection, recording: Recording, values: Mapping[Key, str | float]
) -> Verified:
    """Compare with the database."""
    left = dict(values)
    for row in await connection.fetch(query("run_datastreams"), [recording.city]):
        if row["thing_profile"] != recording.profile:
            continue
        series = (row["thing"], row["profile"], row["name"])
        async with connection.transaction():
            async for found in connection.cursor(_ROWS, row["datastream_id"], prefetch=5000):
                start, number, document = found
                key = (*series, start)
                result = number if document is None else msgspec.json.decode(document)
                if key in left and left[key] == comparable(result):
                    del left[key]
    return Verified(compared=len(values), different=len(left))
