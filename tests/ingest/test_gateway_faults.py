"""A gateway process between Mosquitto and Apache Kafka, killed and bereft: nothing is lost."""

import asyncio
import os
import random
import signal
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.mosquitto import CityAccess
from deploy.part import Part
from deploy.stack import Topic, create_topics
from deploy.stack.apache_kafka import ApacheKafka
from deploy.stack.mosquitto import Mosquitto
from deploy.stack.ports import free_port
from ingest.settings import IngestSettings, KafkaPolicy, RetryPolicy
from schemas import wire
from schemas.settings import HttpListener
from schemas.wire import Reading
from tests.contracts.test_reading_sink import read_topics
from tests.ingest.publisher import Publisher, publisher

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
PATIENT_SECONDS = 60.0
"""What Kafka gets for a batch where the count is exact: sent again too early, it comes twice."""
SOURCES = [f"city/stad-a/telraam/v2/{number}" for number in range(7)]


class Scene:
    """The services, the gateway, and a ledger of what the broker acknowledged to the device."""

    def __init__(
        self, folder: Path, packs: list[Path], keys_file: Path, *, request_seconds: float
    ) -> None:
        cities = [CityAccess(city="stad-a", users={"stad-a.device": "word"})]
        self.mqtt, self.kafka = Mosquitto(folder, cities=cities), ApacheKafka(folder)
        self.ledger: list[tuple[str, bytes]] = []
        self._folder, self._packs, self._keys_file = folder, packs, keys_file
        self._request_seconds = request_seconds

    async def start(self) -> None:
        """Start all three."""
        await asyncio.gather(self.mqtt.start(), self.kafka.start())
        topics = {wire.READINGS: Topic(partitions=4), wire.DEAD_LETTERS: Topic(partitions=1)}
        await create_topics(self.kafka.connection, topics)
        settings = IngestSettings(
            cities=tuple(self._packs),
            keys_file=self._keys_file,
            mqtt=self.mqtt.connection,
            kafka=self.kafka.connection,
            http=HttpListener(port=free_port()),
            sink=KafkaPolicy(request_seconds=self._request_seconds),
            retry=RetryPolicy(first_seconds=0.1, longest_seconds=0.5),
            stop_seconds=PATIENT_SECONDS,
        )
        self.gateway = Part(self._folder, "ingest", settings, listener=settings.http)
        self.gateway.stop_seconds = PATIENT_SECONDS + 30  # type: ignore[misc] # ours to choose
        await self.gateway.start()

    async def stop(self) -> None:
        """Stop all three."""
        await self.gateway.stop()
        await asyncio.gather(self.mqtt.stop(), self.kafka.kill())

    async def publish(self, sender: Publisher, count: int) -> None:
        """Publish so many messages, in turn from each source, and note them when acknowledged."""
        first = len(self.ledger)
        for number in range(first, first + count, 100):
            batch = [(SOURCES[n % len(SOURCES)], b"%06d" % n) for n in range(number, number + 100)]
            await asyncio.gather(*[sender.publish(topic, [body]) for topic, body in batch])
            self.ledger += batch

    async def acknowledged(self) -> float:
        """Return how many messages the gateway has acknowledged to the broker."""
        text = await asyncio.to_thread(self._metrics)
        name = 'stadspuls_ingest_messages_acknowledged_total{channel="mqtt"} '
        return next((float(line[len(name) :]) for line in text if line.startswith(name)), 0.0)

    async def arrived(self, seconds: float = 120) -> list[Reading]:
        """Return the readings in Kafka, once everything in the ledger is among them."""
        wanted = set(self.ledger)
        async with asyncio.timeout(seconds):
            while True:
                items = await read_topics(self.kafka.connection)
                readings = [item for item in items if isinstance(item, Reading)]
                if wanted <= {(one.source, one.payload) for one in readings}:
                    return readings
                await asyncio.sleep(0.2)

    async def until_acknowledged(self, count: int) -> None:
        """Return when the gateway has acknowledged so many messages."""
        async with asyncio.timeout(PATIENT_SECONDS):
            while await self.acknowledged() < count:  # noqa: ASYNC110 - another process's state
                await asyncio.sleep(0.1)

    def _metrics(self) -> list[str]:
        address = f"{self.gateway.listener.address}/metrics"
        with urllib.request.urlopen(address, timeout=5) as answer:
            text: str = answer.read().decode()
        return text.splitlines()


