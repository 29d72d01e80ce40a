"""A register: what adds up since it was placed, exact at every instant."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulators.chance import Numbers
from simulators.local_time import DAY, HOUR

INSTALLED = 1_704_067_200
"""When everything that counts was placed: 2024-01-01, in seconds since 1970."""

KNOT = 900
"""Seconds between two knots; a rate is a straight line from one to the next."""

FIRST_KNOT = INSTALLED // KNOT
_WEEK_KNOTS = 7 * DAY // KNOT


def knots_until(knot: int) -> range:
    """Return the knots from the first to the end of a knot's week, and one more.

    All that is summed is summed over whole weeks and kept: a longer sum begins with the very same
    numbers, so that no register goes back by a rounding.
    """
    weeks = max(knot - FIRST_KNOT, 0) // _WEEK_KNOTS + 1
    return range(FIRST_KNOT, FIRST_KNOT + weeks * _WEEK_KNOTS + 2)


@dataclass(frozen=True)
class Register:
    """The integral of a rate.

    Attributes:
        rate: how much an hour, at instants in seconds since 1970; never negative.
    """

    rate: Callable[[Numbers], Numbers]

    def at(self, seconds: float) -> float:
        """Return what it shows at an instant from `INSTALLED` on."""
        knot = int(seconds // KNOT)
        sums, rates = self._table(knots_until(knot))
        place, share = knot - FIRST_KNOT, seconds / KNOT - knot
        here, there = rates[place : place + 2]
        return float(sums[place] + (here + (there - here) * share / 2) * share * KNOT / HOUR)

    @lru_cache(maxsize=128)  # noqa: B019 - as many as there are registers live as long as we do
    def _table(self, knots: range) -> tuple[Numbers, Numbers]:
        rates = self.rate(np.arange(knots.start, knots.stop, dtype=np.float64) * KNOT)
        steps = (rates[:-1] + rates[1:]) / 2 * KNOT / HOUR
        return np.concatenate([[0.0], np.add.accumulate(steps)]), rates
