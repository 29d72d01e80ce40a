"""Places in Kafka, kept in the database and moved by compare-and-swap."""

from collections.abc import Sequence

from schemas.errors import Fenced
from stream_processors.database import Connection
from stream_processors.statements import statement
from stream_processors.store.place import Place

_READ = statement(__package__, "read_places")
_CREATE = statement(__package__, "create_places")
_ADVANCE = statement(__package__, "advance_places")


async def places(
    connection: Connection, topic: str, partitions: Sequence[int]
) -> dict[int, Place]:
    """Return where we are in each of a topic's partitions."""
    await connection.execute(_CREATE, topic, list(partitions))
    found = await connection.fetch(_READ, topic, list(partitions))
    return {
        row["partition"]: Place(
            topic=topic,
            partition=row["partition"],
            next_offset=row["next_offset"],
            cluster=row["cluster"],
            fingerprint=row["fingerprint"],
        )
        for row in found
    }


async def advance(connection: Connection, moves: Sequence[tuple[Place, Place]]) -> None:
    """Move from places as we know them to others, all or none; part of the batch's transaction.

    Raises:
        Fenced: one is not where we thought: another process owns that partition.
    """
    moved = await connection.fetchval(
        _ADVANCE,
        [known.topic for known, _ in moves],
        [known.partition for known, _ in moves],
        [known.next_offset for known, _ in moves],
        [known.fingerprint for known, _ in moves],
        [becomes.next_offset for _, becomes in moves],
        [becomes.cluster for _, becomes in moves],
        [becomes.fingerprint for _, becomes in moves],
    )
    if moved != len(moves):
        raise Fenced("another process moved on in a partition of the batch")
