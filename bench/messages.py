"""What is published: the load generator's readings, oldest hour first, the same in every arm."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

import msgspec

from simulators.load import Said, readings
from simulators.local_time import HOUR
from simulators.scenario import Load

CITIES: Final = ("leiedonk", "vlierhove")
"""Two of the city packs that come along."""

ALL_VALUES: Final = 5
"""Observations that a Telraam hour gives; the other choice is 1."""

_OTHER_VALUES: Final = ("heavy", "bike", "pedestrian", "v85")


class Batch(msgspec.Struct, frozen=True):
    """Messages of one arm.

    Attributes:
        count: how many.
        things: of each city.
        values: that each message carries, 1 or `ALL_VALUES`.
        first_hour: of the oldest, in hours since 1970.
    """

    count: int
    things: int
    values: int
    first_hour: int

    @property
    def turns(self) -> int:
        """How many hours the messages cover."""
        return -(-self.count // (self.things * len(CITIES)))


def messages(batch: Batch) -> list[Said]:
    """Return messages as live sensors send them: all things' first hour, then the next."""
    load = Load(messages_per_second=1, things=batch.things, cities=CITIES)
    after = (batch.first_hour + batch.turns + 1) * HOUR
    backwards = list(islice(readings(load, seed=1, process=0, now=after), batch.count))
    turns = [list(turn) for turn in _turns(backwards, batch.things * len(CITIES))]
    said = [one for turn in reversed(turns) for one in turn]
    return said if batch.values == ALL_VALUES else [_with_one_value(*one) for one in said]


def _turns(said: Sequence[Said], size: int) -> list[Sequence[Said]]:
    return [said[begin : begin + size] for begin in range(0, len(said), size)]


def _with_one_value(city: str, topic: str, payload: bytes) -> Said:
    record = msgspec.json.decode(payload)
    for name in _OTHER_VALUES:
        del record[name]
    return city, topic, msgspec.json.encode(record)
