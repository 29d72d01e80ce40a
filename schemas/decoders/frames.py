"""Binary frames by a bit table: bytes in, named numbers out.

A table is compiled once; what is wrong with a frame is told with the byte where it shows.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from schemas.decoders.frame_fields import Fields, compile_record, wrong_frame
from schemas.decoders.frame_records import Records
from schemas.decoders.frame_series import Series
from schemas.decoders.json_document import read_bytes
from schemas.errors import ReadingRejected
from schemas.language.frame_profile import (
    ANY_BYTE,
    READINGS,
    ChosenLayout,
    Frame,
    FrameLayout,
)

FRAME_LIMIT_BYTES: Final = 4096


class Decoder(Protocol):
    """Reads the fields of a frame, with the LoRaWAN port that it came on where that is known."""

    def __call__(self, data: bytes, port: int | None = None) -> Fields:
        """Return the fields by name."""


def compile_frame(frame: Frame) -> Decoder:
    """Return a function from the bytes of a frame and its LoRaWAN port to its fields by name.

    The port may be `None` where the table is the same for all. A frame with a history or a series
    becomes `{readings: [fields of now, fields of another reading, ...]}`. The function raises
    ReadingRejected for a frame that is too short, too long, or of another kind than the table.

    Raises:
        ValueError: a group asks for a field that is not before it.
    """
    if not frame.layouts:
        of_all = _layout(frame, frame)
        return lambda data, port=None: of_all(_frame(data))  # noqa: ARG005 - of the protocol
    choices = [_choice(layout, frame) for layout in frame.layouts]

    def decode(data: bytes, port: int | None = None) -> Fields:
        whole = _frame(data)
        for choice in choices:
            if choice.fits(whole, port):
                return choice.read(whole)
        raise _refusal(choices, whole, port)

    return decode


def _frame(data: bytes) -> bytes:
    """Return the bytes of a frame; there are some, and not too many."""
    if len(data) > FRAME_LIMIT_BYTES:
        detail = f"{len(data)} bytes; a frame has at most {FRAME_LIMIT_BYTES}"
        raise ReadingRejected("payload.too-large", detail)
    return read_bytes(data)


class _Choice(NamedTuple):
    """A layout, with the frames that it is for."""

    ports: frozenset[int]
    starts: re.Pattern[bytes] | None
    lengths: frozenset[int]
    read: Callable[[bytes], Fields]

    def is_for(self, port: int | None) -> bool:
        return not self.ports or port in self.ports

    def fits(self, data: bytes, port: int | None) -> bool:
        if not self.is_for(port) or (self.lengths and len(data) not in self.lengths):
            return False
        return self.starts is None or self.starts.match(data) is not None


def _choice(layout: ChosenLayout, frame: Frame) -> _Choice:
    starts = b"|".join(_pattern(start) for start in layout.starts)
    pattern = re.compile(starts, re.DOTALL) if starts else None
    lengths = frozenset(layout.lengths)
    return _Choice(frozenset(layout.ports), pattern, lengths, _layout(layout, frame))


def _pattern(start: str) -> bytes:
    pairs = [start[i : i + 2] for i in range(0, len(start), 2)]
    return b"".join(b"." if one == ANY_BYTE else re.escape(bytes.fromhex(one)) for one in pairs)


def _refusal(choices: list[_Choice], data: bytes, port: int | None) -> ReadingRejected:
    if any(choice.is_for(port) for choice in choices):
        return wrong_frame(
            f"none that is known begins with {data[:8].hex()} and has {len(data)} bytes", 0
        )
    told = "no port is told" if port is None else f"port {port} is not known"
    detail = f"what a frame of this model means depends on its port, and {told}"
    return ReadingRejected("payload.unexpected", detail)


def _layout(layout: FrameLayout, frame: Frame) -> Callable[[bytes], Fields]:
    order, is_alone = frame.byte_order, frame.has_history and not layout.has_readings
    header = compile_record(layout.header, layout.groups, order)
    records = Records(layout, order) if layout.all_tags else None
    series = Series(layout, layout.series, order) if layout.series else None

    def decode(data: bytes) -> Fields:
        found: Fields = {}
        position = header.read(data, 0, found)
        if series is not None:
            return series.read(data, position, found)
        if records is not None:
            found = records.read(data, position, found)
        elif position != len(data):
            raise wrong_frame(f"{len(data) - position} bytes are left over", position)
        return {READINGS: [found]} if is_alone else found

    return decode
