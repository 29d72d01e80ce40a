"""A running installation audited: received = stored + duplicate + withheld + empty + rejected."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import asyncpg
from aiokafka import AIOKafkaConsumer

from deploy.audit.finding import Finding
from deploy.audit.publications import publication_findings, repeated_versions
from deploy.audit.readings import Reconciliation
from deploy.audit.tally import Tally, hour_of
from deploy.expectation import Series
from deploy.sql import query
from schemas import wire
from schemas.settings import KafkaConnection
from stream_processors.arrival import arrival_of
from stream_processors.kafka_client import record_of
from stream_processors.kafka_log import reading_from, stretch
from stream_processors.statements import statement

_STATE = statement(__package__, "state")
_ACCOUNTS = statement(__package__, "accounts")


class Audited(NamedTuple):
    """How far the database was when it was looked at.

    Attributes:
        sequence: last one published.
        readings: by partition of `city.readings`, the offset after the last that is accounted for.
        observations: by partition of `city.observations`, the offset after the last committed.
    """

    sequence: int
    readings: Mapping[int, int]
    observations: Mapping[int, int]


@dataclass(frozen=True)
class Report:
    """What an audit found.

    Attributes:
        tally: readings by city, source and hour.
        findings: what is wrong; none is a clean bill.
    """

    tally: Tally
    findings: tuple[Finding, ...]


async def audit(database: asyncpg.Connection, kafka: KafkaConnection, since: datetime) -> Report:
    """Compare Kafka, database and publication, of readings received since the hour of a time.

    It reads one state of the database, however long it takes, and writes nothing.

    Raises:
        LogCut: Kafka does not have the records up to where the database is.
    """
    since = hour_of(since)
    async with _snapshot(database) as state, reading_from(kafka) as consumer:
        reconciliation = Reconciliation(database, await _datastreams(database), Tally(since))
        observations = stretch(consumer, wire.OBSERVATIONS, since, state.observations)
        async for records in observations:
            await reconciliation.take(records)
        await _receive(consumer, state, reconciliation)
        findings = [
            *reconciliation.findings,
            *await _unaccounted(database, reconciliation),
            *await publication_findings(database, since, state.sequence),
            *await repeated_versions(database, since, state.sequence),
        ]
    return Report(reconciliation.tally, tuple(findings))


@asynccontextmanager
async def _snapshot(database: asyncpg.Connection) -> AsyncIterator[Audited]:
    """Yield where the database is, in a transaction that goes on seeing that."""
    async with database.transaction(isolation="repeatable_read", readonly=True):
        (row,) = await database.fetch(_STATE, wire.READINGS, wire.OBSERVATIONS)
        yield Audited(row["sequence"], _places(row["readings"]), _places(row["observations"]))


def _places(text: str | None) -> dict[int, int]:
    return {int(number): offset for number, offset in json.loads(text or "{}").items()}


async def _datastreams(database: asyncpg.Connection) -> dict[Series, list[int]]:
    cities = [row["city"] for row in await database.fetch("select city from city")]
    found: defaultdict[Series, list[int]] = defaultdict(list)
    for row in await database.fetch(query("run_datastreams"), cities):
        found[Series(*list(row)[1:])].append(row["datastream_id"])
    return dict(found)


async def _receive(
    consumer: AIOKafkaConsumer, state: Audited, reconciliation: Reconciliation
) -> None:
    """Count what came to `city.readings`, and find what went no further."""
    tally, since = reconciliation.tally, reconciliation.tally.since
    async for records in stretch(consumer, wire.READINGS, since, state.readings):
        for record in records:
            arrival = arrival_of(record_of(record))
            if arrival.refusal is not None:
                continue  # of no wire version that we know: normalise keeps it as a dead letter
            reading = arrival.reading
            if reading.received_time < since:
                continue
            tally.counts(reading.city, reading.source, reading.received_time).received += 1
            if reconciliation.is_skipped(record):
                where = {
                    "city": reading.city,
                    "source": reading.source,
                    "partition": record.partition,
                    "offset": record.offset,
                }
                reconciliation.findings.append(Finding("reading.skipped", where))


async def _unaccounted(
    database: asyncpg.Connection, reconciliation: Reconciliation
) -> list[Finding]:
    """Return hours of which the store counted less than `city.observations` holds.

    More is no finding: Kafka may have been made anew, or have let records go.
    """
    rows = await database.fetch(_ACCOUNTS, reconciliation.tally.since)
    known = {(row["city"], row["profile"], row["hour"]): row["readings"] for row in rows}
    return [
        Finding(
            "reading.unaccounted",
            {
                "city": city,
                "profile": profile,
                "hour": hour.isoformat(),
                "accounted": known.get((city, profile, hour), 0),
                "came": came,
            },
        )
        for (city, profile, hour), came in sorted(reconciliation.accounted.items())
        if known.get((city, profile, hour), 0) < came
    ]
