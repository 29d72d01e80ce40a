"""Where the partitions of a topic end."""

import asyncio

from aiokafka import AIOKafkaConsumer

from schemas.settings import KafkaConnection

_FETCH_MS = 50
_PATIENCE_SECONDS = 20.0


async def log_ends(kafka: KafkaConnection, topic: str) -> dict[int, int]:
    """Return the offset after the last record of each partition.

    Read off fetched batches, as the embedded Kafka answers a question for the end with the begin
    of the last batch.

    Raises:
        TimeoutError: Kafka does not answer.
    """
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=kafka.bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=_FETCH_MS,
        max_partition_fetch_bytes=1,  # one batch of each is enough
    )
    try:
        await consumer.start()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await _read_ends(consumer)
    finally:
        await consumer.stop()


async def _read_ends(consumer: AIOKafkaConsumer) -> dict[int, int]:
    places = sorted(consumer.assignment())
    ends: dict[int, int] = {}
    while len(ends) < len(places):
        await consumer.getmany(*places, timeout_ms=_FETCH_MS, max_records=1)
        known = {place.partition: consumer.highwater(place) for place in places}
        ends = {partition: end for partition, end in known.items() if end is not None}
    return ends
