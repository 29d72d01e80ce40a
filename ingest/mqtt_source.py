"""The MQTT broker's messages in; acknowledged when what they became is safe."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from ingest.counts import Counts
from ingest.message import Message
from ingest.mqtt_session import new_client, subscriptions
from ingest.ports import Receipt
from ingest.retry import delays
from ingest.settings import MqttPolicy, RetryPolicy
from ingest.trouble import Trouble
from ingest.window import Window
from schemas.journal import facts
from schemas.settings import MqttConnection

_log = logging.getLogger(__name__)
_TICK_SECONDS: Final = 1.0
_LEAVE_SECONDS: Final = 4.0
"""What the broker gets to read our last words; with `stop_seconds` less than a stop may take."""

Take = Callable[[Message, Receipt], None]


class MqttSource:
    """Receives from a broker for ever, through every outage of it.

    Args:
        connection: where the broker is.
        policy: how to behave there.
        retry: how long to wait for it.
        filters: what to subscribe to.
        take: takes a message and its receipt; must not block or raise.
        counts: where acknowledgements are counted.
    """

    def __init__(
        self,
        connection: MqttConnection,
        policy: MqttPolicy,
        retry: RetryPolicy,
        *,
        filters: Sequence[str],
        take: Take,
        counts: Counts,
    ) -> None:
        self._connection, self._policy, self._retry = connection, policy, retry
        self._filters, self._take = tuple(filters), take
        self.window = Window(
            messages=policy.window_messages, size=policy.window_bytes, advanced=self._advanced
        )
        self._counts = counts
        self.ready = False
        self._subscribed = self._paused = self._stopping = self._settling = False
        self._silent_seconds = 0.0
        self._lost = asyncio.Event()
        self._watched: Any = None
        self._trouble = Trouble(_log)
        self._client = new_client(connection, policy, on_messages=self._received)
        self._listen()

    async def run(self) -> None:
        """Receive until `close` or cancellation."""
        waits = delays(self._retry)
        while not self._stopping:
            try:
                await self._connect()
                if await self._stay():
                    waits = delays(self._retry)
            except (OSError, ValueError) as error:
                self._trouble.tell("mqtt.unreachable", error=error)
            finally:
                self._unwatch()
            if not self._stopping:
                await asyncio.sleep(next(waits))

    def stop_taking(self) -> None:
        """Take nothing more from the broker, for good; acknowledging goes on."""
        self._stopping = True
        self._pause()

    async def close(self) -> None:
        """Acknowledge what is safe, and leave the broker without giving up the session.

        Until the broker closes, what it still sends is read and left to the next connection. To
        close with something unread would reset the connection, and the broker would not read our
        last acknowledgements: it would deliver again what is safe.
        """
        self._stopping = True
        self._acknowledge()
        if self._watched is not None:
            self._client.leave()
            self._resume()
            await self._left()
        self._lost.set()

    async def _left(self) -> None:
        try:
            async with asyncio.timeout(_LEAVE_SECONDS):
                await self._lost.wait()
        except TimeoutError:
            _log.warning("mqtt.left-unread", extra=facts(seconds=_LEAVE_SECONDS))
            self._client.abandon()

    def _pause(self) -> None:
        self._paused, self._silent_seconds = True, 0.0
        if self._watched is not None:
            asyncio.get_running_loop().remove_reader(self._watched)

    def _listen(self) -> None:
        client = self._client
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_want_write
        client.on_socket_unregister_write = self._on_written

    async def _connect(self) -> None:
        self._lost.clear()
        # paho connects blockingly; nothing watches the socket until it is back.
        await asyncio.to_thread(self._client.reconnect)
        self._watched, self._paused = self._client.socket(), False
        self._watch_reads()
        self._watch_writes()

    async def _stay(self) -> bool:
        """Look after the connection until it is lost; tell whether it was ever of use."""
        useful = False
        while not self._lost.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await self._lost.wait()
            useful = useful or self.ready
            self._look_after()
        return useful

    def _look_after(self) -> None:
        if not self._paused:
            self._client.loop_read()  # sees a broken connection of which the loop says nothing
            self._client.loop_misc()
            return
        # Its answers stay unread while we do not read, so paho would take the broker for dead.
        self._silent_seconds += _TICK_SECONDS
        if self._silent_seconds * 2 >= self._policy.keep_alive_seconds:
            self._silent_seconds = 0.0
            self._client.ping()

    def _received(self, messages: Sequence[Message]) -> None:
        if self._stopping:
            return  # not acknowledged, so it comes again
        for message in messages:
            pending = self.window.take(message)
            if pending is not None:
                self._take(message, pending)
        if self.window.full and not self._paused:
            self._pause()

    def _advanced(self) -> None:
        # Once for all that is confirmed in this turn of the loop.
        if not self._settling:
            self._settling = True
            asyncio.get_running_loop().call_soon(self._acknowledge)

    def _acknowledge(self) -> None:
        self._settling = False
        packets = self.window.settle()
        if packets:
            self._client.acknowledge(packets)
            self._counts.acknowledged[("mqtt",)] += len(packets)
        if self._paused and not self._stopping and not self.window.full:
            self._resume()

    def _resume(self) -> None:
        self._paused = False
        if self._watched is not None:
            self._watch_reads()

    def _on_connect(self, _c: Any, _u: Any, flags: Any, reason: Any, _p: Any) -> None:
        if reason.is_failure:
            self._trouble.tell("mqtt.refused", reason=reason)
            return
        self.window.connected(session_present=flags.session_present)
        if self._subscribed and flags.session_present:
            # Subscribing again would bring every retained message again.
            self._on_ready()
        else:
            self._client.subscribe(subscriptions(self._filters, self._policy))

    def _on_subscribe(self, _c: Any, _u: Any, _m: Any, reasons: Sequence[Any], _p: Any) -> None:
        refused = [
            wanted
            for wanted, reason in zip(self._filters, reasons, strict=True)
            if reason.is_failure
        ]
        if refused:
            self._trouble.tell("mqtt.subscription-refused", filters=",".join(refused))
            self._client.disconnect()
            return
        self._subscribed = True
        self._on_ready()

    def _on_ready(self) -> None:
        self.ready = True
        self._trouble.over("mqtt.unreachable")
        self._trouble.over("mqtt.refused")
        self._trouble.over("mqtt.closed")
        _log.info("mqtt.connected", extra=facts(client=self._policy.client_id))

    def _on_disconnect(self, _c: Any, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        self.window.disconnected()
        if not self._stopping:
            self._trouble.tell("mqtt.lost" if self.ready else "mqtt.closed", reason=reason)
        self.ready = False
        self._lost.set()

    def _on_socket_close(self, _client: Any, _userdata: Any, _socket: Any) -> None:
        self._unwatch()

    def _on_want_write(self, _client: Any, _userdata: Any, _socket: Any) -> None:
        if self._watched is not None:
            self._watch_writes()

    def _on_written(self, _client: Any, _userdata: Any, socket: Any) -> None:
        if self._watched is not None:
            asyncio.get_running_loop().remove_writer(socket)

    def _watch_reads(self) -> None:
        asyncio.get_running_loop().add_reader(self._watched, self._client.loop_read)

    def _watch_writes(self) -> None:
        asyncio.get_running_loop().add_writer(self._watched, self._client.loop_write)

    def _unwatch(self) -> None:
        if self._watched is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._watched)
            loop.remove_writer(self._watched)
            self._watched = None
