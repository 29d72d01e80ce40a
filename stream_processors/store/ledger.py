"""The account of a batch: what became of its readings and observations."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

from schemas.publication import Change
from schemas.wire import NormalisedReading
from stream_processors.store.prepared import Prepared

Account: TypeAlias = tuple[str, str, datetime]


class Entry(NamedTuple):
    """Under what an observation is counted.

    Attributes:
        account: city, profile and hour of receipt.
        replay: the replay that it belongs to, empty when it belongs to none.
    """

    account: Account
    replay: str = ""


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
    withheld: int = 0


@dataclass
class ReplayCounts(Counts):
    """The numbers of one replay, in the order of the table's columns."""

    dead_letters: int = 0


class Ledger:
    """Counts a batch by city, profile and the hour of receipt, and by replay."""

    def __init__(self) -> None:
        self.accounts: defaultdict[Account, Counts] = defaultdict(Counts)
        self.replays: defaultdict[str, ReplayCounts] = defaultdict(ReplayCounts)

    def enter(self, prepared: Prepared) -> None:
        """Count a reading under the one word for what became of it, and its observations.

        Observations count as duplicates until `changed` says otherwise. A reading that is
        replayed was counted when it first came.
        """
        reading = prepared.reading
        if reading is None:
            return
        for counts in self._counts(entry_of(reading)):
            counts.duplicates += len(prepared.observations)
            counts.withheld += len(prepared.withheld)
        if not reading.replayed:
            _count_reading(self.accounts[entry_of(reading).account], prepared, reading)
        elif reading.replay:
            counts = self.replays[reading.replay]
            _count_reading(counts, prepared, reading)
            counts.dead_letters += bool(prepared.dead_letters or reading.rejections)

    def changed(self, entry: Entry, change: Change) -> None:
        """Count an observation for what it was."""
        for counts in self._counts(entry):
            if change == "withdrawn":
                counts.withdrawals += 1
                continue
            counts.duplicates -= 1
            if change == "new":
                counts.observations += 1
            else:
                counts.corrections += 1

    def all_new(self, entries: Iterable[Entry]) -> None:
        """Count observations, each by its entry, as new."""
        for entry, count in Counter(entries).items():
            for counts in self._counts(entry):
                counts.duplicates -= count
                counts.observations += count

    def columns(self) -> list[list[Any]]:
        """Return the accounts as columns for `account.sql`, in one order for every process."""
        rows = [(*key, *vars(counts).values()) for key, counts in _items(self.accounts)]
        return [list(column) for column in zip(*rows, strict=True)]

    def replay_columns(self) -> list[list[Any]]:
        """Return the replays as columns for `account_replays.sql`, in one order as well."""
        rows = [(key, *vars(counts).values()) for key, counts in _items(self.replays)]
        return [list(column) for column in zip(*rows, strict=True)]

    def total(self, name: str) -> int:
        """Return the sum of one count."""
        return sum(getattr(counts, name) for counts in self.accounts.values())

    def _counts(self, entry: Entry) -> tuple[Counts, ...]:
        account = self.accounts[entry.account]
        return (account, self.replays[entry.replay]) if entry.replay else (account,)


def entry_of(reading: NormalisedReading) -> Entry:
    """Return under what a reading's observations are counted."""
    hour = reading.received_time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return Entry((reading.city, reading.profile, hour), reading.replay)


def _count_reading(counts: Counts, prepared: Prepared, reading: NormalisedReading) -> None:
    if prepared.observations or prepared.withheld:
        counts.normalised += 1
    elif prepared.dead_letters or reading.rejections:
        counts.rejected += 1
    else:
        counts.empty += 1


def _items(counted: Mapping[Any, Counts]) -> list[tuple[Any, Counts]]:
    return sorted(counted.items(), key=lambda item: item[0])
