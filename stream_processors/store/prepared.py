"""Records of `city.observations`, read and checked before the database sees them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from schemas import wire
from schemas.wire import DeadLetter, NormalisedReading, Observation, Rejection
from stream_processors.record import Record
from stream_processors.store.dead_letter import dead_letter_of_record
from stream_processors.store.high_water import HighWater, Step, account
from stream_processors.store.row import checked

NUL = b"\\u0000"

Find: TypeAlias = Callable[[NormalisedReading, Observation], int | Rejection]


@dataclass(kw_only=True, slots=True)
class Prepared:
    """One record, and what there is to do about it.

    Attributes:
        reading: what it says; `None` when nothing can be read, or it was accounted for before.
        mark: high-water mark after it.
        observations: what is to be stored, each with the id of its datastream.
        withheld: what is not, because its time is not kept.
        dead_letters: what is to be kept for people.
        withdrawals: what a replayed reading gave before and gives no more: datastream and start.
        repeats: the replayed reading brought nothing of its own when it came first.
    """

    record: Record
    reading: NormalisedReading | None
    mark: HighWater
    observations: list[tuple[int, Observation]] = field(default_factory=list)
    withheld: list[tuple[int, Observation]] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    withdrawals: list[tuple[int, datetime]] = field(default_factory=list)
    repeats: bool = False

    def attach(
        self, good: Iterable[Observation], refused: Iterable[Rejection], *, datastream: Find
    ) -> None:
        """Give each observation its datastream; keep the record as it came if one has none."""
        if self.reading is None:
            return
        self.observations = []
        reasons = list(refused)
        for observation in good:
            series = datastream(self.reading, observation)
            if isinstance(series, Rejection):
                reasons.append(series)
            else:
                self.observations.append((series, observation))
        self.keep(reasons)

    def keep(self, rejections: list[Rejection]) -> None:
        """Keep the record as a dead letter for the part of it that cannot be stored."""
        if rejections:
            letter = dead_letter_of_record(self.record, rejections, reading=self.reading)
            self.dead_letters = [letter]

    def refuse(self, rejections: list[Rejection]) -> None:
        """Keep the whole record as a dead letter in place of storing it."""
        self.observations = []
        self.keep(rejections)


def prepare(record: Record, mark: HighWater) -> tuple[Prepared, Step]:
    """Return a record as it was read, and what it does to the high-water mark."""
    if record.tombstone:
        return Prepared(record=record, reading=None, mark=mark), Step(mark=mark)
    try:
        reading = wire.read_normalised(record.value)
    except (ValueError, RecursionError) as malformed:
        prepared = Prepared(record=record, reading=None, mark=mark)
        prepared.refuse([Rejection(reason="wire.unknown", detail=str(malformed))])
        return prepared, Step(mark=mark)
    step = account(mark, reading)
    known = None if step.known else reading
    return Prepared(record=record, reading=known, mark=step.mark), step


def storable(prepared: Prepared) -> tuple[list[Observation], list[Rejection]]:
    """Return which of a record's observations can be stored, and why the others cannot."""
    if prepared.reading is None:
        return [], []
    nul = NUL in prepared.record.value
    good: list[Observation] = []
    bad: list[Rejection] = []
    for observation in prepared.reading.observations:
        refused = checked(observation, nul=nul)
        if refused is None:
            good.append(observation)
        else:
            bad.append(refused)
    return good, bad
