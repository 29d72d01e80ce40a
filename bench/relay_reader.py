"""The raw relay's subscriber: acknowledges every message at QoS 1 and throws it away."""

import asyncio
import time
from typing import cast

import msgspec
import uvloop

from bench.child import say, told
from bench.mqtt_packets import CONNACK, SUBACK, connect, subscribe, take_publishes
from schemas.settings import MqttConnection

_CLIENT_ID = "bench-relay"
_WELCOME_BYTES = 9


class Relaying(msgspec.Struct, frozen=True):
    """What a relay's subscriber is told.

    Attributes:
        broker: `MqttConnection` with the password in the open.
        count: messages to wait for.
    """

    broker: dict[str, object]
    count: int


class Read(msgspec.Struct, frozen=True):
    """What it says at the end.

    Attributes:
        count: messages that came.
        last_time: of the last of them, in seconds since 1970.
    """

    count: int
    last_time: float


class ReaderLine(asyncio.Protocol):
    """The subscriber's connection; its session is persistent, as the gateway's is.

    Attributes:
        subscribed: when the broker has taken the subscription.
        complete: when all have come.
        count: messages so far.
    """

    def __init__(self, broker: MqttConnection, count: int) -> None:
        loop = asyncio.get_running_loop()
        self.subscribed: asyncio.Future[None] = loop.create_future()
        self.complete: asyncio.Future[None] = loop.create_future()
        self.count = 0
        self._broker, self._wanted = broker, count
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce ourselves."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by shape alone
        self._transport.write(connect(self._broker, _CLIENT_ID, clean=False) + subscribe("#"))

    def data_received(self, data: bytes) -> None:
        """Take what the broker sends."""
        buffer = self._rest + data if self._rest else data
        if len(buffer) < _WELCOME_BYTES and not self.subscribed.done():
            self._rest = buffer
            return
        begin = 0 if self.subscribed.done() else self._welcome(buffer)
        taken = take_publishes(buffer[begin:] if begin else buffer)
        self._rest = buffer[begin + taken.position :]
        if taken.publishes:
            self._transport.write(taken.acknowledgements)
            self.count += taken.publishes
            if self.count >= self._wanted and not self.complete.done():
                self.complete.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail, unless all is done."""
        for end in (self.subscribed, self.complete):
            if not end.done():
                end.set_exception(exc or ConnectionResetError("the broker hung up"))

    def _welcome(self, buffer: bytes) -> int:
        """Return where CONNACK and SUBACK end."""
        if buffer[:2] != CONNACK or buffer[3] or buffer[4] != SUBACK:
            raise ConnectionRefusedError(f"the broker said {buffer!r}")
        self.subscribed.set_result(None)
        return _WELCOME_BYTES


async def serve() -> None:
    """Subscribe, say so, and tell when all has come."""
    work = msgspec.json.decode(told(), type=Relaying)
    broker = MqttConnection.model_validate(work.broker)
    line = ReaderLine(broker, work.count)
    await asyncio.get_running_loop().create_connection(lambda: line, broker.host, broker.port)
    await line.subscribed
    say("ready")
    await line.complete
    say(Read(line.count, time.time()))
    told()


if __name__ == "__main__":
    uvloop.run(serve())
