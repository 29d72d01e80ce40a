"""What is open goes to the broker, without a gap, and its last value stays there."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import asyncpg
import pytest
import pytest_asyncio

from api.settings import ApiSettings
from api.webhooks.run import run
from api.webhooks.settings import WebhooksSettings
from deploy.mosquitto import GATEWAY, LIVE, PUBLIC
from deploy.stack import Stack
from deploy.stack.mosquitto import Mosquitto
from schemas.settings import MqttConnection
from tests.api.conftest import publish

TIME = datetime(2026, 5, 1, tzinfo=UTC)
PATIENCE_SECONDS = 120

pytestmark = pytest.mark.embedded


@pytest_asyncio.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    async with Mosquitto(tmp_path) as broker:
        yield broker


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
    yield
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
    async with asyncio.timeout(PATIENCE_SECONDS):
        await subscriber.subscribed.wait()
    yield subscriber
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.real
async def test_open_observations_come_on_their_topics_and_the_last_ones_stay(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(public(broker)) as early, started(settings, broker, owner, early):
        await publish(owner, *((n, TIME, float(n)) for n in (1, 2, 3, 4, 5)))
        last = await publish(owner, (1, TIME - timedelta(days=1), 99.0))
        await early.until(lambda: early.position >= last)
    async with listening(public(broker)) as late:
        await late.until(lambda: late.position >= last)
        await late.until(lambda: len(late.sequences) == 3)

    first = [(t, one["datastream"]) for t, one, _ in early.heard if isinstance(one, dict)]
    assert {number for _, number in first} == {1, 3, 5}
    assert ("live/zonnedorp/traffic/1", 1) in first
    assert early.sequences[-1] == last
    kept = {one["datastream"]: one["result"] for _, one, _ in late.heard if isinstance(one, dict)}
    assert kept == {1: 1.0, 3: 3.0, 5: 5.0}
    assert all(retained for _, _, retained in late.heard)


@asynccontextmanager
async def started(
    settings: ApiSettings, broker: Mosquitto, owner: asyncpg.Connection, heard: Subscriber
) -> AsyncIterator[None]:
    """Republish, from the moment on at which it follows what is published."""
    async with republishing(settings, broker.connection_as(LIVE)):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while heard.position == 0:
                await publish(owner, (2, TIME, 0.0))  # restricted, so that only the position goes
                await asyncio.sleep(0.05)
        yield


@pytest.mark.real
async def test_restarts_of_ours_and_of_the_broker_leave_no_gap(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(public(broker)) as subscriber:
        async with started(settings, broker, owner, subscriber):
            first = await publish(owner, (1, TIME, 1.0))
            await subscriber.until(lambda: subscriber.position >= first)
        for number in range(5):
            await publish(owner, (1, TIME + timedelta(seconds=number), 2.0))
        async with republishing(settings, broker.connection_as(LIVE)):
            await subscriber.until(lambda: subscriber.position >= first + 5)
            subscriber.subscribed.clear()
            await broker.stop()
            last = await publish(owner, (1, TIME + timedelta(minutes=1), 3.0))
            await broker.start()
            await subscriber.until(lambda: subscriber.position >= last)
            await subscriber.until(lambda: last in subscriber.sequences)

    assert set(subscriber.sequences) == set(range(first, last + 1))


@pytest.mark.real
async def test_last_value_is_taken_back_when_its_datastream_is_open_no_more(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(public(broker)) as subscriber:
        async with started(settings, broker, owner, subscriber):
            last = await publish(owner, (1, TIME, 1.0))
            await subscriber.until(lambda: subscriber.position >= last)
        await owner.execute("update datastream set open = false where datastream_id = 1")
        async with republishing(settings, broker.connection_as(LIVE)):
            taken_back = ("live/zonnedorp/traffic/1", None, False)
            await subscriber.until(lambda: taken_back in subscriber.heard)
            await until_true(owner, "select not exists (select from mqtt_retained)")
    async with listening(public(broker)) as late:
        await late.until(lambda: late.position >= last)

    assert late.sequences == []


@pytest.mark.real
async def test_last_value_is_taken_back_though_its_sender_was_killed_right_behind_it(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    topic = "live/zonnedorp/traffic/1"
    async with listening(public(broker)) as subscriber, AsyncExitStack() as held:
        async with started(settings, broker, owner, subscriber):
            before = await publish(owner, (2, TIME, 0.0))
            await until_true(owner, f"select sequence >= {before} from mqtt_position")
            await held.enter_async_context(nobody_notes_positions(settings))
            await publish(owner, (1, TIME, 1.0))
            await subscriber.until(lambda: topic in (one for one, _, _ in subscriber.heard))
        await held.aclose()
        await owner.execute("update datastream set open = false where datastream_id = 1")
        async with republishing(settings, broker.connection_as(LIVE)):
            await subscriber.until(lambda: (topic, None, False) in subscriber.heard)


@asynccontextmanager
async def nobody_notes_positions(settings: ApiSettings) -> AsyncIterator[None]:
    """Let a sender come no further than to the messages of what it read."""
    connection = await asyncpg.connect(settings.database.dsn.get_secret_value())
    try:
        async with connection.transaction():
            await connection.execute("lock table mqtt_position in exclusive mode")
            yield
    finally:
        await connection.close()


async def until_true(connection: asyncpg.Connection, question: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await connection.fetchval(question):  # noqa: ASYNC110, it tells nobody
            await asyncio.sleep(0.05)


@pytest.mark.real
async def test_anybody_reads_and_nobody_else_writes(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(broker.connection_as(GATEWAY)) as subscriber:
        async with client_of(public(broker)) as client:
            await client.publish("live/zonnedorp/traffic/1", b'{"sequence":666}', qos=1)
        async with started(settings, broker, owner, subscriber):
            last = await publish(owner, (1, TIME, 1.0))
            await subscriber.until(lambda: last in subscriber.sequences)

    assert 666 not in subscriber.sequences


async def test_embedded_broker_takes_them_too(
    settings: ApiSettings, owner: asyncpg.Connection, embedded_stack: Stack
) -> None:
    service = embedded_stack.mqtt_service
    async with (
        listening(service.connection_as(GATEWAY)) as subscriber,
        republishing(settings, service.connection_as(LIVE)),
    ):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not subscriber.sequences:
                await publish(owner, (1, TIME, 1.0))
                await asyncio.sleep(0.1)

    assert {topic for topic, _, _ in subscriber.heard} >= {"live/zonnedorp/traffic/1"}
