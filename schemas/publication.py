"""The ordered log of what was stored: its rows, and their compressed bytes.

One row of `publication` is one committed batch. Everything live (SSE, WebSocket, webhooks, LDES
pages, the archive) reads it in the order of its sequence.
"""

from datetime import datetime
from typing import Final, Literal, TypeAlias

import msgspec
import zstandard

from schemas.wire import Result

CHANNEL: Final = "publication"
"""PostgreSQL's NOTIFY channel; the payload is the last sequence of the batch."""

LANE: Final = 0x7075_626C_6963_6174
"""Advisory lock of the publication lane, any number that nobody else locks: "publicat"."""

MAXIMUM_PER_MILLISECOND: Final = 400
"""At most so many observations bear one `published_time`: a page can always be cut between two."""

_FORMAT: Final = b"\x01"
_MAXIMUM_BYTES: Final = 1 << 28

Change: TypeAlias = Literal["new", "corrected", "withdrawn"]


class PublishedObservation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An observation in the log, with its place in it.

    Attributes:
        sequence: place in the one order of everything published; no two are the same.
        published_time: whole milliseconds, never before that of a lower sequence.
        datastream_id: its datastream.
        phenomenon_start: begin of the interval, or the instant.
        phenomenon_end: end of the interval, `None` for an instant.
        result_time: when the result became known.
        result: in the canonical unit; for a withdrawal the result that was withdrawn.
        quality: codes of the flags raised.
        change: what happened to the observation.
    """

    sequence: int
    published_time: datetime
    datastream_id: int
    phenomenon_start: datetime
    phenomenon_end: datetime | None
    result_time: datetime
    result: Result
    quality: tuple[str, ...] = ()
    change: Change = "new"


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[PublishedObservation])


def pack(batch: list[PublishedObservation]) -> bytes:
    """Return a batch as the bytes of a publication row: a format byte, then zstandard of JSON."""
    return _FORMAT + zstandard.compress(_encoder.encode(batch), 1)


def unpack(row: bytes) -> list[PublishedObservation]:
    """Return the batch of a publication row, in the order of its sequence.

    Raises:
        ValueError: the bytes are of a later format.
    """
    if row[:1] != _FORMAT:
        raise ValueError(f"publication format {row[:1]!r} is not known")
    return _decoder.decode(zstandard.decompress(row[1:], max_output_size=_MAXIMUM_BYTES))
