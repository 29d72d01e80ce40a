"""The MQTT source on both brokers, over a sink in memory that stalls when told."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.mosquitto import CityAccess
from deploy.stack import Stack
from deploy.stack.mosquitto import Mosquitto
from ingest.counts import Counts
from ingest.envelope import Envelope
from ingest.memory_sink import MemorySink
from ingest.message import Message
from ingest.mqtt_source import MqttSource
from ingest.ports import Receipt
from ingest.receipt_clock import ReceiptClock
from ingest.settings import MqttPolicy, RetryPolicy
from schemas.settings import MqttConnection
from schemas.wire import Reading
from tests.ingest.publisher import publisher

RETRY = RetryPolicy(first_seconds=0.05, longest_seconds=0.2)
BOTH_WAYS = pytest.mark.parametrize("batched", [True, False], ids=["batched", "stock"])


class Gateway:
    """An MQTT source for one topic, and what came out of it."""

    def __init__(self, connection: MqttConnection, envelope: Envelope, **policy: Any) -> None:
        self.sink, self.counts = MemorySink(), Counts()
        self._envelope, self._now = envelope, ReceiptClock()
        self.source = MqttSource(
            connection,
            MqttPolicy(**policy),
            RETRY,
            filters=policy["topic_filters"],
            take=self._take,
            counts=self.counts,
        )

    def _take(self, message: Message, receipt: Receipt) -> None:
        self.sink.put(self._envelope.seal(message, received_time=self._now()), receipt)

    @property
    def payloads(self) -> list[bytes]:
        """Payloads that are safe."""
        return [item.payload for item in self.sink.items]

    @property
    def acknowledged(self) -> int:
        """How many messages were acknowledged."""
        return self.counts.acknowledged[("mqtt",)]

    def break_connection(self) -> None:
        """Cut the connection as a network does."""
        connection = self.source._client.socket()
        assert isinstance(connection, socket.socket)
        connection.shutdown(socket.SHUT_RDWR)


@asynccontextmanager
async def running(gateway: Gateway, *, wait: bool = True) -> AsyncIterator[Gateway]:
    """Run a gateway, from when it is ready; stop it without acknowledging more."""
    tasks = [asyncio.create_task(one.run()) for one in (gateway.source, gateway.sink)]
    try:
        if wait:
            await until(lambda: gateway.source.ready)
        yield gateway
    finally:
        await gateway.source.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(fact: Callable[[], object], seconds: float = 90) -> None:
    """Return when something has become true."""
    async with asyncio.timeout(seconds):
        while not fact():  # noqa: ASYNC110 - what is asked has no event
            await asyncio.sleep(0.005)


@pytest.fixture
def topic(topic_prefix: str) -> str:
    """Return a topic that no other test has."""
    return f"city/stad-a/telraam/v2/{topic_prefix}"


@pytest.fixture(params=["3.1.1", "5"])
def make(
    request: pytest.FixtureRequest, stack: Stack, envelope: Envelope, topic: str, topic_prefix: str
) -> Callable[..., Gateway]:
    """Return a maker of gateways for the topic, always of one name, in each version of MQTT."""
    from deploy.mosquitto.access import GATEWAY

    version: str = request.param
    connection = stack.mqtt_service.connection_as(GATEWAY, version_5=version == "5")

    def make(**policy: Any) -> Gateway:
        told = {"client_id": topic_prefix, "topic_filters": (topic,), "version": version}
        return Gateway(connection, envelope, **told, **policy)

    return make


@BOTH_WAYS
async def test_every_message_becomes_safe_and_is_then_acknowledged(
    make: Callable[..., Gateway], stack: Stack, topic: str, batched: bool
) -> None:
    payloads = [b"%d" % number for number in range(500)]
    async with running(make(batched_read=batched)) as gateway, publisher(device(stack)) as sender:
        await sender.publish(topic, payloads)
        await until(lambda: gateway.acknowledged == 500)

    assert gateway.payloads == payloads


@BOTH_WAYS
async def test_nothing_is_acknowledged_before_it_is_safe(
    make: Callable[..., Gateway], stack: Stack, topic: str, batched: bool
) -> None:
    async with publisher(device(stack)) as sender:
        async with running(make(batched_read=batched)) as first:
            first.sink.stalled = True
            await sender.publish(topic, [b"1", b"2", b"3"])
            await until(lambda: first.source.window.messages == 3)
        assert (first.acknowledged, first.payloads) == (0, [])

        # What was not acknowledged, the broker gives to the next gateway of that name.
        async with running(make(batched_read=batched)) as second:
            await until(lambda: second.acknowledged == 3)
    assert second.payloads == [b"1", b"2", b"3"]


async def test_session_keeps_messages_while_the_gateway_is_away(
    make: Callable[..., Gateway], stack: Stack, topic: str
) -> None:
    async with publisher(device(stack)) as sender:
        async with running(make()) as first:
            await sender.publish(topic, [b"1"])
            await until(lambda: first.acknowledged == 1)
        await sender.publish(topic, [b"2"])

        async with running(make()) as second:
            await until(lambda: second.acknowledged == 1)
    assert second.payloads == [b"2"]


async def test_gateway_that_is_full_stops_reading_and_goes_on_later(
    make: Callable[..., Gateway], stack: Stack, topic: str
) -> None:
    payloads = [b"%d" % number for number in range(50)]
    gateway = make(window_messages=5, batched_read=False)
    async with running(gateway), publisher(device(stack)) as sender:
        gateway.sink.stalled = True
        await sender.publish(topic, payloads)
        await until(lambda: gateway.source.window.full)
        assert gateway.source.window.messages == 5

        gateway.sink.stalled = False
        await until(lambda: gateway.acknowledged == 50)
    assert gateway.payloads == payloads


async def test_large_message_arrives_whole(
    make: Callable[..., Gateway], stack: Stack, topic: str
) -> None:
    async with running(make()) as gateway, publisher(device(stack)) as sender:
        await sender.publish(topic, [b"before", b"x" * 1_000_000, b"after"])
        await until(lambda: gateway.acknowledged == 3)

    _, large, _ = gateway.sink.items
    assert not isinstance(large, Reading)
    assert large.payload_bytes == 1_000_000


async def test_message_of_quality_of_service_0_is_taken(
    make: Callable[..., Gateway], stack: Stack, topic: str
) -> None:
    async with running(make()) as gateway, publisher(device(stack)) as sender:
        await sender.publish(topic, [b"perhaps"], qos=0)
        await until(lambda: gateway.sink.items)

    (reading,) = gateway.sink.items
    assert isinstance(reading, Reading)
    # rumqttd delivers at the subscription's quality, Mosquitto at the lower of both.
    assert gateway.acknowledged == reading.qos == (stack.variant == "embedded")


async def test_retained_message_says_so_and_comes_once(
    make: Callable[..., Gateway], stack: Stack, topic: str
) -> None:
    async with publisher(device(stack)) as sender:
        await sender.publish(topic, [b"kept"], retain=True)
        async with running(make()) as gateway:
            await until(lambda: gateway.acknowledged == 1)
            gateway.break_connection()
            await until(lambda: not gateway.source.ready)
            await until(lambda: gateway.source.ready)
            await sender.publish(topic, [b"next"])
            await until(lambda: gateway.acknowledged == 2)
        await sender.publish(topic, [b""], retain=True)

    kept, following = gateway.sink.items
    assert isinstance(kept, Reading)
    assert isinstance(following, Reading)
    assert (kept.retained, following.retained) == (True, False)


async def test_broken_connection_doubles_nothing_that_is_on_its_way(
    make: Callable[..., Gateway], stack: Stack, topic: str
) -> None:
    payloads = [b"%d" % number for number in range(100)]
    async with running(make()) as gateway, publisher(device(stack)) as sender:
        gateway.sink.stalled = True
        await sender.publish(topic, payloads)
        await until(lambda: gateway.source.window.messages == 100)
        for _ in range(3):
            gateway.break_connection()
            await until(lambda: not gateway.source.ready)
            await until(lambda: gateway.source.ready)
        gateway.sink.stalled = False
        await until(lambda: gateway.acknowledged == 100)

    assert gateway.source.window.messages == 0
    if stack.variant == "real":
        assert gateway.payloads == payloads
    else:
        # rumqttd does not mark what it delivers again: nothing is lost, some comes twice.
        assert set(gateway.payloads) == set(payloads)


async def test_wrong_password_is_not_ready_and_keeps_trying(
    stack: Stack, envelope: Envelope, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = MqttConnection.model_validate(
        {**stack.mqtt.model_dump(), "password": "something else"}
    )
    gateway = Gateway(wrong, envelope, client_id="wrong", topic_filters=(topic,))
    async with running(gateway, wait=False):
        await until(lambda: any("mqtt." in line for line in caplog.messages))

        assert not gateway.source.ready


@pytest.mark.real
async def test_gateway_waits_for_the_broker_and_survives_its_restarts(
    tmp_path: Path, envelope: Envelope, topic: str
) -> None:
    cities = [CityAccess(city="stad-a", users={"stad-a.device": "word"})]
    broker = Mosquitto(tmp_path, cities=cities)
    await broker.start()
    await broker.stop()
    gateway = Gateway(broker.connection, envelope, client_id="waits", topic_filters=(topic,))
    async with running(gateway, wait=False):
        assert not gateway.source.ready
        for number in range(3):
            await broker.start()
            await until(lambda: gateway.source.ready)
            async with publisher(broker.connection_as("stad-a.device")) as sender:
                await sender.publish(topic, [b"%d" % number])
            await until(partial(_has, gateway, b"%d" % number))
            await broker.stop()
            await until(lambda: not gateway.source.ready)

    # A broker that stops before it reads an acknowledgement brings the message again.
    assert list(dict.fromkeys(gateway.payloads)) == [b"0", b"1", b"2"]


def _has(gateway: Gateway, payload: bytes) -> bool:
    return payload in gateway.payloads


def device(stack: Stack) -> MqttConnection:
    """Return the broker as a device of the first city sees it."""
    return stack.mqtt_service.connection_as("stad-a.device")
