"""Fields of a frame, compiled: bytes in, named numbers out."""

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from schemas.errors import ReadingRejected
from schemas.language.frame_fields import SIZES, FrameField, FrameGroup, FramePart, Order

Fields: TypeAlias = dict[str, Any]
_Read: TypeAlias = Callable[[bytes], int | float]
_FLOATS: Final = {"f32": "f", "f64": "d"}


class Step(NamedTuple):
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
    number: Callable[[int], int]
    is_flag: bool
    values: dict[int, Any] | None

    def of(self, number: int) -> Any:
        bits = self.number(number)
        if self.values is not None:
            return self.values.get(bits, bits)
        return bits == 1 if self.is_flag else bits


class _Group(NamedTuple):
    """Fields that are there when an earlier one says so."""

    of: str
    applies: Callable[[int | None], bool]
    steps: tuple[Step, ...]


class Record(NamedTuple):
    """Fields one after the other, then groups that are there when an earlier field says so."""

    steps: tuple[Step, ...]
    groups: tuple[_Group, ...]

    def read(self, data: bytes, position: int, found: Fields, channel: str = "") -> int:
        """Read into `found`; return the place after the record."""
        position = read_steps(self.steps, data, position, found, channel)
        for group in self.groups:
            if group.applies(found.get(group.of)):
                position = read_steps(group.steps, data, position, found, channel)
        return position

    def size(self, found: Fields) -> int:
        """Return how long the record is, when all groups ask for what is `found` before it."""
        groups = [one.steps for one in self.groups if one.applies(found.get(one.of))]
        return sum(step.size for steps in (self.steps, *groups) for step in steps)


def compile_record(
    fields: Sequence[FrameField],
    groups: Sequence[FrameGroup],
    order: Order,
    known: Iterable[str] = (),
) -> Record:
    """Return fields and groups, ready to be read; `known` are names before them.

    Raises:
        ValueError: a group asks for a field that is not before it.
    """
    before = {*known, *numbers_of(fields)}
    for group in groups:
        if group.of not in before:
            raise ValueError(f"a group asks for `{group.of}`, which is not in the header")
    return Record(
        compile_steps(fields, order),
        tuple(_Group(one.of, _question(one), compile_steps(one.fields, order)) for one in groups),
    )


def compile_steps(fields: Sequence[FrameField], order: Order) -> tuple[Step, ...]:
    """Return fields, ready to be read one after the other."""
    return tuple(_step(field, order) for field in fields)


def numbers_of(fields: Sequence[FrameField]) -> set[str]:
    """Return the names of the whole numbers in fields and in parts of them."""
    whole = {one.name for one in fields if one.is_whole and one.values is None}
    return whole | {part.name for one in fields for part in one.parts if part.values is None}


def read_steps(
    steps: tuple[Step, ...], data: bytes, position: int, found: Fields, channel: str = ""
) -> int:
    """Read fields into `found`; return the place after them.

    Raises:
        ReadingRejected: the frame ends within a field, or is of another kind.
    """
    for name, size, read, equals, is_optional, values, parts in steps:
        if size < 0 or (is_optional and position == len(data)):
            return len(data)
        piece = data[position : position + size]
        if len(piece) < size:
            raise wrong_frame(f"it ends at byte {len(data)}, within `{name}`", position)
        if read is not None:
            try:
                number: Any = read(piece)
            except ValueError:
                detail = f"`{name}` is {piece.hex()}, and no decimal digits"
                raise wrong_frame(detail, position) from None
            if equals is not None and number != equals:
                raise wrong_frame(f"`{name}` is {number}, not {equals}", position)
            own = name.replace("{channel}", channel)
            found[own] = number if values is None else values.get(number, number)
            for part in parts:
                found[part.name.replace("{channel}", channel)] = part.of(number)
        position += size
    return position


def wrong_frame(detail: str, position: int) -> ReadingRejected:
    """Return why a frame does not fit its table, with the byte where it shows."""
    what = f"not the frame of this model: {detail}"
    return ReadingRejected("payload.malformed", what, f"byte {position}")


def _step(field: FrameField, order: Order) -> Step:
    if field.type in ("skip", "rest"):
        size = field.bytes if field.type == "skip" else -1
        return Step(field.name, size, None, None, field.optional, None, ())
    return Step(
        name=field.name,
        size=SIZES[field.type],
        read=_reader(field.type, field.byte_order or order),
        equals=field.equals,
        is_optional=field.optional,
        values=field.values,
        parts=tuple(_bits(part) for part in field.parts),
    )


def _question(group: FrameGroup) -> Callable[[int | None], bool]:
    """Return whether a group is there; the frame may end before the field that it asks for."""
    if group.bit is not None:
        mask = 1 << group.bit
        return lambda number: number is not None and number & mask != 0
    wanted = frozenset([group.equals] if group.one_of is None else group.one_of)
    return lambda number: number in wanted


def _bits(part: FramePart) -> _Bits:
    length, shift, then = part.length or 1, part.bit, part.then
    mask = (1 << length) - 1
    number: Callable[[int], int] = lambda whole: whole >> shift & mask  # noqa: E731 - as below
    if then is not None:
        high, low, low_mask, width = number, then.bit, (1 << then.length) - 1, then.length
        number = lambda whole: high(whole) << width | whole >> low & low_mask  # noqa: E731
        length += width
    if part.signed:
        bare, sign = number, 1 << length - 1
        number = lambda whole: (bare(whole) ^ sign) - sign  # noqa: E731
    return _Bits(part.name, number, part.length is None, part.values)


def _reader(kind: str, order: Order | Literal["low-word-first"]) -> _Read:
    if order == "low-word-first":
        read = _reader(kind, "big")
        return lambda piece: read(_words_turned(piece))
    if kind in _FLOATS:
        unpack = struct.Struct((">" if order == "big" else "<") + _FLOATS[kind]).unpack
        return lambda piece: float(unpack(piece)[0])
    if kind.startswith("bcd"):
        return lambda piece: _decimal(piece if order == "big" else piece[::-1])
    is_signed = kind[0] == "i"
    return lambda piece: int.from_bytes(piece, order, signed=is_signed)


def _decimal(piece: bytes) -> int:
    """Read a decimal digit in every four bits; an F before them is a minus (EN 13757-3)."""
    digits = piece.hex()
    return -int(digits[1:]) if digits[0] == "f" else int(digits)


def _words_turned(piece: bytes) -> bytes:
    """Return words of two bytes in the opposite order, the bytes of each as they are."""
    return b"".join(piece[i : i + 2] for i in range(len(piece) - 2, -1, -2))
