"""Templates of messages: what a device type writes, compiled into functions of a sample.

A text that is `=expression` in a document becomes a number, true or false; `{expression}` within
a text becomes text. What holds a missing value is left out: the field of a document, the item
of a list, the record of a frame.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

from simulators.expression import Expression, Reference
from simulators.sample import Sample

Template: TypeAlias = Callable[[Sample], bytes]
Part: TypeAlias = Callable[[Sample], Any]

_PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")
_FIELD: Final = re.compile(r"([iuw])(8|16|24|32) (.+)")


def references(written: Any) -> Iterator[Reference]:
    """Yield all that a template refers to.

    Raises:
        ValueError: something in it is no expression.
    """
    if isinstance(written, dict):
        yield from references(list(written.values()))
    elif isinstance(written, list | tuple):
        for one in written:
            yield from references(one)
    elif isinstance(written, str):
        if field := _FIELD.fullmatch(written):
            yield Reference(field[3])
        elif written.startswith("="):
            yield Reference(written[1:])
        else:
            yield from (Reference(found) for found in _PLACEHOLDER.findall(written))


def document_template(written: Any) -> Template:
    """Return a template of JSON."""
    part = _document(written)
    return lambda sample: json.dumps(part(sample)).encode()


def text_template(written: str) -> Template:
    """Return a template of text, line ends as they are written."""
    part = _text(written)

    def text(sample: Sample) -> bytes:
        whole = part(sample)
        return b"" if whole is None else str(whole).encode()

    return text


def frame_template(written: Iterable[str | list[str]], *, byte_order: str) -> Template:
    """Return a template of bytes.

    It is a row of records: `0175` in hexadecimal, `u8 battery`, or a list of these that belong
    together. `i16` has a sign; `w16` begins anew at 0, as registers do, where `u16` stays full.
    """
    records = [_record([one] if isinstance(one, str) else one, byte_order) for one in written]
    return lambda sample: b"".join(record(sample) for record in records)


def _document(written: Any) -> Part:
    if isinstance(written, dict):
        return _object(written)
    if isinstance(written, list):
        items = [_item(one) for one in written]
        return lambda sample: [one for item in items if (one := item(sample)) is not None]
    if isinstance(written, str):
        return Reference(written[1:]).worth if written.startswith("=") else _text(written)
    return lambda _: written


def _item(written: Any) -> Part:
    return _object(written, whole=True) if isinstance(written, dict) else _document(written)


def _object(written: dict[str, Any], *, whole: bool = False) -> Part:
    """Return an object less what misses a value; a `whole` one is then not there at all."""
    fields = {key: _document(value) for key, value in written.items()}

    def values(sample: Sample) -> dict[str, Any] | None:
        found = {key: part(sample) for key, part in fields.items()}
        there = {
            key: value for key, value in found.items() if value is not None or written[key] is None
        }
        return None if whole and len(there) < len(found) else there

    return values


def _text(written: str) -> Part:
    pieces: list[str | Expression] = [
        Reference(piece).worth if place % 2 else piece
        for place, piece in enumerate(_PLACEHOLDER.split(written))
    ]

    def text(sample: Sample) -> str | None:
        words = [piece if isinstance(piece, str) else piece(sample) for piece in pieces]
        return None if None in words else "".join(str(word) for word in words)

    return text


def _record(written: Iterable[str], byte_order: str) -> Template:
    fields = [_field(one, byte_order) for one in written]

    def record(sample: Sample) -> bytes:
        parts = [field(sample) for field in fields]
        return b"".join(part for part in parts if part) if None not in parts else b""

    return record


def _field(written: str, byte_order: str) -> Callable[[Sample], bytes | None]:
    field = _FIELD.fullmatch(written)
    if field is None:
        literal = bytes.fromhex(written)
        return lambda _: literal
    signed, wraps = field[1] == "i", field[1] == "w"
    bits, worth = int(field[2]), Reference(field[3]).worth
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)

    def number(sample: Sample) -> bytes | None:
        value = worth(sample)
        if value is None:
            return None
        whole = int(value) % (high + 1) if wraps else min(max(int(value), low), high)
        return whole.to_bytes(bits // 8, "big" if byte_order == "big" else "little", signed=signed)

    return number
