"""aiomqtt's client, with many QoS 0 messages in one write.

It reaches into aiomqtt (`_client`, `_disconnected`, `_pending_call`, `_pending_publishes`,
`_wait_for`) and paho (`_mid_generate`, `_packet_queue`), which is why pyproject.toml holds both to
one minor version: a message on its own costs them a task, a callback and a system call.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator
from typing import Any, Final

import aiomqtt
from paho.mqtt.client import MQTTMessageInfo

from api.webhooks.mqtt.messages import LiveMessage

_PUBLISH: Final = 0x30
_BUNDLE_BYTES: Final = 64 * 1024  # written at once, and what waits in memory for the broker


class LiveClient(aiomqtt.Client):
    """Publishes in bundles, and waits for nothing once its connection is lost."""

    async def hand_over(self, messages: Iterable[LiveMessage]) -> None:
        """Send messages at QoS 0, in their order; return when the system has taken them.

        Raises:
            MqttError: the connection is lost, or the broker takes nothing.
        """
        for bundle in bundles(messages):
            await self._unless_lost(self._write(bundle))

    async def confirm(self, topic: str, payload: str) -> None:
        """Have a retained message acknowledged, and with it all that was handed over before.

        Raises:
            MqttError: the connection is lost, or the broker says nothing.
        """
        await self._unless_lost(self.publish(topic, payload, qos=1, retain=True))

    async def _write(self, bundle: bytes) -> None:
        # To paho it is one message; it calls back when the last byte is written.
        number, written = self._client._mid_generate(), asyncio.Event()  # noqa: SLF001
        with self._pending_call(number, written, self._pending_publishes):
            self._client._packet_queue(  # noqa: SLF001
                _PUBLISH, bundle, number, 0, MQTTMessageInfo(number)
            )
            await self._wait_for(written.wait(), timeout=None)

    async def _unless_lost(self, sending: Coroutine[Any, Any, None]) -> None:
        """Wait until something is sent; a lost connection calls nobody back."""
        task = asyncio.create_task(sending, name="api.webhooks.mqtt.send")
        try:
            await asyncio.wait((task, self._disconnected), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise aiomqtt.MqttError(f"disconnected: {self._disconnected.exception()}")
        finally:
            task.cancel()
            await asyncio.wait((task,))
        task.result()


def bundles(messages: Iterable[LiveMessage]) -> Iterator[bytes]:
    """Yield the packets of messages, many in a piece."""
    bundle = bytearray()
    for message in messages:
        bundle += _packet(message)
        if len(bundle) >= _BUNDLE_BYTES:
            yield bytes(bundle)
            bundle.clear()
    if bundle:
        yield bytes(bundle)


def _packet(message: LiveMessage) -> bytearray:
    """Return PUBLISH as MQTT 3.1.1 has it (3.3), at QoS 0."""
    topic = message.topic.encode()
    packet = bytearray((_PUBLISH | message.retained,))
    length = 2 + len(topic) + len(message.payload)
    while length > 0x7F:  # noqa: PLR2004 - seven bits a byte (2.2.3)
        packet.append(length & 0x7F | 0x80)
        length >>= 7
    packet.append(length)
    packet += len(topic).to_bytes(2, "big")
    packet += topic
    packet += message.payload
    return packet
