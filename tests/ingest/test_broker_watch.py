"""A Mosquitto whose queue is full says what it drops, while the gateway reads nothing from it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from deploy.mosquitto import CityAccess, MosquittoLimits
from deploy.stack.embedded_mqtt import EmbeddedMqtt
from deploy.stack.mosquitto import Mosquitto
from ingest.broker_watch import BrokerWatch
from ingest.mqtt_session import new_client
from ingest.settings import MqttPolicy
from schemas.settings import MqttConnection
from tests.ingest.publisher import publisher

pytestmark = pytest.mark.timeout(180)
TOPIC = "city/stad-a/telraam/v2/1"
SENT, QUEUED_BYTES = 100, 1000


def leave_a_session(broker: Mosquitto, policy: MqttPolicy) -> None:
    """Subscribe as a gateway that then goes away; what comes waits for it."""
    client = new_client(broker.connection, policy, on_messages=lambda _: None)

    def connected(*_: Any) -> None:
        client.subscribe(TOPIC, qos=1)

    def subscribed(*_: Any) -> None:
        client.disconnect()

    client.on_connect, client.on_subscribe = connected, subscribed
    client.reconnect()
    client.loop_forever()


async def known(watch: BrokerWatch, least: float) -> float:
    """Return how many messages were dropped, once the broker has said that it is so many."""
    async with asyncio.timeout(120):
        while watch.dropped is None or watch.dropped < least:  # noqa: ASYNC110 - a thread's state
            await asyncio.sleep(0.1)
    return watch.dropped


@pytest.mark.real
async def test_what_the_broker_drops_is_known_though_nobody_reads_from_it(tmp_path: Path) -> None:
    cities = [CityAccess(city="stad-a", users={"stad-a.device": "word"})]
    limits = MosquittoLimits(queue_bytes=QUEUED_BYTES, telling_seconds=1)
    policy = MqttPolicy(client_id="full", batched_read=False)
    async with Mosquitto(tmp_path, cities=cities, limits=limits) as broker:
        await asyncio.to_thread(leave_a_session, broker, policy)
        watch = BrokerWatch(broker.connection, policy)
        watch.start()
        assert await known(watch, 0) == 0
        async with publisher(broker.connection_as("stad-a.device")) as device:
            await device.publish(TOPIC, [b"x" * 100] * SENT)

        dropped = await known(watch, 1)
        await watch.stop()

    assert SENT - QUEUED_BYTES / 100 <= dropped <= SENT


async def test_nobody_listens_where_the_broker_says_nothing_of_it() -> None:
    """rumqttd cuts off who subscribes to such a topic."""
    policy = MqttPolicy(dropped_topic=EmbeddedMqtt.dropped_topic)
    watch = BrokerWatch(MqttConnection(), policy)
    watch.start()
    await watch.stop()

    assert watch.dropped is None
    assert watch._client.socket() is None
