"""A gateway leaves a broker that is slow to read, and its last acknowledgements are read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ingest.counts import Counts
from ingest.message import Message
from ingest.mqtt_source import MqttSource
from ingest.ports import Receipt
from ingest.settings import MqttPolicy, RetryPolicy
from schemas.settings import MqttConnection

pytestmark = pytest.mark.timeout(60)
CONNACK, SUBACK = b"\x20\x02\x00\x00", b"\x90\x03\x00\x01\x01"
PUBACK, DISCONNECT = b"\x40\x02", b"\xe0\x00"
TOPIC = b"city/stad-a/telraam/v2/1"


class SlowBroker:
    """Speaks just enough MQTT to be left; reads nothing after SUBSCRIBE until it is told to."""

    def __init__(self) -> None:
        self.port = 0
        self._client: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.get_running_loop().create_future()
        )

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let a client connect and subscribe."""
        await _packet(reader)
        writer.write(CONNACK)
        await _packet(reader)
        writer.write(SUBACK)
        self._client.set_result((reader, writer))

    async def publish(self, *packets: int) -> None:
        """Send messages with these packet ids."""
        _, writer = await self._client
        for packet in packets:
            body = len(TOPIC).to_bytes(2) + TOPIC + packet.to_bytes(2) + b"{}"
            writer.write(bytes((0x32, len(body))) + body)
        await writer.drain()

    async def last_words(self) -> bytes:
        """Return all that the client wrote, and close when it says DISCONNECT.

        Raises:
            ConnectionResetError: it closed before we did.
        """
        reader, writer = await self._client
        said = b""
        while not said.endswith(DISCONNECT):
            await self.publish(99)  # a broker that is not told goes on sending
            said += await reader.read(4)
        writer.close()
        await writer.wait_closed()
        return said


async def _packet(reader: asyncio.StreamReader) -> bytes:
    _, length = await reader.readexactly(2)
    return await reader.readexactly(length)


class Taken:
    """What a source hands over, confirmed when the test says so."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.enough = asyncio.Event()

    def take(self, _message: Message, receipt: Receipt) -> None:
        """Take a message."""
        self.receipts.append(receipt)
        if len(self.receipts) == 3:
            self.enough.set()


@asynccontextmanager
async def leaving(broker: SlowBroker, taken: Taken) -> AsyncIterator[MqttSource]:
    """Yield a source that has taken three messages and takes no more."""
    async with await asyncio.start_server(broker.accept, "127.0.0.1", 0) as server:
        broker.port = server.sockets[0].getsockname()[1]
        source = MqttSource(
            MqttConnection(host="127.0.0.1", port=broker.port),
            MqttPolicy(window_messages=3),
            RetryPolicy(),
            filters=("city/#",),
            take=taken.take,
            counts=Counts(),
        )
        running = asyncio.create_task(source.run())
        await broker.publish(1, 2, 3)
        await taken.enough.wait()
        source.stop_taking()
        yield source
        await running


async def test_acknowledgements_are_read_by_a_broker_that_is_still_sending() -> None:
    """To close with something unread is a reset, and then nobody reads them."""
    broker, taken = SlowBroker(), Taken()
    async with leaving(broker, taken) as source:
        await broker.publish(*range(4, 90))
        for receipt in taken.receipts:
            receipt.confirm()
        said, _ = await asyncio.gather(broker.last_words(), source.close())

    assert said == b"".join(PUBACK + n.to_bytes(2) for n in (1, 2, 3)) + DISCONNECT


async def test_what_comes_after_the_stop_is_not_taken_though_there_is_room_again() -> None:
    broker, taken = SlowBroker(), Taken()
    async with leaving(broker, taken) as source:
        for receipt in taken.receipts:
            receipt.confirm()
        await broker.publish(4, 5)
        await asyncio.gather(broker.last_words(), source.close())

    assert len(taken.receipts) == 3
