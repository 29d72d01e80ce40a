"""The platform's processes on real services, behind proxies that can spoil what they say."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from api.settings import ApiSettings
from deploy.installation import EXAMPLES, Installation
from deploy.kafka_retention import topics
from deploy.migrations import migrate
from deploy.part import Part
from deploy.platform import access
from deploy.settings import PlatformSettings
from deploy.stack import Stack, create_topics
from deploy.stack.apache_kafka import ApacheKafka
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import free_port
from deploy.stack.service import Service
from deploy.stack.timescale import timescale_database
from ingest.settings import IngestSettings, KafkaPolicy, RetryPolicy
from schemas.settings import DatabaseConnection, HttpListener, KafkaConnection, MqttConnection
from stream_processors.settings import AggregateSettings, NormaliseSettings, StoreSettings
from tests.faults.clock import ClockedPart, ClockedPostgres
from tests.faults.crashing import CrashingPart
from tests.faults.proxy import FaultProxy, fault_proxy
from tests.faults.stall import Down

CITY = "leiedonk"
SMALL_CITY = "vlierhove"
PARTITIONS = 4
SERVICES = ("mqtt", "kafka", "database")
_SESSION_SECONDS = 1.5
_STALL_SECONDS = 3.0
_KILLS_AT_WORK = 0.6


@dataclass
class Pipeline:
    """The services, and our processes on them.

    Attributes:
        proxies: between our processes and a service, by its name.
        parts: our processes, by name; a second one of a kind has a name of its own.
    """

    installation: Installation
    stack: Stack
    proxies: Mapping[str, FaultProxy] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def kafka(self) -> KafkaConnection:
        """Kafka, which gives a killed process's partitions away sooner than by default."""
        bootstrap = f"127.0.0.1:{self._port('kafka', self.stack.kafka_service)}"
        return KafkaConnection(bootstrap=bootstrap, session_seconds=_SESSION_SECONDS)

    @property
    def database(self) -> DatabaseConnection:
        """The database as our processes reach it."""
        dsn = self.stack.database.dsn.get_secret_value()
        service = self.stack.database_service
        through = f":{self._port('database', service)}/"
        return DatabaseConnection(dsn=SecretStr(dsn.replace(f":{service.ports[0]}/", through)))

    @property
    def mqtt(self) -> MqttConnection:
        """The broker as the gateway reaches it."""
        port = self._port("mqtt", self.stack.mqtt_service)
        return self.stack.mqtt.model_copy(update={"port": port})

    def part(self, name: str) -> Part:
        """Return a process of ours, `ingest` or `ingest.second`; it is made at its first use."""
        if name not in self.parts:
            kind, _, folder = name.partition(".")
            listener = HttpListener(port=free_port())
            settings = _SETTINGS[kind](self, listener)
            home = self.installation.data_dir / folder
            self.parts[name] = Part(home, kind, settings, listener=listener)
        return self.parts[name]

    def crashing(self, name: str, point: str, *, passes: int) -> CrashingPart:
        """Return a process in place of one of ours that dies at a point."""
        listener = HttpListener(port=free_port())
        settings = _SETTINGS[name](self, listener)
        home = self.installation.data_dir / "crashing"
        part = CrashingPart(home, name, settings, listener=listener)
        part.point, part.passes = point, passes
        self.parts[f"{name}.crashing"] = part
        return part

    @asynccontextmanager
    async def clocked(self, name: str) -> AsyncIterator[ClockedPart]:
        """Yield a process in place of one of ours whose clock can be set."""
        usual = self.part(name)
        await usual.stop()
        listener = HttpListener(port=free_port())
        settings = _SETTINGS[name](self, listener)
        home = self.installation.data_dir / "clocked"
        self.parts[name] = part = ClockedPart(home, name, settings, listener=listener)
        try:
            yield part
        finally:
            await part.stop()
            self.parts[name] = usual

    @asynccontextmanager
    async def clocked_database(self) -> AsyncIterator[ClockedPostgres]:
        """Yield the database, started anew so that its clock can be set."""
        database = self.stack.database_service
        assert isinstance(database, ClockedPostgres)
        database.is_clocked = True
        try:
            await database.stop()
            await database.start()
            yield database
        finally:
            database.is_clocked = False
            await database.stop()
            await database.start()

    def pids(self) -> dict[str, int]:
        """Return the processes that run, the services' too, by name."""
        services = zip(SERVICES, self.stack.services, strict=True)
        running = {name: one.pid for name, one in (*self.parts.items(), *services) if one.running}
        return {**running}

    async def run_only(self, names: Iterable[str]) -> None:
        """Have these processes running, and no others."""
        wanted = {name: self.part(name) for name in names}
        idle = [part for name, part in self.parts.items() if name not in wanted]
        await asyncio.gather(*(part.stop() for part in idle))
        await asyncio.gather(*(part.start() for part in wanted.values()))

    def _port(self, name: str, service: Service) -> int:
        return self.proxies[name].port if name in self.proxies else service.ports[0]


