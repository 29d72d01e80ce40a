"""The whole journey: publisher, Mosquitto, ingest, Kafka, normalise, Kafka, store, PostgreSQL."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

import asyncpg
import msgspec

from bench.commits import Commits, committed_latency, listening
from bench.messages import Batch
from bench.processes import Meter, parts_of
from bench.results import Arm, Latency
from bench.sending import Sending, sending
from bench.stations import KafkaEnds, aggregated, kafka_ends, passed, stored
from deploy.judge import Baseline, judge, take_baseline
from deploy.platform import Platform
from schemas import wire

_AGGREGATES_SECONDS = 30.0
"""So long the aggregates may take before the next arm begins all the same."""

_STATIONS_SECONDS = 5.0
"""All is stored by then: the last look at the topics cannot be far."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A platform whose pipeline runs, and the connections to look at it.

    Attributes:
        platform: the platform.
        connection: to the database.
        listener: another one, for notifications.
        ends: of the topics.
        window: messages in flight of each connection of the publisher.
    """

    platform: Platform
    connection: asyncpg.Connection
    listener: asyncpg.Connection
    ends: KafkaEnds
    window: int

    def pids(self) -> dict[str, int]:
        """Return the processes of services and platform, by name."""
        stack = self.platform.stack
        services = {service.name: service.pid for service in stack.services}
        return services | parts_of(os.getpid())


@asynccontextmanager
async def site(platform: Platform, *, window: int) -> AsyncIterator[Site]:
    """Connect to a platform whose pipeline runs."""
    dsn = platform.stack.database.dsn.get_secret_value()
    async with AsyncExitStack() as stack:
        connections = [await asyncpg.connect(dsn) for _ in range(2)]
        for connection in connections:
            stack.push_async_callback(connection.close)
        yield Site(
            platform=platform,
            connection=connections[0],
            listener=connections[1],
            ends=await stack.enter_async_context(kafka_ends(platform.stack.kafka)),
            window=window,
        )


async def whole_arm(here: Site, batch: Batch, *, rate: float | None = None) -> Arm:
    """Publish a batch to the platform, wait until it is committed, and judge.

    Args:
        here: the platform.
        batch: what is published.
        rate: messages a second; `None`: as fast as the broker acknowledges.

    Raises:
        Unavailable: the publisher failed, or a process of the platform ended.
    """
    broker, folder = here.platform.stack.mqtt_service, here.platform.installation.data_dir
    async with (
        sending(broker, batch, rate=rate, window=here.window, folder=folder) as publisher,
        listening(here.listener) as commits,
    ):
        readings_end = await here.ends.by_partition(wire.READINGS)
        baseline = await take_baseline(here.connection, readings_end)
        run = _Run(batch, rate, publisher, baseline, commits)
        return await _judged(here, run, await _measured(here, run))


class _Run(NamedTuple):
    batch: Batch
    rate: float | None
    publisher: Sending
    baseline: Baseline
    commits: Commits


async def _measured(here: Site, run: _Run) -> Arm:
    messages = run.batch.count
    before = await here.ends.total()
    meter = Meter(here.pids() | {"publisher": run.publisher.pid})
    watch = asyncio.create_task(passed(here.ends, before, messages=messages))
    try:
        sent = await run.publisher.publish()
        await stored(here.connection, run.baseline, messages=messages)
        reading = meter.read()
        await asyncio.wait([watch], timeout=_STATIONS_SECONDS)
    finally:
        watch.cancel()
    times = watch.result() if watch.done() else {}
    return Arm(
        messages=messages,
        seconds=run.commits.last_time - sent.first_time,
        publish_seconds=sent.acknowledged_time - sent.first_time,
        rate=run.rate,
        costs=reading.costs,
        machine_seconds=reading.machine_seconds,
        stages={name: round(at - sent.first_time, 3) for name, at in times.items()},
        behind_seconds=await aggregated(here.connection, patience_seconds=_AGGREGATES_SECONDS),
    )


async def _judged(here: Site, run: _Run, arm: Arm) -> Arm:
    entries = await run.publisher.entries()
    registry = here.platform.installation.registry()
    verdict = await judge(here.connection, entries, registry, run.baseline)
    published = None
    if verdict.lag_p50_ms is not None and verdict.lag_p99_ms is not None:
        published = Latency(p50_ms=verdict.lag_p50_ms, p99_ms=verdict.lag_p99_ms)
    sent = run.batch.count * run.batch.values
    return msgspec.structs.replace(
        arm,
        observations=verdict.observations_stored,
        lost=verdict.lost,
        duplicates=max(0, verdict.observations_stored - sent),
        published_latency=published,
        committed_latency=await committed_latency(
            here.connection, entries, run.commits, after=run.baseline.sequence
        ),
    )
