"""Which partition a key belongs to: murmur2, as in Kafka's Java client."""

import struct
from typing import Final

_SEED: Final = 0x9747B28C
_MULTIPLIER: Final = 0x5BD1E995
_ROTATION: Final = 24
_WORD: Final = 4
_MASK: Final = 0xFFFFFFFF
_POSITIVE: Final = 0x7FFFFFFF


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
