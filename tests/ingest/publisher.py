"""A device: publishes at QoS 1 and knows what the broker has acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from schemas.settings import MqttConnection


class Publisher:
    """paho's client on a thread of its own."""

    def __init__(self, connection: MqttConnection) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        if connection.username and connection.password:
            secret = connection.password.get_secret_value()
            self._client.username_pw_set(connection.username, secret)
        self._client.connect(connection.host, connection.port)
        self._client.loop_start()

    async def publish(
        self, topic: str, payloads: Sequence[bytes], *, qos: int = 1, retain: bool = False
    ) -> None:
        """Publish, and return when the broker has acknowledged all."""
        sent = [self._client.publish(topic, payload, qos, retain) for payload in payloads]
        for one in sent:
            await asyncio.to_thread(one.wait_for_publish, 30)

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


@asynccontextmanager
async def publisher(connection: MqttConnection) -> AsyncIterator[Publisher]:
    """Yield a connected device."""
    device = await asyncio.to_thread(Publisher, connection)
    try:
        yield device
    finally:
        await asyncio.to_thread(device.close)
