"""What goes from step to step: a reading, and what it gives so far."""

from dataclasses import dataclass

import msgspec

from schemas.wire import NormalisedReading, Reading, Rejection


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A reading at its place in `city.readings`.

    Attributes:
        refusal: why the record is no reading of a form that we know; `None` when it is.
        erased: it is a tombstone: what its source said before was erased.
    """

    partition: int
    offset: int
    reading: Reading
    refusal: Rejection | None = None
    erased: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A reading and what it gives.

    Attributes:
        profile_version: of the profile that its topic names, 0 when there is none.
        uplink: what names the uplink that an envelope brought, if it does.
    """

    arrival: Arrival
    result: NormalisedReading
    profile_version: int = 0
    uplink: bytes = b""

    @classmethod
    def unread(cls, arrival: Arrival) -> "Passage":
        """Return the passage of a reading that is not looked into: its uplink is not known."""
        reading = arrival.reading
        result = NormalisedReading(
            city=reading.city,
            source=reading.source,
            profile="",
            partition=arrival.partition,
            offset=arrival.offset,
            received_time=reading.received_time,
        )
        return cls(arrival=arrival, result=result)

    def with_result(self, **changes: object) -> "Passage":
        """Return the same reading, giving something else."""
        return Passage(
            arrival=self.arrival,
            result=msgspec.structs.replace(self.result, **changes),
            profile_version=self.profile_version,
            uplink=self.uplink,
        )
