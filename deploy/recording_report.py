"""What became of a recording that was published, from the database."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import asyncpg
from aiokafka import TopicPartition

from deploy.drain import unstored
from deploy.log_ends import log_ends
from deploy.sql import query
from schemas.settings import KafkaConnection
from schemas.wire import DEAD_LETTERS, READINGS
from stream_processors.group_offsets import committed_places
from stream_processors.topology import TOPOLOGY

_PAUSE_SECONDS: Final = 0.1
_STANDSTILL_SECONDS: Final = 60.0


class Addressee(NamedTuple):
    """Whose readings a recording brings."""

    city: str
    profile: str


class Account(NamedTuple):
    """The account of a city's profile."""

    normalised: int = 0
    empty: int = 0
    rejected: int = 0
    observations: int = 0
    duplicates: int = 0
    corrections: int = 0

    @property
    def readings(self) -> int:
        """All of them."""
        return self.normalised + self.empty + self.rejected


@dataclass(frozen=True, kw_only=True)
class Before:
    """What there was before a recording was published.

    Attributes:
        sequence: last one published.
        dead_letter: last one kept.
        account: of the city's profile.
    """

    sequence: int
    dead_letter: int
    account: Account


@dataclass(frozen=True, kw_only=True)
class RecordingReport:
    """What became of it; what others sent to the same profile meanwhile is counted too.

    Attributes:
        observations_stored: those that were new.
        observations_flagged: by flag, of the new and the corrected ones.
        observations_with_flag: those that bear any.
        rejections: by reason; a payload may have several, and be readable in other parts.
        lost: messages acknowledged that are no reading and no dead letter.
    """

    messages_acknowledged: int
    readings_normalised: int
    readings_empty: int
    readings_rejected: int
    observations_stored: int
    observations_duplicate: int
    observations_corrected: int
    observations_with_flag: int
    observations_flagged: dict[str, int]
    rejections: dict[str, int]
    lost: int

    @property
    def readings(self) -> int:
        """All of them."""
        return self.readings_normalised + self.readings_empty + self.readings_rejected

    def facts(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)


async def look_before(connection: asyncpg.Connection, whose: Addressee) -> Before:
    """Return what there is before a recording is published."""
    (row,) = await connection.fetch(query("run_baseline"))
    return Before(
        sequence=row["sequence"],
        dead_letter=row["dead_letter"],
        account=await _account(connection, whose),
    )


async def report(
    connection: asyncpg.Connection,
    kafka: KafkaConnection,
    before: Before,
    whose: Addressee,
    *,
    topics: Sequence[str],
    acknowledged: int,
) -> RecordingReport:
    """Wait until all that was acknowledged is stored, or nothing moves any more, and count."""
    left = await _accounted(connection, before, whose, topics, acknowledged)
    await _letters_stored(connection, kafka)
    account = await _account(connection, whose)
    new = Account(*(now - then for now, then in zip(account, before.account, strict=True)))
    flags = await connection.fetch(query("recording_flags"), *whose, before.sequence)
    letters = await connection.fetch(query("recording_letters"), topics, before.dead_letter)
    by_flag = {row["code"]: row["observations"] for row in flags}
    reasons: dict[str, int] = {}
    for row in letters:
        reasons[row["reason"]] = reasons.get(row["reason"], 0) + row["letters"]
    return RecordingReport(
        messages_acknowledged=acknowledged,
        readings_normalised=new.normalised,
        readings_empty=new.empty,
        readings_rejected=new.rejected,
        observations_stored=new.observations,
        observations_duplicate=new.duplicates,
        observations_corrected=new.corrections,
        observations_with_flag=by_flag.pop("", 0),
        observations_flagged=by_flag,
        rejections={reason: count for reason, count in reasons.items() if reason},
        lost=left,
    )


async def _accounted(
    connection: asyncpg.Connection,
    before: Before,
    whose: Addressee,
    topics: Sequence[str],
    acknowledged: int,
) -> int:
    """Return how many messages are still missing when there are none, or nothing moves."""
    left, since = acknowledged, time.monotonic()
    while left and time.monotonic() - since < _STANDSTILL_SECONDS:
        account = await _account(connection, whose)
        letters = await connection.fetch(query("recording_letters"), topics, before.dead_letter)
        refused = sum(
            row["letters"] for row in letters if row["station"] == "ingest" and not row["reason"]
        )
        now = max(0, acknowledged - (account.readings - before.account.readings) - refused)
        since = time.monotonic() if now < left else since
        left = now
        await asyncio.sleep(_PAUSE_SECONDS if left else 0)
    return left


async def _letters_stored(connection: asyncpg.Connection, kafka: KafkaConnection) -> None:
    """Wait until normalise has sent the dead letters of what it has read, and they are stored."""
    ends = await log_ends(kafka, READINGS)
    places = {TopicPartition(READINGS, number): end for number, end in ends.items()}
    end = time.monotonic() + _STANDSTILL_SECONDS
    while time.monotonic() < end:
        known = await committed_places(kafka, TOPOLOGY["normalise"].group, list(places))
        if all(known[place].offset >= end for place, end in places.items()):
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    letters = await log_ends(kafka, DEAD_LETTERS)
    await unstored(connection, DEAD_LETTERS, letters, patience_seconds=_STANDSTILL_SECONDS)


async def _account(connection: asyncpg.Connection, whose: Addressee) -> Account:
    (row,) = await connection.fetch(query("recording_account"), *whose)
    return Account(*row)
