"""A sink of the database without a database: the fake for whoever runs a sink."""

from collections.abc import Sequence

from schemas import wire
from schemas.errors import Fenced
from stream_processors.record import Record
from stream_processors.store.ownership import Ownership
from stream_processors.store.place import Place


class MemorySink:
    """Keeps records and places in memory.

    Args:
        places: by partition; sinks that share them share their database.
    """

    topic = wire.OBSERVATIONS

    def __init__(self, places: dict[int, Place]) -> None:
        self._places = places
        self.records: list[Record] = []
        self.anew: list[int] = []

    async def take_over(self, partitions: Sequence[int]) -> dict[int, Place]:
        for number in partitions:
            self._places.setdefault(number, Place(topic=self.topic, partition=number))
        return {number: self._places[number] for number in partitions}

    def begin_anew(self, partition: int) -> None:
        self.anew.append(partition)

    async def write(self, records: Sequence[Record], ownership: Ownership) -> None:
        moves = ownership.moves(records)
        if any(self._places[known.partition] != known for known, _ in moves):
            raise Fenced("another process moved on in a partition of the batch")
        self._places.update({becomes.partition: becomes for _, becomes in moves})
        self.records += records
        ownership.settle(moves)

    async def close(self) -> None:
        pass
