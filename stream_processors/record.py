"""A record of a Kafka topic, whichever client read it."""

import hashlib
from dataclasses import dataclass

from schemas.wire import Header


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One record, with its place in its topic.

    Attributes:
        timestamp: milliseconds since 1970, as the broker keeps it.
        tombstone: it has no value: something of its key was erased.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes
    value: bytes
    headers: tuple[Header, ...] = ()
    tombstone: bool = False


def fingerprint(record: Record) -> str:
    """Return what tells this record from the one at the same offset of a log made anew."""
    content = hashlib.blake2b(record.key + b"\0" + record.value, digest_size=12)
    return f"{record.timestamp}-{content.hexdigest()}"
