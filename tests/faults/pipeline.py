"""The pipeline's processes on real services, a publisher, and the judge at the end."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from deploy.drain import drain, settle
from deploy.expectation import expectations
from deploy.installation import EXAMPLES, Installation
from deploy.judge import Baseline, Verdict, judge, take_baseline
from deploy.log_ends import log_ends
from deploy.migrations import migrate
from deploy.part import Part
from deploy.platform import access
from deploy.stack import Stack, Topic, create_topics, real_stack
from deploy.stack.ports import free_port
from ingest.settings import IngestSettings, RetryPolicy
from schemas import wire
from schemas.settings import HttpListener, KafkaConnection
from simulators.ledger import Entry, read_ledger
from simulators.load import publish_load
from simulators.scenario import Load
from simulators.settings import SimulatorSettings
from stream_processors.settings import NormaliseSettings, StoreSettings

CITY = "leiedonk"
PARTITIONS = 4
_SESSION_SECONDS = 1.5
_KILLS_AT_WORK = 0.6


@dataclass
class Pipeline:
    """The services, our processes on them, and what was published to them."""

    installation: Installation
    stack: Stack
    kafka: KafkaConnection
    parts: dict[str, Part] = field(default_factory=dict)
    ledgers: list[Path] = field(default_factory=list)

    def add_ingest(self) -> None:
        """Add a gateway, to be started later."""
        listener = HttpListener(port=free_port())
        settings = IngestSettings(
            cities=self.installation.pack_directories(),
            keys_file=self.installation.keys_file,
            mqtt=self.stack.mqtt,
            kafka=self.kafka,
            http=listener,
            retry=RetryPolicy(first_seconds=0.1, longest_seconds=0.5),
        )
        self._add("ingest", settings, listener)

    def add_normalise(self, folder: str = "") -> None:
        """Add a normalise; a second one needs a folder of its own."""
        listener = HttpListener(port=free_port())
        cities = self.installation.pack_directories()
        settings = NormaliseSettings(kafka=self.kafka, cities=cities, metrics=listener)
        self._add("normalise", settings, listener, folder)

    def add_store(self, folder: str = "") -> None:
        """Add a store; a second one needs a folder of its own."""
        listener = HttpListener(port=free_port())
        settings = StoreSettings(
            kafka=self.kafka,
            database=self.stack.database,
            cities=self.installation.pack_directories(),
            metrics=listener,
        )
        self._add("store", settings, listener, folder)

    async def publish(self, number: int, **load: Any) -> None:
        """Publish load as city's sensors until cancelled; each publisher has a number."""
        mqtt = self.stack.mqtt_service.connection_as(f"{CITY}.sensors")
        settings = SimulatorSettings(mqtt={CITY: mqtt})
        self.ledgers.append(self.installation.data_dir / f"ledger.{number}")
        wanted = Load(things=20, cities=(CITY,), **load)
        await publish_load(settings, wanted, process=number, ledger_file=self.ledgers[-1])

    async def baseline(self, connection: asyncpg.Connection) -> Baseline:
        """Return what there is before anything is published."""
        return await take_baseline(connection, await log_ends(self.kafka, wire.READINGS))

    async def drained(self) -> None:
        """Wait until everything that was published is stored."""
        await settle(self.parts["ingest"].listener, patience_seconds=30)
        assert await drain(self.kafka, self.stack.database, patience_seconds=30)

    def entries(self) -> list[Entry]:
        """Return what all publishers noted."""
        return [entry for ledger in self.ledgers for entry in read_ledger(ledger)]

    def _add(self, name: str, settings: Any, listener: HttpListener, folder: str = "") -> None:
        part = Part(self.installation.data_dir / folder, name, settings, listener=listener)
        self.parts[f"{name}{folder}"] = part


@dataclass(frozen=True)
class Findings:
    """What is there at the end, beside what must be there."""

    verdict: Verdict
    expected_observations: int
    log_end: int
    published: int
    last_sequence: int


@asynccontextmanager
async def pipeline(
    folder: Path, *, kafka_settings: Mapping[str, str] | None = None
) -> AsyncIterator[Pipeline]:
    """Yield real services with an example city, ready for our processes.

    Kafka gives a killed process's partitions away sooner than it does by default.
    """
    installation = Installation(folder)
    installation.add_city(EXAMPLES / CITY)
    cities = access(installation)
    sooner = {"group.min.session.timeout.ms": "500", **(kafka_settings or {})}
    async with real_stack(data_dir=folder, cities=cities, kafka_settings=sooner) as stack:
        await migrate(stack.database.dsn.get_secret_value())
        topics = (wire.READINGS, wire.OBSERVATIONS, wire.DEAD_LETTERS)
        await create_topics(stack.kafka, {one: Topic(partitions=PARTITIONS) for one in topics})
        kafka = stack.kafka.model_copy(update={"session_seconds": _SESSION_SECONDS})
        made = Pipeline(installation, stack, kafka)
        try:
            yield made
        finally:
            await asyncio.gather(*(part.kill() for part in made.parts.values()))


async def kill_often(part: Part, chance: random.Random, *, times: int) -> None:
    """Kill a process again and again, mostly at work, now and then while it starts.

    It is left running.
    """
    for _ in range(times):
        if chance.random() < _KILLS_AT_WORK:
            await part.start()
            await asyncio.sleep(chance.uniform(0, 1))
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(part.start(), chance.uniform(0.1, 1.5))
        await part.kill()
    await part.start()


@asynccontextmanager
async def publishing(made: Pipeline, *loads: dict[str, Any]) -> AsyncIterator[None]:
    """Publish while the context lasts."""
    tasks = [asyncio.create_task(made.publish(n, **load)) for n, load in enumerate(loads)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended: Sequence[object] = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


async def look(made: Pipeline, connection: asyncpg.Connection, baseline: Baseline) -> Findings:
    """Judge what there is."""
    entries, registry = made.entries(), made.installation.registry()
    return Findings(
        verdict=await judge(connection, entries, registry, baseline),
        expected_observations=sum(len(one.values) for one in expectations(entries, registry)),
        log_end=sum((await log_ends(made.kafka, wire.READINGS)).values()),
        published=await connection.fetchval("select sum(observation_count) from publication"),
        last_sequence=await connection.fetchval("select max(last_sequence) from publication"),
    )
