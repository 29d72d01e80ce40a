"""The account of a batch: what became of its readings and observations."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from schemas.publication import Change
from schemas.wire import NormalisedReading
from stream_processors.store.prepared import Prepared

Key: TypeAlias = tuple[str, str, datetime]


@dataclass
class Counts:
    """The numbers of one city, profile and hour, in the order of the table's columns."""

    normalised: int = 0
    empty: int = 0
    rejected: int = 0
    observations: int = 0
    duplicates: int = 0
    corrections: int = 0
    withdrawals: int = 0


class Ledger:
    """Counts a batch by city, profile and the hour of receipt."""

    def __init__(self) -> None:
        self.accounts: defaultdict[Key, Counts] = defaultdict(Counts)

    def enter(self, prepared: Prepared) -> None:
        """Count a reading under the one word for what became of it, and its observations.

        Observations count as duplicates until `changed` says otherwise. A reading that is
        replayed was counted when it first came.
        """
        reading = prepared.reading
        if reading is None:
            return
        counts = self.accounts[key_of(reading)]
        counts.duplicates += len(prepared.observations)
        if reading.replayed:
            return
        if prepared.observations:
            counts.normalised += 1
        elif prepared.dead_letters or reading.rejections:
            counts.rejected += 1
        else:
            counts.empty += 1

    def changed(self, key: Key, change: Change) -> None:
        """Count an observation for what it was."""
        counts = self.accounts[key]
        counts.duplicates -= 1
        if change == "new":
            counts.observations += 1
        elif change == "corrected":
            counts.corrections += 1
        else:
            counts.withdrawals += 1

    def all_new(self, keys: Iterable[Key]) -> None:
        """Count observations, each by its account, as new."""
        for key, count in Counter(keys).items():
            self.accounts[key].duplicates -= count
            self.accounts[key].observations += count

    def columns(self) -> list[list[Any]]:
        """Return the account as columns for `account.sql`, in one order for every process."""
        rows = [(*key, *vars(counts).values()) for key, counts in _items(self.accounts)]
        return [list(column) for column in zip(*rows, strict=True)]

    def total(self, name: str) -> int:
        """Return the sum of one count."""
        return sum(getattr(counts, name) for counts in self.accounts.values())


def key_of(reading: NormalisedReading) -> Key:
    """Return under which account a reading is counted."""
    hour = reading.received_time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return reading.city, reading.profile, hour


def _items(accounts: dict[Key, Counts]) -> Iterable[tuple[Key, Counts]]:
    return sorted(accounts.items(), key=lambda item: item[0])
