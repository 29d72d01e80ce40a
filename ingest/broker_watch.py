"""What the broker says of itself: how many messages it has dropped."""

import asyncio
from contextlib import suppress
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from ingest.mqtt_session import log_in
from ingest.settings import MqttPolicy
from schemas.settings import MqttConnection


class BrokerWatch:
    """A connection of its own, heard also while the gateway reads nothing from the broker.

    That is when a broker drops: its queue for the gateway is full. Every few seconds it says so on
    a topic; paho's own thread hears it.

    Args:
        connection: where the broker is.
        policy: what this gateway is called there, and the topic.

    Attributes:
        dropped: messages that the broker has dropped since it started, by its own word.
    """

    def __init__(self, connection: MqttConnection, policy: MqttPolicy) -> None:
        self.dropped: float | None = None
        self._topic = policy.dropped_topic
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"{policy.client_id}-watch", clean_session=True
        )
        log_in(self._client, connection)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.connect_async(connection.host, connection.port, policy.keep_alive_seconds)

    def start(self) -> None:
        """Listen until `stop`, through every outage of the broker."""
        if self._topic:
            self._client.loop_start()

    async def stop(self) -> None:
        """Leave."""
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def _on_connect(self, client: Client, _u: Any, _f: Any, _r: Any, _p: Any) -> None:
        client.subscribe(self._topic, qos=0)

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        with suppress(ValueError):
            self.dropped = float(message.payload)
