"""Many messages in one write: each as MQTT has it, and none waited for that cannot go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.webhooks.mqtt.live_client import LiveClient, bundles
from api.webhooks.mqtt.messages import LiveMessage
from ingest.mqtt_packets import take_publishes

PATIENCE_SECONDS = 120
CONNACK = b"\x20\x02\x00\x00"
MESSAGES = st.builds(
    LiveMessage,
    topic=st.text(min_size=1, max_size=40),
    payload=st.binary(max_size=300) | st.sampled_from([b"x" * 16_384, b"x" * 70_000]),
    retained=st.booleans(),
)


@given(st.lists(MESSAGES, max_size=6))
def test_bundles_are_the_messages_in_their_order(messages: list[LiveMessage]) -> None:
    written = b"".join(bundles(messages))

    found, position = take_publishes(written, 0, version_5=False)
    assert position == len(written)
    assert [(one.topic.decode(), one.payload, one.retained) for one in found] == messages
    assert {one.qos for one in found} <= {0}


def test_bundle_is_no_longer_than_a_message_beyond_its_measure() -> None:
    pieces = list(bundles([LiveMessage("live/a/t/1", b"x" * 1000, retained=True)] * 1000))

    assert len(pieces) == 16
    assert max(map(len, pieces)) < 64 * 1024 + 1100


@asynccontextmanager
async def deaf_broker() -> AsyncIterator[tuple[int, asyncio.Event]]:
    """Let clients in and read nothing; drop them on request."""
    drop = asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(CONNACK)
        await drop.wait()
        writer.transport.abort()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], drop
    finally:
        drop.set()
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def dropped_soon() -> AsyncIterator[LiveClient]:
    """Lend a client whose connection is lost; nothing that it waits for comes within the test."""
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        deaf_broker() as (port, drop),
        LiveClient("127.0.0.1", port, timeout=10 * PATIENCE_SECONDS) as client,
    ):
        asyncio.get_running_loop().call_later(0.2, drop.set)
        yield client


FLOOD = [LiveMessage("live/a/t/1", b"x" * 60_000, retained=False)] * 1000


async def test_lost_connection_is_noticed_while_the_broker_takes_nothing() -> None:
    async with dropped_soon() as client:
        with pytest.raises(aiomqtt.MqttError):
            await client.hand_over(FLOOD)


async def test_acknowledgement_that_cannot_come_is_not_waited_for() -> None:
    async with dropped_soon() as client:
        with pytest.raises(aiomqtt.MqttError):
            await client.confirm("live/sequence", "1")


async def test_broker_that_takes_nothing_is_not_waited_for_without_end() -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), deaf_broker() as (port, drop):
        client = LiveClient("127.0.0.1", port, timeout=2)
        await client.__aenter__()
        with pytest.raises(aiomqtt.MqttError, match="timed out"):
            await client.hand_over(FLOOD)
        assert not drop.is_set()
        drop.set()
        with pytest.raises(aiomqtt.MqttError):
            await client.confirm("live/sequence", "1")
