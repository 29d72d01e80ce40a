"""Readings that Kafka still has, again by the profiles of today, newest first."""

import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias

from aiokafka import AIOKafkaConsumer

from schemas.cities.registry import Registry
from schemas.errors import BrokerUnavailable
from schemas.settings import DatabaseConnection, KafkaConnection
from schemas.wire import READINGS
from stream_processors.arrival import arrival_of
from stream_processors.database import Session, translated
from stream_processors.kafka_client import record_of
from stream_processors.kafka_log import LogCut, piece_of, reading_from, stretch
from stream_processors.replay.again import again
from stream_processors.replay.beyond_reach import BeyondReach, beyond_reach
from stream_processors.replay.rehearsal import Rehearsal
from stream_processors.replay.selection import Selection, chooser
from stream_processors.replay.store_target import StoreTarget
from stream_processors.replay.survey import Survey
from stream_processors.replay.target import Outcome, Target
from stream_processors.steps.deduplicate import RedeliveryPolicy
from stream_processors.steps.halt import HaltPolicy

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told what is done, how much of it, and of how much."""

_EARLIEST: Final = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a replay is told.

    Attributes:
        registry: the cities with the profiles of today, the same that normalise runs with.
        ends: by partition of `city.readings`, the first reading that is not stored yet.
        is_rehearsal: only count what would change.
        is_forced: also where a profile rejects most of its readings.
    """

    kafka: KafkaConnection
    database: DatabaseConnection
    registry: Registry
    selection: Selection
    ends: Mapping[int, int]
    is_rehearsal: bool = False
    is_forced: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a replay has done.

    Attributes:
        replay: its name, in the table of that name; empty for a rehearsal.
        readings: how many were asked for and are in Kafka.
    """

    replay: str
    readings: int
    outcome: Outcome
    beyond_reach: BeyondReach


async def run_replay(order: Order, progress: Progress) -> Report:
    """Bring readings again; cancelled in between, what was sent stays, and the rest may follow.

    Raises:
        Misconfigured: there is no such city or profile, or a profile rejects most of its readings.
        BrokerUnavailable: Kafka does not answer, or has deleted what was to be read.
        StoreUnavailable: the database does not answer, or the store does not go on.
    """
    replay = uuid.uuid4().hex[:12]
    try:
        async with reading_from(order.kafka) as consumer:
            survey = await _survey(consumer, order, progress)
            if not order.is_forced and not order.is_rehearsal:
                survey.check(HaltPolicy())
            beyond = await _beyond_reach(consumer, order)
            async with _target(order, replay) as target:
                await _bring(consumer, survey, target, replay, progress)
                outcome = await target.outcome()
    except LogCut as cut:
        raise BrokerUnavailable(f"Kafka: {cut}") from cut
    name = "" if order.is_rehearsal else replay
    return Report(replay=name, readings=survey.readings, outcome=outcome, beyond_reach=beyond)


async def _survey(consumer: AIOKafkaConsumer, order: Order, progress: Progress) -> Survey:
    policy = RedeliveryPolicy()
    since = order.selection.since
    survey = Survey(
        registry=order.registry,
        chooses=chooser(order.selection, order.registry),
        precedes=chooser(order.selection.preceding(), order.registry),
        redelivery=policy,
    )
    # The records were written after their readings were received.
    start = since - policy.window if since else _EARLIEST
    total, done = sum(order.ends.values()), 0
    async for records in stretch(consumer, READINGS, start, order.ends):
        if records:
            arrivals = [arrival_of(record_of(one)) for one in records]
            survey.take(arrivals[0].partition, arrivals)
            done += len(records)
            progress("read", done, total)
    survey.finish()
    return survey


async def _beyond_reach(consumer: AIOKafkaConsumer, order: Order) -> BeyondReach:
    session = Session(order.database, name="stadspuls-replay")
    try:
        connection = await session.connection()
        with translated():
            return await beyond_reach(
                consumer,
                connection,
                order.selection,
                registry=order.registry,
                ends=order.ends,
            )
    finally:
        await session.close()


async def _bring(
    consumer: AIOKafkaConsumer,
    survey: Survey,
    target: Target,
    replay: str,
    progress: Progress,
) -> None:
    done = 0
    for piece in reversed(survey.pieces):
        records = await piece_of(consumer, READINGS, piece)
        arrivals = [arrival_of(record_of(one)) for one in records]
        passages = again(arrivals, survey, replay=replay)
        await target.bring(piece.partition, passages)
        done += len(passages)
        progress("replayed", done, survey.readings)


@asynccontextmanager
async def _target(order: Order, replay: str) -> AsyncIterator[Target]:
    if order.is_rehearsal:
        rehearsal = Rehearsal(order.database, order.registry)
        try:
            yield rehearsal
        finally:
            await rehearsal.close()
        return
    target = StoreTarget(order.kafka, order.database, replay=replay)
    try:
        await target.begin(order.selection)
        yield target
    finally:
        await target.close()