@pytest.fixture
async def scene(
    request: pytest.FixtureRequest, tmp_path: Path, packs: list[Path], keys_file: Path
) -> AsyncIterator[Scene]:
    """Yield the three, running; the parameter is what the gateway gives Kafka for a batch."""
    seconds: float = getattr(request, "param", PATIENT_SECONDS)
    scene = Scene(tmp_path, packs, keys_file, request_seconds=seconds)
    await scene.start()
    yield scene
    await scene.stop()


def in_order(readings: list[Reading]) -> bool:
    """Tell whether each source's readings came in order, when what came twice is left out."""
    first: dict[str, dict[bytes, None]] = {source: {} for source in SOURCES}
    for reading in readings:
        first[reading.source].setdefault(reading.payload)
    return all(list(payloads) == sorted(payloads) for payloads in first.values())


async def test_nothing_is_acknowledged_while_kafka_is_dead_and_all_arrives_after(
    scene: Scene,
) -> None:
    async with publisher(scene.mqtt.connection_as("stad-a.device")) as sender:
        await scene.publish(sender, 500)
        await scene.until_acknowledged(500)
        await scene.kafka.kill()
        await scene.publish(sender, 500)
        await asyncio.sleep(1)  # time in which something could be acknowledged
        assert await scene.acknowledged() == 500

        await scene.kafka.start()

        readings = await scene.arrived()
    assert len(readings) == 1000
    assert in_order(readings)


@pytest.mark.parametrize("scene", [2.0], indirect=True)
async def test_frozen_kafka_delays_and_loses_nothing(scene: Scene) -> None:
    async with publisher(scene.mqtt.connection_as("stad-a.device")) as sender:
        await scene.publish(sender, 300)
        os.kill(scene.kafka.pid, signal.SIGSTOP)
        await scene.publish(sender, 300)
        await asyncio.sleep(3)  # longer than the gateway gives Kafka for a batch
        os.kill(scene.kafka.pid, signal.SIGCONT)
        await scene.kafka.wait_ready()
        await scene.publish(sender, 300)

        readings = await scene.arrived()
    assert in_order(readings)


async def test_killed_gateway_loses_nothing_that_the_broker_holds(scene: Scene) -> None:
    chance = random.Random(3)
    async with publisher(scene.mqtt.connection_as("stad-a.device")) as sender:
        publishing = asyncio.create_task(scene.publish(sender, 6000))
        for _ in range(4):
            await asyncio.sleep(chance.uniform(0.05, 0.5))
            await scene.gateway.kill()
            await scene.gateway.start()
        await publishing

        readings = await scene.arrived()
    assert in_order(readings)
    again = [one for one in readings if one.dup]
    assert len(readings) - len(again) <= 6000


async def test_gateway_killed_while_kafka_is_dead_loses_nothing(scene: Scene) -> None:
    async with publisher(scene.mqtt.connection_as("stad-a.device")) as sender:
        await scene.kafka.kill()
        await scene.publish(sender, 500)
        await scene.gateway.kill()
        await scene.publish(sender, 500)
        await scene.kafka.start()
        await scene.gateway.start()

        readings = await scene.arrived()
    assert in_order(readings)


async def test_stopped_gateway_loses_nothing_and_doubles_nothing(scene: Scene) -> None:
    """It reads no more, waits for Kafka, and stays until the broker has read what it says."""
    async with publisher(scene.mqtt.connection_as("stad-a.device")) as sender:
        publishing = asyncio.create_task(scene.publish(sender, 6000))
        for _ in range(3):
            await asyncio.sleep(0.3)
            await scene.gateway.stop()
            await scene.gateway.start()
        await publishing

        readings = await scene.arrived()
    assert len(readings) == 6000
    assert in_order(readings)
