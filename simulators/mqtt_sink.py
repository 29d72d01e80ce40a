"""Messages out to an MQTT broker, at QoS 1, each known by its acknowledgement."""

import asyncio
import logging
import random
import socket
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from schemas.errors import BrokerUnavailable
from schemas.settings import MqttConnection
from simulators.ledger import Ledger

log = logging.getLogger(__name__)

_MISC_SECONDS = 0.5
_PACKETS = 1000  # to take in at once, so that many acknowledgements cost one round
_LONGEST_DELAY_SECONDS = 5.0
_CONNECT_SECONDS = 10.0
_ROOM_SHARE = 0.8


class MqttSink:
    """A connection to a broker that publishes; paho on the event loop, without a thread.

    What was not acknowledged when a connection broke is sent again on the next one, as MQTT asks.

    Args:
        connection: the broker, and who we are.
        client_id: the name of the session.
        window: messages in flight at most.
        ledger: where messages and acknowledgements are noted.
    """

    def __init__(
        self,
        connection: MqttConnection,
        *,
        client_id: str,
        window: int = 500,
        ledger: Ledger | None = None,
    ) -> None:
        self._connection = connection
        self._window = window
        self._ledger = ledger
        self._client = self._make_client(client_id)
        self._numbers: dict[int, int] = {}  # of messages in flight, by MQTT message id
        self._changed = asyncio.Event()
        self._connected = asyncio.Event()
        self._misc: asyncio.Task[None] | None = None
        self._refused = ""

    @property
    def in_flight(self) -> int:
        """Messages that went out and are not acknowledged."""
        return len(self._numbers)

    def publish(self, topic: str, payload: bytes, *, city: str = "", **fault: str) -> None:
        """Send a message; ask for `room` before.

        Raises:
            BrokerUnavailable: paho cannot keep it.
        """
        number = self._ledger.published(city, topic, payload, **fault) if self._ledger else 0
        info = self._client.publish(topic, payload, qos=1)
        if info.rc not in (paho.MQTT_ERR_SUCCESS, paho.MQTT_ERR_NO_CONN):
            raise BrokerUnavailable(f"the message was not taken: {paho.error_string(info.rc)}")
        self._numbers[info.mid] = number

    async def room(self) -> int:
        """Wait until there is room for messages, and return for how many."""
        if self.in_flight >= self._window:
            # Not at once when one is acknowledged: many small rounds cost more than a large one.
            await self._until(int(self._window * _ROOM_SHARE))
        return self._window - self.in_flight

    async def drained(self) -> None:
        """Wait until all that went out is acknowledged."""
        await self._until(0)

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            BrokerUnavailable: the broker does not answer, or refuses us.
        """
        self._misc = asyncio.create_task(self._keep(), name="mqtt keep")
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await self._connected.wait()
        except TimeoutError:
            await self._close()
            address = f"{self._connection.host}:{self._connection.port}"
            reason = self._refused or "it does not answer"
            raise BrokerUnavailable(
                f"no connection to the MQTT broker {address}: {reason}"
            ) from None
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    def _make_client(self, client_id: str) -> paho.Client:
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id)
        client.connect_timeout = 2.0
        client.max_inflight_messages_set(self._window)
        if self._connection.username is not None and self._connection.password is not None:
            client.username_pw_set(
                self._connection.username, self._connection.password.get_secret_value()
            )
        if self._connection.ca_file is not None:
            client.tls_set(ca_certs=str(self._connection.ca_file))
        client.on_socket_open = self._socket_opened
        client.on_socket_close = self._socket_closed
        client.on_socket_register_write = self._want_to_write
        client.on_socket_unregister_write = self._written
        client.on_connect = self._answered
        client.on_publish = self._acknowledged
        return client

    async def _keep(self) -> None:
        """Connect, keep the session alive, and connect again after a growing random delay."""
        bound = 0.1
        while True:
            try:
                # Blocks for a moment: the socket must be made on this thread.
                self._client.connect(self._connection.host, self._connection.port)
                while self._is_alive():
                    bound = 0.1 if self._connected.is_set() else bound
                    await asyncio.sleep(_MISC_SECONDS)
            except (OSError, ValueError) as error:
                self._refused = str(error)
            self._connected.clear()
            await asyncio.sleep(random.uniform(bound / 2, bound))  # noqa: S311 - chance, no secret
            bound = min(2 * bound, _LONGEST_DELAY_SECONDS)

    async def _until(self, in_flight: int) -> None:
        while self.in_flight > in_flight:
            self._changed.clear()
            await self._changed.wait()

    def _is_alive(self) -> bool:
        """Look after the connection; reading sees a broken one of which the loop says nothing."""
        self._client.loop_read(_PACKETS)
        return self._client.loop_misc() == paho.MQTT_ERR_SUCCESS

    async def _close(self) -> None:
        if self._misc is not None:
            self._misc.cancel()
            with suppress(asyncio.CancelledError):
                await self._misc
        self._client.disconnect()
        self._client.loop_write()
        opened = self._client.socket()
        if opened is not None:
            self._socket_closed(self._client, None, opened)
            opened.close()

    def _answered(
        self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _: Any
    ) -> None:
        if reason.is_failure:
            self._refused = str(reason)
            log.warning("mqtt: refused: %s", reason)
        else:
            self._connected.set()

    def _acknowledged(self, _client: paho.Client, _data: Any, mid: int, _r: Any, _: Any) -> None:
        number = self._numbers.pop(mid, None)
        if number is not None and self._ledger:
            self._ledger.acknowledged(number)
        self._changed.set()

    def _socket_opened(self, _client: paho.Client, _data: Any, opened: Any) -> None:
        with suppress(OSError):
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asyncio.get_running_loop().add_reader(opened, self._client.loop_read, _PACKETS)

    def _socket_closed(self, _client: paho.Client, _data: Any, opened: Any) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(opened)
        loop.remove_writer(opened)

    def _want_to_write(self, _client: paho.Client, _data: Any, opened: Any) -> None:
        # uvloop lets go of a socket on which an error came, without a word, and refuses it then.
        with suppress(RuntimeError):
            asyncio.get_running_loop().add_writer(opened, self._client.loop_write)

    def _written(self, _client: paho.Client, _data: Any, opened: Any) -> None:
        asyncio.get_running_loop().remove_writer(opened)
