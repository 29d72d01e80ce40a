"""Where we are in a Kafka partition, as the database has it, and where to begin there."""

from dataclasses import dataclass, replace

from stream_processors.record import Record, fingerprint


@dataclass(frozen=True, kw_only=True)
class Place:
    """A row of `kafka_offset`.

    Attributes:
        next_offset: the first offset that is not accounted for yet.
        cluster: id of the cluster that the log belongs to, empty where it is not named.
        fingerprint: of the record before `next_offset`, empty before the first.
    """

    topic: str
    partition: int
    next_offset: int = 0
    cluster: str = ""
    fingerprint: str = ""

    def after(self, record: Record) -> "Place":
        """Return the place when this record has been dealt with."""
        return replace(self, next_offset=record.offset + 1, fingerprint=fingerprint(record))


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where to begin reading a partition.

    Attributes:
        offset: of the first record to fetch.
        check: whether that record is the one before `next_offset`, to be recognised first.
        anew: why the log is another one than we know, empty when it is not.
        lost: records that Kafka deleted before we read them.
    """

    offset: int
    check: bool = False
    anew: str = ""
    lost: int = 0


def start_of(place: Place, *, cluster: str, beginning: int) -> Start:
    """Return where to begin, given the log as it is now.

    Whether the log reaches as far as our place, the first fetch tells.

    Args:
        place: what the database has.
        cluster: id of the cluster as it is now.
        beginning: first offset that the log has.
    """
    if place.next_offset == 0:
        return Start(offset=beginning)
    if place.cluster and cluster and place.cluster != cluster:
        return Start(offset=beginning, anew=f"it is of cluster {cluster}, not {place.cluster}")
    if beginning > place.next_offset:
        return Start(offset=beginning, lost=beginning - place.next_offset)
    if beginning == place.next_offset or not place.fingerprint:
        return Start(offset=place.next_offset)
    return Start(offset=place.next_offset - 1, check=True)


def recognised(place: Place, record: Record) -> bool:
    """Tell whether this is the record that we dealt with last."""
    return record.offset == place.next_offset - 1 and fingerprint(record) == place.fingerprint
