"""Broken payloads: what devices, firmware and radio really get wrong, one function for each."""

import re
from collections.abc import Callable, Mapping
from typing import Final

_NUMBER = re.compile(rb"\d+\.\d+|\d{2,}")
_LARGE_BYTES = 2 * 1024 * 1024
_DEPTH = 20_000


def _truncated(payload: bytes) -> bytes:
    return payload[: len(payload) * 2 // 3]


def _empty(_: bytes) -> bytes:
    return b""


def _not_utf8(payload: bytes) -> bytes:
    middle = len(payload) // 2
    return payload[:middle] + b"\xff\xfe\xc3" + payload[middle + 3 :]


def _zero_bytes(payload: bytes) -> bytes:
    return b"\x00" * len(payload)


def _other_shape(_: bytes) -> bytes:
    return b'["restarted", 3]'


def _deep(_: bytes) -> bytes:
    return b"[" * _DEPTH + b"]" * _DEPTH


def _large(_: bytes) -> bytes:
    return b"\xaa" * _LARGE_BYTES


def _overflow(payload: bytes) -> bytes:
    return _NUMBER.sub(b"1e400", payload)


def _not_a_number(payload: bytes) -> bytes:
    return _NUMBER.sub(b"NaN", payload)


KINDS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "truncated": _truncated,
    "empty": _empty,
    "not-utf8": _not_utf8,
    "zero-bytes": _zero_bytes,
    "other-shape": _other_shape,
    "deep": _deep,
    "large": _large,
    "overflow": _overflow,
    "not-a-number": _not_a_number,
}
"""Every kind of damage by its name: a function from a payload to the broken one."""
