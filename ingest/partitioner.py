"""Which partition a key belongs to: one of its city's own, by murmur2 as in Kafka's clients."""

import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

_SEED: Final = 0x9747B28C
_MULTIPLIER: Final = 0x5BD1E995
_ROTATION: Final = 24
_WORD: Final = 4
_MASK: Final = 0xFFFFFFFF
_POSITIVE: Final = 0x7FFFFFFF


class Partitioner:
    """Gives each city partitions of its own, and keeps each of its sources in one of them.

    So nobody waits in Kafka behind another city's queue. Where there are more cities than
    partitions some share one; of a city that is not known any partition may be.

    Args:
        cities: slugs of all that send.
    """

    def __init__(self, cities: Iterable[str] = ()) -> None:
        self._cities = tuple(sorted(cities))

    def partition_of(self, key: bytes, partitions: int) -> int:
        """Return the partition of a key (`{city}/{source}`) among so many."""
        dealt = deal(self._cities, partitions)
        own = dealt.get(key.partition(b"/")[0].decode(), range(partitions))
        return own[partition_of(key, len(own))]


@lru_cache(maxsize=8)
def deal(cities: Sequence[str], partitions: int) -> Mapping[str, Sequence[int]]:
    """Return the partitions of each city: as many as all can have, and never none.

    A city takes those that the fewest others have, and of these the ones that its name likes best,
    so that most keep theirs when another city joins.
    """
    each = max(1, partitions // max(1, len(cities)))
    taken: Counter[int] = Counter()
    dealt: dict[str, Sequence[int]] = {}
    for city in cities:
        liked = sorted(
            range(partitions), key=lambda one: (taken[one], murmur2(f"{city}/{one}".encode()))
        )
        dealt[city] = sorted(liked[:each])
        taken.update(dealt[city])
    return dealt


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition that every Kafka client gives to a key."""
    return (murmur2(key) & _POSITIVE) % partitions


def murmur2(key: bytes) -> int:
    """Return Kafka's 32-bit hash of a key, as an unsigned number."""
    words, rest = divmod(len(key), _WORD)
    digest = _SEED ^ len(key)
    for word in struct.unpack_from(f"<{words}I", key):
        mixed = word * _MULTIPLIER & _MASK
        mixed = (mixed ^ mixed >> _ROTATION) * _MULTIPLIER & _MASK
        digest = digest * _MULTIPLIER & _MASK ^ mixed
    if rest:
        digest ^= int.from_bytes(key[-rest:], "little")
        digest = digest * _MULTIPLIER & _MASK
    digest = (digest ^ digest >> 13) * _MULTIPLIER & _MASK
    return digest ^ digest >> 15