def _ingest(made: Pipeline, listener: HttpListener) -> BaseSettings:
    return IngestSettings(
        cities=made.installation.pack_directories(),
        keys_file=made.installation.keys_file,
        mqtt=made.mqtt,
        kafka=made.kafka,
        http=listener,
        sink=KafkaPolicy(request_seconds=2),
        retry=RetryPolicy(first_seconds=0.1, longest_seconds=0.5),
    )


def _normalise(made: Pipeline, listener: HttpListener) -> BaseSettings:
    cities = made.installation.pack_directories()
    return NormaliseSettings(kafka=made.kafka, cities=cities, metrics=listener)


def _store(made: Pipeline, listener: HttpListener) -> BaseSettings:
    return StoreSettings(
        kafka=made.kafka,
        database=made.database,
        cities=made.installation.pack_directories(),
        metrics=listener,
        lock_timeout_seconds=_STALL_SECONDS,
        idle_timeout_seconds=_STALL_SECONDS,
    )


def _aggregate(made: Pipeline, listener: HttpListener) -> BaseSettings:
    return AggregateSettings(database=made.database, metrics=listener)


def _api(made: Pipeline, listener: HttpListener) -> BaseSettings:
    return ApiSettings(
        database=made.database, listener=listener, keys_file=made.installation.keys_file
    )


_SETTINGS: dict[str, Callable[[Pipeline, HttpListener], BaseSettings]] = {
    "ingest": _ingest,
    "normalise": _normalise,
    "store": _store,
    "aggregate": _aggregate,
    "api": _api,
}


@asynccontextmanager
async def pipeline(
    folder: Path, *, kafka_settings: Mapping[str, str] | None = None
) -> AsyncIterator[Pipeline]:
    """Yield real services with two example cities, ready for our processes."""
    installation = Installation(folder)
    installation.add_city(_city_of_many_things(folder))
    installation.add_city(EXAMPLES / SMALL_CITY)
    async with AsyncExitStack() as stack:
        proxies = {name: await stack.enter_async_context(fault_proxy()) for name in SERVICES}
        services = _services(installation, proxies["kafka"], kafka_settings or {})
        for name, service in zip(SERVICES, services.services, strict=True):
            await stack.enter_async_context(service)
            proxies[name].target_port = service.ports[0]
        await migrate(services.database.dsn.get_secret_value())
        made = Pipeline(installation, services, proxies)
        platform = PlatformSettings(services="real", partitions=PARTITIONS)
        await create_topics(made.kafka, topics(platform, installation.registry()))
        try:
            yield made
        finally:
            await asyncio.gather(*(part.kill() for part in made.parts.values()))


def _city_of_many_things(folder: Path) -> Path:
    """Return the pack of an example city that may register the things of all trials in an hour."""
    pack = shutil.copytree(EXAMPLES / CITY, folder / "pack" / CITY)
    with (pack / "city.yaml").open("a", encoding="utf-8") as file:
        file.write("new_things_per_hour: 1000000\n")
    return pack


def _services(
    installation: Installation, proxy: FaultProxy, kafka_settings: Mapping[str, str]
) -> Stack:
    """Return the services, not yet started; Kafka tells its clients to come through the proxy."""
    settings = {
        "group.min.session.timeout.ms": "500",
        "advertised.listeners": f"BROKER://127.0.0.1:{proxy.port}",
        **kafka_settings,
    }
    home = installation.data_dir
    kafka = ApacheKafka(home, settings=settings)
    kafka.ports = (free_port(), free_port())
    proxy.target_port = kafka.ports[0]
    return Stack(
        variant="real",
        data_dir=home,
        mqtt_service=Mosquitto(home, cities=access(installation)),
        kafka_service=kafka,
        database_service=_database(home),
    )


def _database(home: Path) -> ClockedPostgres:
    plain = timescale_database(home)
    return ClockedPostgres(home, programs=plain._programs, settings=plain._settings)


async def kill_often(part: Part, chance: random.Random, *, times: int) -> list[Down]:
    """Kill a process again and again, mostly at work, now and then while it starts.

    It is left running. Returns when it was away.
    """
    downs: list[Down] = []
    begin = None
    for _ in range(times):
        if chance.random() < _KILLS_AT_WORK:
            await part.start()
            if begin is not None:
                downs.append(Down(part.name, begin, datetime.now(UTC)))
                begin = None
            await asyncio.sleep(chance.uniform(0, 1))
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(part.start(), chance.uniform(0.1, 1.5))
        begin = begin or datetime.now(UTC)
        await part.kill()
    await part.start()
    return [*downs, Down(part.name, begin or datetime.now(UTC), datetime.now(UTC))]
