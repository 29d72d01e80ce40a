"""What the Kafkas of the stack have in common."""

from abc import abstractmethod
from typing import ClassVar

from deploy.stack.kafka_topics import probe_kafka
from deploy.stack.service import Service
from schemas.settings import KafkaConnection


class KafkaService(Service):
    """A Kafka of one broker."""

    name: ClassVar[str] = "kafka"

    @property
    @abstractmethod
    def connection(self) -> KafkaConnection:
        """Where it is, and what its producers can."""

    async def probe(self) -> None:
        """Ask for the cluster's metadata."""
        await probe_kafka(self.connection)
