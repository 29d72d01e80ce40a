"""A publisher's connection: prepared packets out, acknowledgements in, the time of each noted."""

import asyncio
import os
import time
from array import array
from collections.abc import Sequence
from typing import Final, cast

from bench.mqtt_packets import CONNACK, PUBACK, PUBACK_BYTES, connect, packet_number
from schemas.settings import MqttConnection

_AT_ONCE: Final = 100
"""Packets in one write, so that the time noted for them is theirs."""


class PublisherLine(asyncio.Protocol):
    """A city's connection: sends while its window has room, notes every acknowledgement.

    Attributes:
        connected: when the broker has let us in.
        acknowledged: when it has acknowledged every packet.
        published_times: of each packet, in seconds since 1970.
        acknowledged_times: of each packet.

    Args:
        broker: where and as whom.
        city: whose messages they are.
        packets: all that is to be sent.
        window: messages in flight at most.
    """

    def __init__(
        self, broker: MqttConnection, city: str, packets: Sequence[bytes], window: int
    ) -> None:
        loop = asyncio.get_running_loop()
        self.connected: asyncio.Future[None] = loop.create_future()
        self.acknowledged: asyncio.Future[None] = loop.create_future()
        self.published_times: array[float] = array("d")
        self.acknowledged_times: array[float] = array("d")
        self._broker, self._city = broker, city
        self._packets, self._window = packets, window
        self._allowed = 0
        self._rest = b""

    def allow(self, share: float) -> None:
        """Let this share of the packets go out, from the beginning on."""
        self._allowed = min(int(share * len(self._packets)), len(self._packets))
        self._advance()

    def finish(self) -> None:
        """Hang up."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce ourselves."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by shape alone
        name = f"bench-{self._city}-{os.getpid()}"
        self._transport.write(connect(self._broker, name, clean=True))

    def data_received(self, data: bytes) -> None:
        """Take CONNACK and PUBACKs."""
        if not self.connected.done():
            self._welcome(data)
            return
        data = self._rest + data
        whole = len(data) // PUBACK_BYTES * PUBACK_BYTES
        self._rest = data[whole:]
        now = time.time()
        for position in range(0, whole, PUBACK_BYTES):
            self._acknowledge(data[position : position + PUBACK_BYTES], now)
        self._advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail, unless all is done."""
        for end in (self.connected, self.acknowledged):
            if not end.done():
                end.set_exception(exc or ConnectionResetError("the broker hung up"))

    def _welcome(self, data: bytes) -> None:
        if data[:2] == CONNACK and data[3] == 0:
            self.connected.set_result(None)
        else:
            self.connected.set_exception(ConnectionRefusedError(f"the broker said {data!r}"))

    def _acknowledge(self, packet: bytes, now: float) -> None:
        wanted = packet_number(len(self.acknowledged_times))
        if packet != PUBACK + wanted.to_bytes(2):
            # The ledger matches them by their order.
            self.acknowledged.set_exception(
                ValueError(f"{packet!r} where PUBACK {wanted} belongs")
            )
        self.acknowledged_times.append(now)
        if len(self.acknowledged_times) == len(self._packets):
            self.acknowledged.set_result(None)

    def _advance(self) -> None:
        while True:
            sent = len(self.published_times)
            room = self._window - (sent - len(self.acknowledged_times))
            number = min(room, self._allowed - sent, _AT_ONCE)
            if number <= 0:
                return
            self.published_times.extend([time.time()] * number)
            self._transport.write(b"".join(self._packets[sent : sent + number]))
