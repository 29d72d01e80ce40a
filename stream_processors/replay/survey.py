"""First time through the log, oldest first: what there is to bring again, and whether to.

Readings are then brought newest first, for which this notes the pieces to read. What depends on
the readings before is found out here: whether a message came before, and whether a profile rejects
so much that bringing its readings again would only take back what they gave.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from schemas.cities.registry import Registry
from schemas.errors import Misconfigured
from stream_processors.kafka_log import Piece
from stream_processors.replay.selection import Chooses
from stream_processors.steps.deduplicate import (
    RedeliveryPolicy,
    RedeliveryState,
    deduplicate,
    remember,
)
from stream_processors.steps.halt import HaltPolicy, Version
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival, Passage

PIECE_READINGS: Final = 2000
PIECE_BYTES: Final = 16 << 20
_AT_A_TIME: Final = 500


@dataclass
class _Open:
    """A piece that still grows."""

    begin: int
    end: int = 0
    chosen: int = 0
    bytes: int = 0


@dataclass(kw_only=True)
class Survey:
    """What was seen.

    Attributes:
        precedes: whether a reading is of those, but received too early.
        pieces: with at least one reading that is asked for, oldest first.
        readings: how many are asked for.
        repeated: partition and offset of those that were taken for earlier ones.
    """

    registry: Registry
    chooses: Chooses
    precedes: Chooses
    redelivery: RedeliveryPolicy
    pieces: list[Piece] = field(default_factory=list)
    readings: int = 0
    repeated: set[tuple[int, int]] = field(default_factory=set)
    read: Counter[Version] = field(default_factory=Counter)
    rejected: Counter[Version] = field(default_factory=Counter)
    _seen: dict[int, RedeliveryState] = field(default_factory=dict)
    _open: dict[int, _Open] = field(default_factory=dict)

    def take(self, partition: int, arrivals: Sequence[Arrival]) -> None:
        """Look at the next readings of a partition."""
        for start in range(0, len(arrivals), _AT_A_TIME):
            portion = arrivals[start : start + _AT_A_TIME]
            self._take(partition, portion)

    def finish(self) -> None:
        """End the pieces that still grow at what was read last."""
        for partition, piece in self._open.items():
            self._close(partition, piece)

    def check(self, policy: HaltPolicy) -> None:
        """Refuse to bring readings again that a profile rejects.

        Raises:
            Misconfigured: with the profile and what to do.
        """
        for version, rejected in self.rejected.items():
            city, profile, number = version
            if rejected > policy.share * self.read[version]:
                raise Misconfigured(
                    f"{profile} version {number} rejects {rejected} of {self.read[version]} "
                    f"readings of {city}: nothing was brought again, as it would take back what "
                    "they gave. Mend the profile, look with --dry-run, or insist with --force"
                )

    def _take(self, partition: int, arrivals: Sequence[Arrival]) -> None:
        chosen = 0
        for (is_chosen, is_earlier), group in groupby(arrivals, self._kind):
            part = list(group)
            before = self._seen.get(partition, RedeliveryState())
            if is_chosen:
                chosen += len(part)
                passages = normalise(part, registry=self.registry)
                kept, after = deduplicate(passages, before, policy=self.redelivery)
                self._note(passages, kept)
            else:
                after = remember(
                    self._looked_into(part, is_earlier=is_earlier), before, policy=self.redelivery
                )
            self._seen[partition] = after
        self._extend(partition, arrivals, chosen=chosen)

    def _kind(self, arrival: Arrival) -> tuple[bool, bool]:
        reading = arrival.reading
        return self.chooses(reading), self.precedes(reading)

    def _looked_into(self, part: Sequence[Arrival], *, is_earlier: bool) -> list[Passage]:
        """Return what is only remembered; where an uplink may come again, with its name."""
        if is_earlier:
            return normalise(part, registry=self.registry)
        return [Passage.unread(one) for one in part]

    def _note(self, passages: Sequence[Passage], kept: Sequence[Passage]) -> None:
        self.readings += len(passages)
        for passage, after in zip(passages, kept, strict=True):
            result = passage.result
            if after is not passage:
                self.repeated.add((result.partition, result.offset))
            if result.profile:
                version = (result.city, result.profile, passage.profile_version)
                self.read[version] += 1
                self.rejected[version] += result.outcome == "rejected"

    def _extend(self, partition: int, part: Sequence[Arrival], *, chosen: int) -> None:
        piece = self._open.setdefault(partition, _Open(begin=part[0].offset))
        piece.end = part[-1].offset + 1
        piece.chosen += chosen
        piece.bytes += sum(len(one.reading.payload) for one in part)
        if piece.end - piece.begin >= PIECE_READINGS or piece.bytes >= PIECE_BYTES:
            self._close(partition, self._open.pop(partition))

    def _close(self, partition: int, piece: _Open) -> None:
        if piece.chosen:
            self.pieces.append(Piece(partition, piece.begin, piece.end))
