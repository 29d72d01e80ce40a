"""Chance that can be repeated: every number follows from a seed, some names and a place."""

import hashlib
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers: TypeAlias = NDArray[np.float64]

_GOLDEN, _MIX_1, _MIX_2 = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)  # SplitMix64
_FRACTION = 2.0**-53


def stream(seed: int, *names: object) -> int:
    """Return the number of the stream of chance that belongs to these names."""
    words = "\0".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=8).digest())


def uniform(stream_number: int, places: ArrayLike) -> Numbers:
    """Return a number in [0, 1) for each place (a whole number) in a stream."""
    with np.errstate(over="ignore"):
        state = np.asarray(places, dtype=np.int64).astype(np.uint64) * _GOLDEN
        state += np.uint64(stream_number)
        state = (state ^ (state >> np.uint64(30))) * _MIX_1
        state = (state ^ (state >> np.uint64(27))) * _MIX_2
        state ^= state >> np.uint64(31)
    return np.asarray((state >> np.uint64(11)) * _FRACTION, dtype=np.float64)


def gaussian(stream_number: int, places: ArrayLike) -> Numbers:
    """Return about normally distributed numbers (mean 0, deviation 1; never beyond 4)."""
    wide = np.asarray(places, dtype=np.int64) * 4
    total = sum(uniform(stream_number, wide + part) for part in range(4))
    return np.asarray((total - 2.0) * np.sqrt(3.0), dtype=np.float64)


def wander(stream_number: int, position: ArrayLike) -> Numbers:
    """Return numbers in [0, 1) that change smoothly; about 1 in position until all is new."""
    position = np.asarray(position, dtype=np.float64)
    before = np.floor(position)
    share = (1 - np.cos((position - before) * np.pi)) / 2
    here, there = (uniform(stream_number, before + step) for step in (0, 1))
    return np.asarray(here * (1 - share) + there * share, dtype=np.float64)
