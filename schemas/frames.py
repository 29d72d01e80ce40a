"""Binary frames by a bit table: bytes in, named numbers out."""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from schemas.errors import ReadingRejected
from schemas.sensor_profile import Frame, FrameField

_SIZES: Final = {"u8": 1, "i8": 1, "u16": 2, "i16": 2, "u24": 3, "i24": 3, "f32": 4}

Decoder: TypeAlias = Callable[[bytes], dict[str, Any]]


def compile_frame(frame: Frame) -> Decoder:
    """Return a function from the bytes of a frame to its fields by name.

    The function raises ReadingRejected for a frame that is too short, too long, or of another
    kind than the table says.

    Raises:
        ValueError: a group asks for a field that is not in the header.
    """
    header = {field.name for field in frame.header}
    for group in frame.groups:
        if group.of not in header:
            raise ValueError(f"a group asks for `{group.of}`, which is not in the header")
    tags = {bytes.fromhex(tag): fields for tag, fields in frame.tags.items()}
    if tags:
        return lambda data: _tagged(data, frame, tags)
    return lambda data: _grouped(data, frame)


def _grouped(data: bytes, frame: Frame) -> dict[str, Any]:
    found: dict[str, Any] = {}
    position = _fields(data, 0, frame.header, frame.byte_order, found)
    for group in frame.groups:
        if found[group.of] >> group.bit & 1:
            position = _fields(data, position, group.fields, frame.byte_order, found)
    if position != len(data):
        raise _wrong(f"{len(data) - position} bytes are left over")
    return found


def _tagged(
    data: bytes, frame: Frame, tags: Mapping[bytes, Sequence[FrameField]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    length = len(next(iter(tags)))
    position = _fields(data, 0, frame.header, frame.byte_order, found)
    while position < len(data):
        tag = data[position : position + length]
        if tag not in tags:
            raise _wrong(f"the tag {tag.hex()} at byte {position} is not known")
        position = _fields(data, position + length, tags[tag], frame.byte_order, found)
    return found


def _fields(
    data: bytes, position: int, fields: Sequence[FrameField], order: str, found: dict[str, Any]
) -> int:
    for field in fields:
        size = field.bytes if field.type == "skip" else _SIZES.get(field.type, 4)
        piece = data[position : position + size]
        if len(piece) < size:
            raise _wrong(f"it ends at byte {len(data)}, within `{field.name}`")
        if field.type != "skip":
            found[field.name] = _number(piece, field.type, order)
        if field.equals is not None and found[field.name] != field.equals:
            raise _wrong(f"`{field.name}` is {found[field.name]}, not {field.equals}")
        position += size
    return position


def _number(piece: bytes, kind: str, order: str) -> int | float:
    if kind == "f32":
        return float(struct.unpack(">f" if order == "big" else "<f", piece)[0])
    return int.from_bytes(piece, "big" if order == "big" else "little", signed=kind[0] == "i")


def _wrong(detail: str) -> ReadingRejected:
    return ReadingRejected("payload.malformed", f"not the frame of this model: {detail}")
