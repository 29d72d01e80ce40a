"""How many records the store takes at a time: no more than are in the database in a moment."""

from typing import Final

_TURN_SECONDS: Final = 1.0
"""Who comes next waits for about so long, however slow the database is."""
_LEAST_RECORDS: Final = 25
_LONGER_THAN_THE_LEAST: Final = 2
_LONGEST_SECONDS: Final = 10.0


class Appetite:
    """Grows while the database is quick, and shrinks when it is slow.

    A database that takes long for the smallest transaction too gets more at once all the same:
    there smaller ones would bring less and make nobody wait less.

    Args:
        most: records at a time.

    Attributes:
        records: how many to take next.
    """

    def __init__(self, most: int) -> None:
        self._most = self.records = most
        self._least_seconds = 0.0

    def took(self, records: int, seconds: float) -> None:
        """Learn from a turn."""
        if records <= _LEAST_RECORDS:
            self._least_seconds = seconds
        wanted = max(_TURN_SECONDS, _LONGER_THAN_THE_LEAST * self._least_seconds)
        fitting = int(records * min(wanted, _LONGEST_SECONDS) / max(seconds, 0.001))
        if fitting < records:
            self.records = max(fitting, min(_LEAST_RECORDS, self._most))
        elif records >= self.records:
            self.records = min(fitting, 2 * records, self._most)
