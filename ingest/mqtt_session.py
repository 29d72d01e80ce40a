"""The client of a gateway's lasting session at the broker, and what it subscribes to."""

from collections.abc import Sequence
from typing import Any, Final

from paho.mqtt.client import Client
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.mqtt_client import GatewayClient, Messages
from ingest.settings import MqttPolicy
from schemas.settings import MqttConnection

_KEEP_RETAINED_AWAY: Final = 1  # MQTT 5: retained messages only with a new subscription


def new_client(
    connection: MqttConnection, policy: MqttPolicy, *, on_messages: Messages
) -> GatewayClient:
    """Return a client that is not connected yet."""
    five = policy.version == "5"
    client = GatewayClient(
        policy.client_id,
        version_5=five,
        batched_read=policy.batched_read,
        on_messages=on_messages,
    )
    log_in(client, connection)
    lasting = {"clean_start": False, "properties": _properties(policy)} if five else {}
    client.connect_async(
        connection.host,
        connection.port,
        policy.keep_alive_seconds,
        **lasting,  # type: ignore[arg-type]
    )
    return client


def log_in(client: Client, connection: MqttConnection) -> None:
    """Tell a client who it is, and whom it may believe."""
    if connection.username is not None:
        secret = connection.password.get_secret_value() if connection.password else None
        client.username_pw_set(connection.username, secret)
    if connection.ca_file is not None:
        client.tls_set(ca_certs=str(connection.ca_file))


def subscriptions(filters: Sequence[str], policy: MqttPolicy) -> list[tuple[str, Any]]:
    """Return what to subscribe to, at quality of service 1."""
    if policy.version == "5":
        options = SubscribeOptions(qos=1, retainHandling=_KEEP_RETAINED_AWAY)
        return [(one, options) for one in filters]
    return [(one, 1) for one in filters]


def _properties(policy: MqttPolicy) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = policy.session_expiry_seconds
    properties.ReceiveMaximum = policy.window_messages
    return properties
