"""The publication held against the rows: each change is in both, once."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple, TypeAlias

import asyncpg

from deploy.audit.finding import Finding, Kind
from schemas.publication import unpack
from stream_processors.statements import statement

_PUBLICATIONS = statement(__package__, "publications")
_SEQUENCES = statement(__package__, "sequences")
_REPEATED = statement(__package__, "repeated_versions")


class Change(NamedTuple):
    """A change of an observation, by its place in the one order."""

    sequence: int
    datastream_id: int
    phenomenon_start: datetime


Changes: TypeAlias = AsyncIterator[Change]


async def publication_findings(
    connection: asyncpg.Connection, since: datetime, last_sequence: int
) -> list[Finding]:
    """Return where publications and rows differ, from the first publication since a time on.

    Args:
        connection: in a transaction that sees one state of the database.
        since: earlier publications are not looked at.
        last_sequence: nor are changes after this one.
    """
    findings: list[Finding] = []
    published = _published(connection, since, last_sequence, findings)
    first = await anext(published, None)
    if first is None:
        return findings
    rows = _stored(connection, first.sequence, last_sequence)
    async for kind, change in _differences(first, published, rows):
        findings.append(Finding(kind, _where(change)))
    return findings


async def repeated_versions(
    connection: asyncpg.Connection, since: datetime, last_sequence: int
) -> list[Finding]:
    """Return versions that say what the version before them says."""
    rows = await connection.fetch(_REPEATED, since, last_sequence)
    return [
        Finding(
            "version.repeated",
            _where(Change(row["sequence"], row["datastream_id"], row["phenomenon_start"])),
        )
        for row in rows
    ]


async def _published(
    connection: asyncpg.Connection, since: datetime, last_sequence: int, findings: list[Finding]
) -> Changes:
    """Yield what was published; what lies between two publications is a finding."""
    expected: int | None = None
    async for row in connection.cursor(_PUBLICATIONS, since, last_sequence, prefetch=20):
        if expected is not None and row["first_sequence"] != expected:
            gap = {"first": expected, "last": row["first_sequence"] - 1}
            findings.append(Finding("publication.gap", gap))
        expected = row["last_sequence"] + 1
        for one in unpack(row["batch"]):
            yield Change(one.sequence, one.datastream_id, one.phenomenon_start)


async def _stored(connection: asyncpg.Connection, first: int, last: int) -> Changes:
    async for row in connection.cursor(_SEQUENCES, first, last, prefetch=5000):
        yield Change(*row)


async def _differences(
    first: Change, published: Changes, stored: Changes
) -> AsyncIterator[tuple[Kind, Change]]:
    """Merge both in the order of their sequence, and yield what is in one of them alone."""
    left: Change | None = first
    right = await anext(stored, None)
    while left is not None or right is not None:
        if left == right:
            left, right = await anext(published, None), await anext(stored, None)
        elif right is None or (left is not None and left <= right):
            assert left is not None  # noqa: S101 - for the type checker
            yield "publication.surplus", left
            left = await anext(published, None)
        else:
            yield "publication.missing", right
            right = await anext(stored, None)


def _where(change: Change) -> dict[str, object]:
    return {
        "sequence": change.sequence,
        "datastream": change.datastream_id,
        "phenomenonStart": change.phenomenon_start.isoformat(),
    }
