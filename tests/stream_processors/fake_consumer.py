"""A consumer without Kafka, whose group can change while it is asked something."""

from collections.abc import Callable

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError


class FakeConsumer:
    """Answers what a take-over asks; `meanwhile` happens before the answer is there."""

    def __init__(self, *places: TopicPartition) -> None:
        self.assigned = set(places)
        self.sought: dict[TopicPartition, int] = {}
        self.meanwhile: Callable[[], None] = lambda: None

    def assignment(self) -> set[TopicPartition]:
        return set(self.assigned)

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        self.meanwhile()
        return dict.fromkeys(places, 0)

    def seek(self, place: TopicPartition, offset: int) -> None:
        if place not in self.assigned:
            raise IllegalStateError(f"{place} is not assigned")
        self.sought[place] = offset

    def highwater(self, place: TopicPartition) -> int:
        assert place in self.assigned, "Partition is not assigned"  # as the client has it
        return 9
