"""The raw relay: publisher, Mosquitto, and a subscriber that throws away."""

from pathlib import Path

import msgspec

from bench.child import child
from bench.messages import Batch
from bench.processes import Meter
from bench.relay_reader import Read, Relaying
from bench.results import Arm
from bench.sending import in_the_open, sending
from deploy.stack.mqtt import MqttService


async def relay_arm(broker: MqttService, batch: Batch, *, window: int, folder: Path) -> Arm:
    """Publish a batch to a subscriber at QoS 1 that acknowledges and throws away.

    Args:
        broker: configured as the platform's.
        batch: what is published.
        window: messages in flight of each connection of the publisher.
        folder: for the ledger.

    Raises:
        Unavailable: publisher or subscriber failed.
    """
    work = Relaying(broker=in_the_open(broker.connection), count=batch.count)
    async with (
        child("bench.relay_reader", work) as reader,
        sending(broker, batch, rate=None, window=window, folder=folder) as publisher,
    ):
        meter = Meter({"mqtt": broker.pid, "publisher": publisher.pid, "subscriber": reader.pid})
        sent = await publisher.publish()
        read = msgspec.convert(await reader.said(), Read)
        reading = meter.read()
    return Arm(
        messages=batch.count,
        seconds=read.last_time - sent.first_time,
        publish_seconds=sent.acknowledged_time - sent.first_time,
        rate=None,
        costs=reading.costs,
        machine_seconds=reading.machine_seconds,
    )
