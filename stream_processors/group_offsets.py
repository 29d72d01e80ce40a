"""How far a consumer group is, with what tells its log from one made anew under the same name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from aiokafka import TopicPartition

from schemas.settings import KafkaConnection
from stream_processors.kafka_client import administration
from stream_processors.record import Record, fingerprint


class Committed(NamedTuple):
    """A place in a partition, in the order in which Kafka's client wants it.

    Attributes:
        offset: the first that is not dealt with.
        fingerprint: of the record before it, empty when it is not known; Kafka keeps it for us as
            the commit's metadata.
    """

    offset: int
    fingerprint: str


@dataclass
class Share:
    """A partition that is ours.

    Attributes:
        position: the next offset that we expect.
        warm_until: records before this one were dealt with; they are only remembered.
        fingerprint: of the record before that one, if the log is the one we know.
    """

    position: int
    warm_until: int
    fingerprint: str = ""

    def is_another_log(self, records: Sequence[Record]) -> bool:
        """Tell whether the last record that was dealt with is there, and is another one."""
        last = self.warm_until - 1
        return bool(self.fingerprint) and any(
            one.offset == last and fingerprint(one) != self.fingerprint for one in records
        )


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
