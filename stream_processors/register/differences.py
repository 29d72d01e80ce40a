"""Registers, and the datastreams of their differences."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from schemas.catalogue import Differences
from stream_processors.database import Connection
from stream_processors.register.catalogue_table import json_of, write_observed_property
from stream_processors.statements import statement

_INSERT = statement(__package__, "insert_difference_datastreams")
_RELEASE = statement(__package__, "release_differences")
_DECLARE = statement(__package__, "upsert_differences")
_NOTE_ALL = statement(__package__, "note_registers")


async def declare_differences(
    connection: Connection, registers: Mapping[int, Differences]
) -> None:
    """Write which differences are made of registers, and have those made that are new or differ.

    Args:
        connection: in a transaction.
        registers: by the ids of their datastreams, which are there.
    """
    if not registers:
        return
    rows = json_of([await _row(connection, *register) for register in registers.items()])
    await connection.execute(_INSERT, rows)
    await connection.execute(_RELEASE, rows)
    changed = await connection.fetch(_DECLARE, rows)
    if changed:
        await connection.execute(_NOTE_ALL, [row["register_id"] for row in changed])


async def _row(connection: Connection, register_id: int, made: Differences) -> dict[str, Any]:
    rules = made.register
    return asdict(made.datastream) | {
        "register_id": register_id,
        "observed_property_id": await write_observed_property(connection, made.observed_property),
        "rolls_over_at": rules.rolls_over_at,
        "most": rules.most if math.isfinite(rules.most) else None,
        "restarts": rules.restarts,
    }
