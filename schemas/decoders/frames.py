"""Binary frames by a bit table: bytes in, named numbers out.

A table is compiled once; what is wrong with a frame is told with the byte where it shows.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias

from schemas.decoders.json_document import read_bytes
from schemas.errors import ReadingRejected
from schemas.language.frame_profile import (
    ANY_BYTE,
    READINGS,
    SIZES,
    Frame,
    FrameField,
    FrameGroup,
    FrameLayout,
    FramePart,
    Order,
)

Fields: TypeAlias = dict[str, Any]
_Read: TypeAlias = Callable[[bytes], int | float]
_FLOATS: Final = {"f32": "f", "f64": "d"}
RECORDS_LIMIT: Final = 1000
FRAME_LIMIT_BYTES: Final = 4096


class Decoder(Protocol):
    """Reads the fields of a frame, with the LoRaWAN port that it came on where that is known."""

    def __call__(self, data: bytes, port: int | None = None) -> Fields:
        """Return the fields by name."""


def compile_frame(frame: Frame) -> Decoder:
    """Return a function from the bytes of a frame and its LoRaWAN port to its fields by name.

    The port may be `None` where the table is the same for all. A frame with a history becomes
    `{readings: [fields of now, fields of an earlier reading, ...]}`. The function raises
    ReadingRejected for a frame that is too short, too long, or of another kind than the table.

    Raises:
        ValueError: a group asks for a field that is not before it.
    """
    order = frame.byte_order
    of_all = None if frame.layouts else _layout(frame, order)
    by_port = {port: _layout(one, order) for one in frame.layouts for port in one.ports}

    def decode(data: bytes, port: int | None = None) -> Fields:
        layout = of_all or by_port.get(port)  # type: ignore[arg-type]
        if layout is None:
            told = "no port is told" if port is None else f"port {port} is not known"
            detail = f"what a frame of this model means depends on its port, and {told}"
            raise ReadingRejected("payload.unexpected", detail)
        return layout(data)

    return decode


def _layout(layout: FrameLayout, order: Order) -> Callable[[bytes], Fields]:
    header = _record(layout.header, layout.groups, order)
    records = _Records(layout, order) if layout.all_tags else None

    def decode(data: bytes) -> Fields:
        if len(data) > FRAME_LIMIT_BYTES:
            detail = f"{len(data)} bytes; a frame has at most {FRAME_LIMIT_BYTES}"
            raise ReadingRejected("payload.too-large", detail)
        found: Fields = {}
        position = header.read(read_bytes(data), 0, found, "")
        if records is not None:
            return records.read(data, position, found)
        if position != len(data):
            raise _wrong(f"{len(data) - position} bytes are left over", position)
        return found

    return decode


class _Step(NamedTuple):
    """A field, ready to be read."""

    name: str
    size: int  # of `rest`: -1
    read: _Read | None
    equals: int | None
    is_optional: bool
    values: dict[int, Any] | None
    parts: tuple["_Bits", ...]


class _Bits(NamedTuple):
    """Some bits of a field."""

    name: str
    shift: int
    mask: int
    is_flag: bool
    values: dict[int, Any] | None

    def of(self, number: int) -> Any:
        bits = number >> self.shift & self.mask
        if self.values is not None:
            return self.values.get(bits, bits)
        return bits == 1 if self.is_flag else bits


class _Record(NamedTuple):
    """Fields one after the other, then groups that are there when a bit is set."""

    steps: tuple[_Step, ...]
    groups: tuple[tuple[str, int, tuple[_Step, ...]], ...]

    def read(self, data: bytes, position: int, found: Fields, channel: str) -> int:
        """Read into `found`; return the place after the record."""
        position = _read_steps(self.steps, data, position, found, channel)
        for name, bit, steps in self.groups:
            if found[name] >> bit & 1:
                position = _read_steps(steps, data, position, found, channel)
        return position


class _Records:
    """Records that begin with a tag, until the frame ends."""

    def __init__(self, layout: FrameLayout, order: Order) -> None:
        self._length = len(layout.all_tags[0]) // 2
        self._wild = _wild_place(layout.all_tags)
        self._has_history = bool(layout.history)
        self._exact: dict[bytes, _Known] = {}
        self._of_any_channel: dict[bytes, _Known] = {}
        for tag, fields in layout.tags.items():
            self._learn(tag, _Known(_record(fields, (), order), 0, is_earlier=False))
        for tag, size in layout.skips.items():
            self._learn(tag, _Known(None, size, is_earlier=False))
        for tag, one in layout.history.items():
            self._learn(tag, _Known(_record(one.fields, one.groups, order), 0, is_earlier=True))

    def read(self, data: bytes, position: int, found: Fields) -> Fields:
        history: list[Fields] = []
        for _ in range(RECORDS_LIMIT):
            if position >= len(data):
                return _with_history(found, history) if self._has_history else found
            position = self._read_one(data, position, found, history)
        raise _wrong(f"it holds more than {RECORDS_LIMIT} records", position)

    def _learn(self, tag: str, known: "_Known") -> None:
        is_any = ANY_BYTE in tag
        (self._of_any_channel if is_any else self._exact)[
            bytes.fromhex(tag.replace(ANY_BYTE, ""))
        ] = known

    def _read_one(self, data: bytes, position: int, found: Fields, history: list[Fields]) -> int:
        tag = data[position : position + self._length]
        known, channel = self._exact.get(tag), ""
        if known is None and len(tag) == self._length and self._wild is not None:
            known = self._of_any_channel.get(tag[: self._wild] + tag[self._wild + 1 :])
            channel = str(tag[self._wild])
        if known is None:
            raise _wrong(f"the tag {tag.hex()} at byte {position} is not known", position)
        begin = position + self._length
        if known.record is None:
            return _passed_over(data, begin, known.size)
        own: Fields = {}
        after = known.record.read(data, begin, own, channel)
        if known.is_earlier:
            history.append(own)
        else:
            _add(found, own, position)
        return after


class _Known(NamedTuple):
    """What follows a tag: a record, or so many bytes to pass over."""

    record: _Record | None
    size: int
    is_earlier: bool


def _wild_place(tags: Sequence[str]) -> int | None:
    """Return which byte of the tags may be any, `None` when each is told."""
    places = {tag.index(ANY_BYTE) // 2 for tag in tags if ANY_BYTE in tag}
    if len(places) > 1 or any(tag.count(ANY_BYTE) > 1 for tag in tags):
        raise ValueError("`..` stands in one place, the same in all tags")
    return next(iter(places), None)


def _with_history(found: Fields, history: list[Fields]) -> Fields:
    return {READINGS: [found, *history] if found else history}


def _add(found: Fields, own: Fields, position: int) -> None:
    for name, value in own.items():
        if found.setdefault(name, value) != value:
            detail = f"`{name}` is there twice, the second time with another value"
            raise ReadingRejected("field.duplicate", detail, f"byte {position}")


def _passed_over(data: bytes, position: int, size: int) -> int:
    if position + size > len(data):
        raise _wrong(f"it ends at byte {len(data)}, within a record of {size} bytes", position)
    return position + size


def _read_steps(
    steps: tuple[_Step, ...], data: bytes, position: int, found: Fields, channel: str
) -> int:
    for name, size, read, equals, is_optional, values, parts in steps:
        if size < 0 or (is_optional and position == len(data)):
            return len(data)
        piece = data[position : position + size]
        if len(piece) < size:
            raise _wrong(f"it ends at byte {len(data)}, within `{name}`", position)
        if read is not None:
            number: Any = read(piece)
            if equals is not None and number != equals:
                raise _wrong(f"`{name}` is {number}, not {equals}", position)
            own = name.replace("{channel}", channel)
            found[own] = number if values is None else values.get(number, number)
            for part in parts:
                found[part.name.replace("{channel}", channel)] = part.of(number)
        position += size
    return position


def _record(fields: Sequence[FrameField], groups: Sequence[FrameGroup], order: Order) -> _Record:
    known = {one.name for one in fields if one.type[0] in "ui" and one.values is None}
    for group in groups:
        if group.of not in known:
            raise ValueError(f"a group asks for `{group.of}`, which is not in the header")
    return _Record(
        tuple(_step(field, order) for field in fields),
        tuple((one.of, one.bit, tuple(_step(f, order) for f in one.fields)) for one in groups),
    )


def _step(field: FrameField, order: Order) -> _Step:
    if field.type in ("skip", "rest"):
        size = field.bytes if field.type == "skip" else -1
        return _Step(field.name, size, None, None, field.optional, None, ())
    return _Step(
        name=field.name,
        size=SIZES[field.type],
        read=_reader(field.type, field.byte_order or order),
        equals=field.equals,
        is_optional=field.optional,
        values=field.values,
        parts=tuple(_bits(part) for part in field.parts),
    )


def _bits(part: FramePart) -> _Bits:
    mask = (1 << (part.length or 1)) - 1
    return _Bits(part.name, part.bit, mask, part.length is None, part.values)


def _reader(kind: str, order: Order | Literal["low-word-first"]) -> _Read:
    if order == "low-word-first":
        read = _reader(kind, "big")
        return lambda piece: read(_words_turned(piece))
    if kind in _FLOATS:
        unpack = struct.Struct((">" if order == "big" else "<") + _FLOATS[kind]).unpack
        return lambda piece: float(unpack(piece)[0])
    is_signed = kind[0] == "i"
    return lambda piece: int.from_bytes(piece, order, signed=is_signed)


def _words_turned(piece: bytes) -> bytes:
    """Return words of two bytes in the opposite order, the bytes of each as they are."""
    return b"".join(piece[i : i + 2] for i in range(len(piece) - 2, -1, -2))


def _wrong(detail: str, position: int) -> ReadingRejected:
    what = f"not the frame of this model: {detail}"
    return ReadingRejected("payload.malformed", what, f"byte {position}")
