"""P1 telegrams (DSMR 2.2 to 5, Fluvius e-MUCS): the text in, its objects by OBIS reference out.

The document has an object for each line: `"1-0:1.8.1"` holds `value`, `unit` and, where it has
one of its own, `time`. A meter behind the electricity meter lies on a channel that differs from
house to house; `devices` holds its objects by what it is: `devices."3"."24.2.1"` is the gas
meter's (3 gas, 7 water, 4 heat; DSMR P1 Companion Standard, table 6-12).
"""

import re
import struct
from functools import cache
from typing import Any, Final, NamedTuple

from schemas.decoders.json_document import read_text
from schemas.errors import ReadingRejected

OBJECT_LINE: Final = re.compile(
    r"(\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3})((?:\([^()]*\))+)", re.ASCII
)
_GROUP: Final = re.compile(r"\(([^()]*)\)")
_REFERENCE: Final = re.compile(r"0-(\d{1,3}):(\d{1,3}\.\d{1,3}\.\d{1,3})", re.ASCII)
_TIME: Final = re.compile(r"\d{12}[SW]?", re.ASCII)
_VERSIONS: Final = ("1-3:0.2.8(", "0-0:96.1.4(")
_LINES_LIMIT: Final = 400
_POLYNOMIAL: Final = 0xA001


class Lines(NamedTuple):
    """A telegram's lines with content, the identification first, less `!` and checksum."""

    lines: list[str]
    is_checked: bool


def read_telegram(payload: bytes) -> dict[str, Any]:
    """Return the objects of a telegram.

    Raises:
        ReadingRejected: it is no telegram, a line is none, or its checksum is wrong or missing
            where its version has one.
    """
    document = _objects(read_lines(payload))
    document["devices"] = _devices(document)
    return document


def read_lines(payload: bytes) -> Lines:
    """Return the lines of a telegram, after a look at its checksum.

    Raises:
        ReadingRejected: it is no telegram, or its checksum is wrong or missing.
    """
    text = read_text(payload)
    begin, end = text.find("/"), text.rfind("!")
    if begin < 0 or end < begin or text[:begin].strip():
        raise _malformed("a telegram begins with `/` and ends with `!`")
    stated, lines = text[end + 1 :].strip(), _whole_lines(text[begin:end])
    if stated and checksum(text[begin : end + 1].encode()) != stated.upper():
        detail = f"the telegram says {stated[:8]!r}, which does not fit its content"
        raise ReadingRejected("telegram.checksum", detail)
    if not stated and any(line.startswith(_VERSIONS) for line in lines):
        raise ReadingRejected("telegram.checksum", "the checksum after `!` is missing")
    return Lines(lines, bool(stated))


def write_telegram(telegram: Lines) -> bytes:
    """Return a telegram of these lines, with its checksum where it had one."""
    first, *lines = telegram.lines
    content = "\r\n".join([first, "", *lines, "!"]).encode()
    return content + (checksum(content) if telegram.is_checked else "").encode() + b"\r\n"


def checksum(content: bytes) -> str:
    """Return the CRC-16/ARC of a telegram from `/` to `!`, as four hexadecimal digits."""
    if len(content) % 2:
        content = b"\0" + content  # a leading zero changes nothing, as the register begins at 0
    table, crc = _two_byte_table(), 0
    for word in struct.unpack(f"<{len(content) // 2}H", content):
        crc = table[crc ^ word]
    return f"{crc:04X}"


@cache
def _two_byte_table() -> tuple[int, ...]:
    """Return the register after two bytes, which is as wide: half the steps of one byte each."""
    one = [_after_one_byte(byte) for byte in range(256)]
    halves = ((register >> 8) ^ one[register & 0xFF] for register in range(65536))
    return tuple((half >> 8) ^ one[half & 0xFF] for half in halves)


def _after_one_byte(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ _POLYNOMIAL if register & 1 else register >> 1
    return register


def _objects(telegram: Lines) -> dict[str, Any]:
    document: dict[str, Any] = {"identification": telegram.lines[0][1:]}
    for line in telegram.lines[1:]:
        match = OBJECT_LINE.fullmatch(line)
        if match is None and telegram.is_checked:
            continue  # a vendor's own addition
        if match is None:
            raise _malformed("a line is no object, and without checksum that may be damage")
        if match[1] in document:
            raise ReadingRejected("payload.duplicate-key", f"{match[1]} is there twice", match[1])
        document[match[1]] = _object(_GROUP.findall(match[2]))
    return document


def _whole_lines(text: str) -> list[str]:
    """Return the lines with content; DSMR 2.2 continues the gas object on the next line."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("(") and len(lines) > 1:
            lines[-1] += line.strip()
        elif line.strip():
            lines.append(line.strip())
    if len(lines) > _LINES_LIMIT:
        raise _malformed(f"more than {_LINES_LIMIT} lines")
    return lines


def _object(groups: list[str]) -> dict[str, str]:
    if _is_old_gas(groups):
        return {"time": groups[0], "unit": groups[5], "value": groups[6]}
    value, _, unit = groups[-1].partition("*")
    found = {"value": value, "unit": unit}
    if len(groups) > 1 and _TIME.fullmatch(groups[0]):
        found["time"] = groups[0]
    return found


def _is_old_gas(groups: list[str]) -> bool:
    # 0-n:24.3.0(time)(status)(minutes)(1)(0-n:24.2.1)(m3), then (value) on the next line.
    return len(groups) == 7 and _REFERENCE.fullmatch(groups[4]) is not None  # noqa: PLR2004


def _devices(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Gather the objects of the meters behind this one, by the kind of meter."""
    channels: dict[str, dict[str, Any]] = {}
    for reference, found in document.items():
        match = _REFERENCE.fullmatch(reference)
        if match and match[1] != "0":
            channels.setdefault(match[1], {})[match[2]] = found
    devices: dict[str, dict[str, Any]] = {}
    for objects in channels.values():
        kind = objects.get("24.1.0", {}).get("value", "").lstrip("0")
        if kind:
            devices[kind] = {**objects, **devices.get(kind, {})}
    return devices


def _malformed(detail: str) -> ReadingRejected:
    return ReadingRejected("payload.malformed", f"no P1 telegram: {detail}")
