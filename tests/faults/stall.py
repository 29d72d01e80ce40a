"""A time in which nothing was published, and who was away in it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple


class Down(NamedTuple):
    """A time in which a process was not there: from its kill until it was ready again."""

    name: str
    begin: datetime
    end: datetime


class Stall(NamedTuple):
    """A time in which nothing was published."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.end - self.begin).total_seconds()

    def reason(self, downs: Sequence[Down]) -> str:
        """Name who was away in it, longest first; empty when nobody was."""
        away: dict[str, list[float]] = defaultdict(list)
        for down in downs:
            overlap = min(self.end, down.end) - max(self.begin, down.begin)
            if overlap.total_seconds() > 0:
                away[down.name].append(overlap.total_seconds())
        longest = sorted(away.items(), key=lambda one: -sum(one[1]))
        return ", ".join(f"{name} away {sum(parts):.1f} s" for name, parts in longest)


def longest_stall(begun: datetime, published: Sequence[datetime]) -> Stall:
    """Return the longest time between two publications, or before the first.

    Args:
        begun: when there could be a first one.
        published: times of the publications, in order.
    """
    pairs = (Stall(*pair) for pair in pairwise([begun, *published]))
    return max(pairs, key=lambda one: one.seconds, default=Stall(begun, begun))
