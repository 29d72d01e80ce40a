"""The high-water mark of the readings in a partition: each is accounted for once."""

from dataclasses import dataclass, replace
from datetime import datetime

from schemas.wire import READINGS, NormalisedReading
from stream_processors.store.place import Place


@dataclass(frozen=True, kw_only=True)
class HighWater:
    """What has been accounted for in a partition of `city.readings`.

    Attributes:
        next_offset: the first reading not accounted for; `None` before the first is seen.
        newest_time: the newest received time of all that are. A reading below the mark that was
            received later than all of them cannot be one of them: the log was made anew.
    """

    partition: int
    next_offset: int | None = None
    newest_time: datetime | None = None

    @classmethod
    def of(cls, place: Place) -> "HighWater":
        """Return the mark that the database has."""
        if not place.fingerprint:
            return cls(partition=place.partition)
        return cls(
            partition=place.partition,
            next_offset=place.next_offset,
            newest_time=datetime.fromisoformat(place.fingerprint),
        )

    def place(self) -> Place:
        """Return the mark as a row of `kafka_offset`."""
        return Place(
            topic=READINGS,
            partition=self.partition,
            next_offset=self.next_offset or 0,
            fingerprint=self.newest_time.isoformat() if self.newest_time else "",
        )


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one reading does to the mark.

    Attributes:
        mark: after the reading.
        known: it was accounted for before; it is normalise's repetition.
        missing: readings between the mark and this one that never came.
        anew: the log of the readings is another one than before.
    """

    mark: HighWater
    known: bool = False
    missing: int = 0
    anew: bool = False


def account(mark: HighWater, reading: NormalisedReading) -> Step:
    """Return what a reading does to the mark; one that is replayed does nothing to it."""
    if reading.replayed:
        return Step(mark=mark)
    if mark.next_offset is None or mark.newest_time is None:
        return Step(mark=_after(mark, reading))
    if reading.offset >= mark.next_offset:
        return Step(mark=_after(mark, reading), missing=reading.offset - mark.next_offset)
    if reading.received_time > mark.newest_time:
        return Step(mark=_after(mark, reading), anew=True)
    return Step(mark=mark, known=True)


def _after(mark: HighWater, reading: NormalisedReading) -> HighWater:
    newest = max(mark.newest_time or reading.received_time, reading.received_time)
    return replace(mark, next_offset=reading.offset + 1, newest_time=newest)
