"""Devices that come to the broker all at once, each with a reading: MQTT 3.1.1 in bare bytes."""

import asyncio
import contextlib
import itertools
import resource
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from schemas.settings import MqttConnection
from simulators.ledger import Ledger
from simulators.load import readings
from simulators.scenario import Load
from tests.faults.pipeline import CITY
from tests.faults.trial import Trial

_seeds = itertools.count(700)
_PAUSE_SECONDS = 0.2
_KEEP_ALIVE_SECONDS = 60
_ACCEPTED = b"\x20\x02\x00\x00"
_ACKNOWLEDGED = b"\x40\x02\x00\x01"
_NAMED_AND_CLEAN = 0xC2


class Device:
    """One device: whatever breaks, it connects again until its reading is acknowledged."""

    def __init__(self, broker: MqttConnection, name: str) -> None:
        self._broker, self._name = broker, name
        self._writer: asyncio.StreamWriter | None = None

    async def deliver(self, topic: str, payload: bytes) -> None:
        """Connect, publish, and stay."""
        while True:
            with contextlib.suppress(OSError, EOFError):
                await self._publish(topic, payload)
                return
            self.drop()
            await asyncio.sleep(_PAUSE_SECONDS)

    def drop(self) -> None:
        """Break the connection, without a word."""
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def _publish(self, topic: str, payload: bytes) -> None:
        reader, self._writer = await asyncio.open_connection(self._broker.host, self._broker.port)
        self._writer.write(self._greeting())
        if await reader.readexactly(len(_ACCEPTED)) != _ACCEPTED:
            raise ConnectionRefusedError
        self._writer.write(_packet(0x32, _text(topic) + b"\x00\x01" + payload))
        if await reader.readexactly(len(_ACKNOWLEDGED)) != _ACKNOWLEDGED:
            raise ConnectionAbortedError

    def _greeting(self) -> bytes:
        assert self._broker.username is not None
        assert self._broker.password is not None
        name = (self._name, self._broker.username, self._broker.password.get_secret_value())
        head = _text("MQTT") + struct.pack(">BBH", 4, _NAMED_AND_CLEAN, _KEEP_ALIVE_SECONDS)
        return _packet(0x10, head + b"".join(map(_text, name)))


def _text(text: str) -> bytes:
    content = text.encode()
    return struct.pack(">H", len(content)) + content


def _packet(kind: int, body: bytes) -> bytes:
    """Return a packet of up to 16 kB: its length is two digits, the lower one first."""
    return bytes((kind, len(body) % 128 | 128, len(body) // 128)) + body


class Crowd:
    """So many devices, and what they were acknowledged."""

    def __init__(self, broker: MqttConnection, ledger: Ledger, size: int) -> None:
        self._ledger = ledger
        self._devices = [Device(broker, f"crowd-{number}") for number in range(size)]
        load = Load(messages_per_second=1, dialect="telraam", things=size, cities=(CITY,))
        self._said = readings(load, seed=next(_seeds), process=0, now=time.time())

    async def come_back(self) -> float:
        """Break all connections and have all come back at once; return how long that took."""
        begun = time.monotonic()
        self.leave()
        await asyncio.gather(*map(self._bring_reading, self._devices))
        return time.monotonic() - begun

    def leave(self) -> None:
        """Break all connections."""
        for device in self._devices:
            device.drop()

    async def _bring_reading(self, device: Device) -> None:
        _, topic, payload = next(self._said)
        number = self._ledger.published(CITY, topic, payload)
        await device.deliver(topic, payload)
        self._ledger.acknowledged(number)


@asynccontextmanager
async def crowd(one: Trial, size: int) -> AsyncIterator[Crowd]:
    """Yield devices of the city, none of them connected yet."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    made = one.pipeline
    file = made.installation.data_dir / f"ledger.crowd.{time.time_ns()}"
    with Ledger(file) as ledger:
        devices = Crowd(made.stack.mqtt_service.connection_as(f"{CITY}.sensors"), ledger, size)
        try:
            yield devices
        finally:
            devices.leave()
            one.ledgers.append(file)
