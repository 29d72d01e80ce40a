"""What Kafka let go of by itself, noted like the rest; it tells nobody."""

from datetime import datetime

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaConnection
from stream_processors.database import Connection
from stream_processors.kafka_client import reader
from stream_processors.retention.removal import Removal
from stream_processors.statements import statement

_PLACES = "select topic, partition from kafka_offset order by topic, partition"
_ADVANCE = statement(__package__, "advance_beginnings")


async def note_kafka(connection: Connection, kafka: KafkaConnection, now: datetime) -> None:
    """Note which records Kafka removed since the last look.

    Raises:
        BrokerUnavailable: Kafka does not answer.
    """
    places = [TopicPartition(*row) for row in await connection.fetch(_PLACES)]
    if not places:
        return
    beginnings = await _beginnings(kafka, places)
    async with connection.transaction():
        rows = await connection.fetch(
            _ADVANCE,
            [place.topic for place in beginnings],
            [place.partition for place in beginnings],
            list(beginnings.values()),
        )
        for row in rows:
            removal = Removal(now, "kafka", "", "", row["topic"], "partition", now)
            await removal.note(connection, row)


async def _beginnings(
    kafka: KafkaConnection, places: list[TopicPartition]
) -> dict[TopicPartition, int]:
    consumer = reader(kafka)
    try:
        await consumer.start()
        found: dict[TopicPartition, int] = await consumer.beginning_offsets(places)
    except (KafkaError, OSError) as failure:
        raise BrokerUnavailable(f"Kafka does not answer: {failure!r}") from failure
    finally:
        await consumer.stop()
    return found
