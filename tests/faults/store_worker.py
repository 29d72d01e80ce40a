"""A store in a process of its own that writes whatever chance brings, until it is killed.

`python -m tests.faults.store_worker DSN PARTITION SEED`: new, late, corrected and withdrawn
observations of two datastreams. It goes on where the last one of its partition was killed.
"""

import asyncio
import logging
import random
import sys
from datetime import timedelta
from typing import Final

from schemas.settings import DatabaseConnection
from schemas.wire import NormalisedReading, Observation
from tests.stream_processors.scene import NOON, observation, reading, scene

SERIES: Final = (1, 3)
_MINUTES: Final = 4000
_READINGS: Final = 30
_VALUES: Final = 8


async def main(dsn: str, partition: int, chance: random.Random) -> None:
    """Write batch after batch."""
    database = DatabaseConnection.model_validate({"dsn": dsn})
    async with scene(database, partition) as store:
        store.next_offset = store.ownership.known[partition].next_offset
        while True:
            await store.store(
                *(_reading(store.next_offset + n, partition, chance) for n in range(_READINGS))
            )


def _reading(offset: int, partition: int, chance: random.Random) -> NormalisedReading:
    """Return a reading; now and then an old one again, which gives less than it did."""
    if offset and chance.random() < 0.1:
        old = chance.randrange(offset)
        one = _observation(offset, partition, chance)
        return reading(old, one, partition=partition, replayed=True)
    values = (_observation(offset, partition, chance) for _ in range(_VALUES))
    return reading(offset, *values, partition=partition)


def _observation(offset: int, partition: int, chance: random.Random) -> Observation:
    """Return an observation: mostly a new one, else one of a time that was told already."""
    old = chance.random() < 0.2
    minute = chance.randrange(_MINUTES) if old else _MINUTES + offset * _VALUES
    start = NOON + timedelta(minutes=minute, seconds=chance.randrange(60) * (not old))
    return observation(
        SERIES[partition],
        result=float(chance.randrange(1000)),
        result_minute=offset,
        quality=("range.high",) if chance.random() < 0.1 else (),
        start=start,
        end=start + timedelta(minutes=1),
    )


if __name__ == "__main__":
    logging.disable()  # replays leave gaps between the readings, which the store tells
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))))
