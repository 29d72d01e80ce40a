"""What a reading gives, as records for Kafka."""

import hashlib
from typing import NamedTuple

from schemas import wire
from schemas.wire import DeadLetter, Rejection
from stream_processors.steps.passage import Passage


class Outgoing(NamedTuple):
    """A record to be sent."""

    key: bytes
    value: bytes


def observations_record(passage: Passage, *, maximum_bytes: int) -> tuple[Passage, Outgoing]:
    """Return a passage and its record; one too large for Kafka is rejected instead."""
    result = passage.result
    value = wire.encode(result)
    if len(value) > maximum_bytes:
        detail = f"what comes out of it takes {len(value)} bytes, at most {maximum_bytes} can pass"
        reason = Rejection(reason="record.too-large", detail=detail)
        passage = passage.with_result(observations=(), rejections=(reason,), empty="")
        value = wire.encode(passage.result)
    return passage, Outgoing(wire.record_key(result.city, result.source), value)


def dead_letter_record(passage: Passage, *, maximum_bytes: int) -> Outgoing:
    """Return the record of a passage that was rejected, wholly or in part."""
    reading, result = passage.arrival.reading, passage.result
    # Base64 makes four bytes of three; the reasons take the rest.
    room = maximum_bytes // 2
    letter = DeadLetter(
        city=result.city,
        source=reading.source,
        received_time=reading.received_time,
        rejections=result.rejections[:100],
        payload=reading.payload[:room],
        payload_bytes=len(reading.payload),
        payload_sha256=hashlib.sha256(reading.payload).hexdigest(),
        station="normalise",
        channel=reading.channel,
        profile=result.profile,
        profile_version=passage.profile_version,
        partition=result.partition,
        offset=result.offset,
    )
    return Outgoing(wire.record_key(result.city, reading.source), wire.encode(letter))
