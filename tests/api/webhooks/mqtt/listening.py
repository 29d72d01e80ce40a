"""What subscribers hear of what is republished by MQTT."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiomqtt
import asyncpg

from api.settings import ApiSettings
from api.webhooks.run import run
from api.webhooks.settings import WebhooksSettings
from deploy.mosquitto import LIVE, PUBLIC
from deploy.stack.mosquitto import Mosquitto
from schemas.settings import MqttConnection
from tests.api.conftest import publish

TIME = datetime(2026, 5, 1, tzinfo=UTC)
PATIENCE_SECONDS = 120
OBSERVATION = Path(__file__).with_name("observation.sql").read_text(encoding="utf-8")
LATEST = Path(__file__).with_name("latest.sql").read_text(encoding="utf-8")


async def store(connection: asyncpg.Connection, *observations: tuple[int, datetime, float]) -> int:
    """Store and publish one batch, and return its last sequence."""
    async with connection.transaction():
        last = await publish(connection, *observations)
        first = last + 1 - len(observations)
        for sequence, (datastream, start, result) in enumerate(observations, first):
            await connection.execute(OBSERVATION, datastream, start, result, sequence)
            await connection.execute(LATEST, datastream)
    return last


def public(broker: Mosquitto) -> MqttConnection:
    return MqttConnection.model_validate(
        {"port": broker.ports[0], "username": PUBLIC, "password": PUBLIC}
    )


@asynccontextmanager
async def republishing(settings: ApiSettings, mqtt: MqttConnection) -> AsyncIterator[None]:
    wishes = WebhooksSettings(
        database=settings.database, mqtt=mqtt, refresh_seconds=0.1, poll_seconds=0.2
    )
    task = asyncio.create_task(run(wishes))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


class Subscriber:
    """What one client hears, comments on the position aside."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any, bool]] = []
        self.subscribed = asyncio.Event()
        self._came = asyncio.Event()

    async def listen(self, connection: MqttConnection) -> None:
        while True:
            try:
                async with client_of(connection) as client:
                    await client.subscribe("live/#")
                    self.subscribed.set()
                    async for message in client.messages:
                        content = json.loads(bytes(message.payload) or b"null")
                        self.heard.append((str(message.topic), content, message.retain))
                        self._came.set()
            except aiomqtt.MqttError:
                await asyncio.sleep(0.1)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not done():
                self._came.clear()
                await self._came.wait()

    @property
    def sequences(self) -> list[int]:
        return [one["sequence"] for _, one, _ in self.heard if isinstance(one, dict)]

    @property
    def position(self) -> int:
        told = [one for topic, one, _ in self.heard if topic == "live/sequence"]
        return max(told, default=0)


def client_of(connection: MqttConnection) -> aiomqtt.Client:
    assert connection.password is not None
    word = connection.password.get_secret_value()
    return aiomqtt.Client(
        connection.host, connection.port, username=connection.username, password=word
    )


@asynccontextmanager
async def listening(connection: MqttConnection) -> AsyncIterator[Subscriber]:
    subscriber = Subscriber()
    task = asyncio.create_task(subscriber.listen(connection))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await subscriber.subscribed.wait()
        yield subscriber
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def started(
    settings: ApiSettings, broker: Mosquitto, owner: asyncpg.Connection, heard: Subscriber
) -> AsyncIterator[None]:
    """Republish, from the moment on at which it follows what is published."""
    async with republishing(settings, broker.connection_as(LIVE)):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while heard.position == 0:
                await store(owner, (2, TIME, 0.0))  # restricted, so that only the position goes
                await asyncio.sleep(0.05)
        yield


async def until_true(connection: asyncpg.Connection, question: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await connection.fetchval(question):  # noqa: ASYNC110, it tells nobody
            await asyncio.sleep(0.05)
