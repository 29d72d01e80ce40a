"""The whole platform on one computer: services and our processes, up in order, down in order."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final, NoReturn

from deploy.base_iri import with_base_iri
from deploy.drain import drain, settle
from deploy.installation import Installation
from deploy.kafka_retention import topics
from deploy.migrations import migrate
from deploy.mosquitto import CityAccess, MosquittoListener
from deploy.pack_watch import PackWatch
from deploy.parts import Monitors, monitors, open_parts, pipeline_parts, public_listener
from deploy.readiness import until_ready
from deploy.settings import PlatformSettings
from deploy.stack import Stack, change_topics, create_topics, embedded_stack, real_stack
from deploy.stack.ports import free_port, is_free
from deploy.supervisor import supervised
from schemas.cities.pack import CityPack, load_city_pack
from schemas.errors import Misconfigured
from schemas.settings import HttpListener

_WATCH_SECONDS: Final = 1.0
_READY_SECONDS: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A running platform.

    Attributes:
        installation: its data directory.
        settings: what it was told, with the ports that were chosen.
        stack: the services that it stands on.
        monitors: where our processes tell their health and metrics.
    """

    installation: Installation
    settings: PlatformSettings
    stack: Stack
    monitors: Monitors

    @property
    def api(self) -> HttpListener:
        """Where the open interfaces are."""
        return public_listener(self.settings, self.settings.port)

    @property
    def ingest(self) -> HttpListener:
        """Where HTTP ingest is."""
        return public_listener(self.settings, self.settings.ingest_port)

    async def ready(self) -> None:
        """Wait until the open interfaces and the gateway can serve; the gateway is the last.

        Raises:
            Unavailable: they cannot within a minute.
        """
        await asyncio.gather(
            until_ready(self.api, patience_seconds=_READY_SECONDS),
            until_ready(self.ingest, patience_seconds=_READY_SECONDS),
        )

    async def run(self) -> NoReturn:
        """Keep our processes running; a changed city pack is taken over within seconds.

        Raises:
            ServiceFailed: a service of the stack ended, or a process of ours does not come up.
        """
        tasks = [
            asyncio.create_task(self._serve(), name="serve"),
            asyncio.create_task(self._pipe(), name="pipe"),
        ]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            ended.pop().result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        raise AssertionError

    async def _serve(self) -> NoReturn:
        parts = open_parts(self.installation, self.settings, self.stack, self.monitors)
        async with supervised(parts):
            await asyncio.Event().wait()
        raise AssertionError

    async def _pipe(self) -> NoReturn:
        while True:
            packs = self.installation.fingerprint()
            # Nothing runs any more with other packs: who wants to know reads it there.
            self.installation.write_running(_facts(self, packs=packs))
            if self.stack.variant == "real":  # the embedded Kafka keeps no settings of a topic
                wanted = topics(self.settings, self.installation.registry())
                await change_topics(self.stack.kafka, wanted)
            async with self.pipeline():
                await self._cities_changed_or_stack_died(packs)
            # Not watched meanwhile: the embedded broker is started again to admit others.
            await self.stack.mqtt_service.admit(access(self.installation))

    async def _cities_changed_or_stack_died(self, packs: str) -> None:
        changed = asyncio.create_task(self._cities_changed(packs), name="watch the cities")
        died = asyncio.create_task(self.stack.died(), name="watch the stack")
        try:
            await asyncio.wait((changed, died), return_when=asyncio.FIRST_COMPLETED)
            if died.done():
                died.result()
        finally:
            changed.cancel()
            died.cancel()
            await asyncio.gather(changed, died, return_exceptions=True)

    def pipeline(self) -> AbstractAsyncContextManager[None]:
        """Return ingest, normalise, store and aggregate, to be run as a context."""
        parts = pipeline_parts(self.installation, self.settings, self.stack, self.monitors)
        if self.stack.variant == "real":
            return supervised(parts)
        return supervised(parts, settle=self._settle, drain=self._drain)

    async def _settle(self) -> None:
        await settle(self.ingest, patience_seconds=self.settings.drain_seconds / 2)

    async def _drain(self) -> None:
        patience_seconds = self.settings.drain_seconds
        await drain(self.stack.kafka, self.stack.database, patience_seconds=patience_seconds)

    async def _cities_changed(self, packs: str) -> None:
        """Wait for other packs; passwords alone are changed under way where the broker can."""
        broker = self.stack.mqtt_service
        watch = PackWatch(self.installation, packs)
        while not await watch.can_take_over():
            if not (watch.is_changed() or self.installation.are_passwords(broker.passwords)):
                if not broker.admits_running:
                    return
                await broker.admit(access(self.installation))
            await asyncio.sleep(_WATCH_SECONDS)


