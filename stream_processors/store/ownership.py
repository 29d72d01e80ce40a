"""What one process owns of a topic, and where the database is in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from schemas.errors import Fenced
from stream_processors.record import Record
from stream_processors.store.place import Place

Moves: TypeAlias = Sequence[tuple[Place, Place]]


@dataclass
class Ownership:
    """Places of the partitions that are ours, as the database has them.

    Attributes:
        cluster: id of the cluster that the records come from.
        known: by partition.
    """

    cluster: str = ""
    known: dict[int, Place] = field(default_factory=dict)

    def moves(self, records: Iterable[Record]) -> Moves:
        """Return the places as they are, and as they become after these records.

        Raises:
            Fenced: a partition was taken from us meanwhile.
        """
        last = {record.partition: record for record in records}
        if not last.keys() <= self.known.keys():
            raise Fenced("a partition of the batch was given to another process")
        return [
            (self.known[number], replace(self.known[number].after(record), cluster=self.cluster))
            for number, record in sorted(last.items())
        ]

    def settle(self, moves: Moves) -> None:
        """Take over the places that were committed."""
        self.known.update({becomes.partition: becomes for _, becomes in moves})
