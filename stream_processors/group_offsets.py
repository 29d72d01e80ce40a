"""How far a consumer group is, with what tells its log from one made anew under the same name."""

from collections.abc import Sequence
from typing import NamedTuple

from aiokafka import TopicPartition

from schemas.settings import KafkaConnection
from stream_processors.kafka_client import administration


class Committed(NamedTuple):
    """A place in a partition, in the order in which Kafka's client wants it.

    Attributes:
        offset: the first that is not dealt with.
        fingerprint: of the record before it, empty when it is not known; Kafka keeps it for us as
            the commit's metadata.
    """

    offset: int
    fingerprint: str


async def committed_places(
    kafka: KafkaConnection, group: str, places: Sequence[TopicPartition]
) -> dict[TopicPartition, Committed]:
    """Return where a group is in partitions.

    Raises:
        BrokerUnavailable: Kafka does not answer.
    """
    async with administration(kafka) as admin:
        found = await admin.list_consumer_group_offsets(group, partitions=places)
    return {place: Committed(max(one.offset, 0), one.metadata) for place, one in found.items()}
