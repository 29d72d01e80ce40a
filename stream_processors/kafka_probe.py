"""Whether Kafka answers a client that is new, where ours hears nothing."""

import asyncio
from collections.abc import Collection

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.settings import KafkaConnection
from stream_processors.kafka_client import reader

_FETCH_MS = 100


async def answers_another(
    kafka: KafkaConnection, places: Collection[TopicPartition], *, within_seconds: float
) -> bool:
    """Ask for what comes next in some partitions, over connections of its own.

    It belongs to no group and takes nothing from anybody.
    """
    client = reader(kafka)
    try:
        async with asyncio.timeout(within_seconds):
            await client.start()
            client.assign([*places])
            await client.seek_to_end(*places)
            while not any(client.last_poll_timestamp(one) for one in places):
                await client.getmany(timeout_ms=_FETCH_MS, max_records=1)
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await client.stop()
    return True