@asynccontextmanager
async def running_platform(settings: PlatformSettings) -> AsyncIterator[Platform]:
    """Start the services, migrate the database, make the topics.

    Our processes are started by `Platform.run`.

    Raises:
        Misconfigured: a setting or city pack is wrong, a port is taken.
        ServiceFailed: something did not come up.
    """
    installation = Installation(settings.data_dir.absolute())
    installation.registry()
    settings = _with_ports(settings)
    async with _stack(installation, settings) as stack:
        await migrate(stack.database.dsn.get_secret_value())
        settings = await with_base_iri(settings, stack.database)
        await create_topics(stack.kafka, topics(settings, installation.registry()))
        platform = Platform(
            installation=installation,
            settings=settings,
            stack=stack,
            monitors=monitors(settings),
        )
        installation.write_running(_facts(platform, packs=""))
        installation.write_targets(
            {name: one.place for name, one in (platform.monitors | {"api": platform.api}).items()}
        )
        try:
            yield platform
        finally:
            installation.write_running(None)


def access(installation: Installation) -> list[CityAccess]:
    """Return who may write what at the broker: the packs' clients, with their passwords."""
    packs = [load_city_pack(directory) for directory in installation.pack_directories()]
    return [_access(installation, pack) for pack in packs]


def _access(installation: Installation, pack: CityPack) -> CityAccess:
    users = {
        f"{pack.slug}.{client}": installation.mqtt_password(pack.slug, client)
        for client in pack.city.clients
    }
    filters = tuple(topic.filter for topic in pack.city.topics)
    return CityAccess(city=pack.slug, users=users, filters=filters)


def _stack(
    installation: Installation, settings: PlatformSettings
) -> AbstractAsyncContextManager[Stack]:
    cities = access(installation)
    if settings.services == "embedded":
        return embedded_stack(data_dir=installation.data_dir, cities=cities)
    return real_stack(
        data_dir=installation.data_dir, cities=cities, listeners=_device_listeners(settings)
    )


def _device_listeners(settings: PlatformSettings) -> list[MosquittoListener]:
    if not settings.mqtt_port:
        return []
    return [
        MosquittoListener(
            host=settings.host,
            port=settings.mqtt_port,
            certificate_file=settings.certificate_file,
            key_file=settings.key_file,
        )
    ]


def _with_ports(settings: PlatformSettings) -> PlatformSettings:
    """Choose the ports left open, and refuse those that somebody else has."""
    chosen: list[int] = []
    for wanted in (settings.port, settings.ingest_port):
        port = wanted or free_port(settings.host)
        if wanted and not is_free(port, settings.host):
            raise Misconfigured(
                f"port {port} is taken by another program: choose others with --port and "
                "--ingest-port (0 takes any free one)"
            )
        chosen.append(port)
    return settings.model_copy(update={"port": chosen[0], "ingest_port": chosen[1]})


def _facts(platform: Platform, *, packs: str) -> dict[str, object]:
    stack = platform.stack
    return {
        "pid": os.getpid(),
        "services": stack.variant,
        "api": platform.api.address,
        "ingest": platform.ingest.address,
        "mqtt": f"mqtt://{stack.mqtt.host}:{stack.mqtt.port}",
        "kafka": stack.kafka.model_dump(mode="json", exclude_none=True),
        "database": stack.database.dsn.get_secret_value(),
        "monitors": {name: one.address for name, one in platform.monitors.items()},
        "packs": packs,
    }
