"""Where readings that are brought again go, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from stream_processors.steps.passage import Passage


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it, by the words of the table `replay`."""

    normalised: int = 0
    empty: int = 0
    rejected: int = 0
    observations: int = 0
    duplicates: int = 0
    corrections: int = 0
    withdrawals: int = 0
    withheld: int = 0
    dead_letters: int = 0

    @property
    def readings(self) -> int:
        """All of them."""
        return self.normalised + self.empty + self.rejected


class Target(Protocol):
    """Takes what readings give today."""

    async def bring(self, partition: int, passages: Sequence[Passage]) -> None:
        """Take what readings of a partition give, in this order."""

    async def outcome(self) -> Outcome:
        """Return what came of all; there is nothing more to bring."""
