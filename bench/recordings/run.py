"""Every recording, each several times, on a platform of its own."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import asyncpg

from bench.benchmark import say
from bench.recordings.cities import write_packs
from bench.recordings.entries import Message, Recording, messages
from bench.recordings.verification import Verified, expected, verify
from deploy.installation import Installation
from deploy.platform import Platform, running_platform
from deploy.recording_report import Addressee, RecordingReport, look_before, report
from deploy.recording_sender import client_id, mqtt_connection
from deploy.settings import PlatformSettings
from schemas.cities.registry import Registry
from simulators.mqtt_sink import MqttSink


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one recording.

    Attributes:
        times: the report of each time that it was published, in order.
        verified: its values in the database, after the last time.
        seconds: of the first time, from the first message until all was stored.
    """

    name: str
    profile: str
    messages: int
    times: list[RecordingReport]
    verified: Verified
    seconds: float

    def facts(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self) | {"verified": self.verified._asdict()}


@dataclass(frozen=True)
class Site:
    """A running platform with the recordings' cities."""

    platform: Platform
    connection: asyncpg.Connection
    registry: Registry

    async def result(
        self, recording: Recording, *, data: Path, most: int | None, times: int
    ) -> Result:
        """Publish a recording so many times, and see each time what became of it."""
        library = self.registry.cities[recording.city].library
        sent = list(messages(recording, library, data=data, most=most))
        begin = time.monotonic()
        reports, seconds = [], 0.0
        for number in range(times):
            say(f"{recording.name}: {len(sent)} messages, time {number + 1}")
            reports.append(await self._publish(recording, sent))
            seconds = seconds or time.monotonic() - begin
        values = expected(recording, sent, self.registry)
        return Result(
            name=recording.name,
            profile=recording.profile,
            messages=len(sent),
            times=reports,
            verified=await verify(self.connection, recording, values),
            seconds=round(seconds, 1),
        )

    async def _publish(self, recording: Recording, sent: Sequence[Message]) -> RecordingReport:
        whose = Addressee(recording.city, recording.profile)
        before = await look_before(self.connection, whose)
        pack = self.registry.cities[recording.city].pack
        broker = mqtt_connection(self.platform.installation, pack)
        async with MqttSink(broker, client_id=client_id()) as sink:
            for message in sent:
                await sink.room()
                sink.publish(message.topic, message.payload)
            await sink.drained()
        return await report(
            self.connection,
            self.platform.stack.kafka,
            before,
            whose,
            topics=sorted({message.topic for message in sent}),
            acknowledged=len(sent),
        )


@asynccontextmanager
async def site(wanted: Sequence[Recording], *, services: str) -> AsyncIterator[Site]:
    """Start a platform with the recordings' cities; at the end nothing of it is left.

    Raises:
        Misconfigured: the services are not installed.
        Unavailable: something did not come up.
    """
    folder = _folder()
    try:
        installation = Installation(folder / "platform")
        for pack in write_packs(folder / "packs", wanted):
            installation.add_city(pack)
        settings = PlatformSettings(
            data_dir=installation.data_dir, services=services, port=0, ingest_port=0
        )
        async with running_platform(settings) as platform, _running(platform):
            connection = await asyncpg.connect(platform.stack.database.dsn.get_secret_value())
            try:
                yield Site(platform, connection, installation.registry())
            finally:
                await connection.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="stadspuls-recordings-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root
    return folder


@asynccontextmanager
async def _running(platform: Platform) -> AsyncIterator[None]:
    running = asyncio.create_task(platform.run(), name="platform")
    try:
        await platform.ready()
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
