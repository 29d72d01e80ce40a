"""Dead letters of the store itself, and dead letters as rows."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas import wire
from schemas.wire import DeadLetter, NormalisedReading, Rejection
from stream_processors.record import Record


def dead_letter_of_record(
    record: Record, rejections: Sequence[Rejection], *, reading: NormalisedReading | None
) -> DeadLetter:
    """Return a record as a dead letter of the store; its payload is the record's value.

    To bring it again after a mend, it goes back to its topic with `replayed` set. If it is
    rejected again, its payload is what it was before, so that it is the same letter.
    """
    received = datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)
    payload = record.value
    if reading and reading.replayed:
        payload = wire.encode(msgspec.structs.replace(reading, replayed=False, replay=""))
    return DeadLetter(
        city=reading.city if reading else "",
        source=reading.source if reading else record.key.decode(errors="replace"),
        received_time=reading.received_time if reading else received,
        rejections=tuple(rejections),
        payload=payload,
        payload_bytes=len(payload),
        payload_sha256=hashlib.sha256(payload).hexdigest(),
        station="store",
        profile=reading.profile if reading else "",
        partition=reading.partition if reading else -1,
        offset=reading.offset if reading else -1,
    )


def columns_of(letters: Iterable[DeadLetter]) -> list[list[Any]]:
    """Return dead letters as columns for `keep_dead_letters.sql`."""
    return [list(column) for column in zip(*map(_values, letters), strict=True)]


def _values(letter: DeadLetter) -> tuple[Any, ...]:
    return (
        _printable(letter.city),
        _printable(letter.source),
        letter.received_time,
        letter.station,
        letter.channel,
        _printable(letter.profile),
        letter.profile_version,
        _array([_printable(one.reason) for one in letter.rejections]),
        _printable(msgspec.json.encode(letter.rejections).decode().replace("\\u0000", "\\ufffd")),
        letter.payload,
        letter.payload_bytes,
        letter.payload_sha256,
        letter.partition,
        letter.offset,
    )


def _array(texts: Sequence[str]) -> str:
    """Return an array as PostgreSQL writes it."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _printable(text: str) -> str:
    return text.replace("\0", "\ufffd")
