"""A dead letter as a person reads it: why, where, and the payload as text and as bytes."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

_DUMPED_BYTES: Final = 4096
_ROW_BYTES: Final = 16


def printable(text: str) -> str:
    """Return a line without what a terminal would obey."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def letter_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield a whole dead letter, line by line, for a terminal."""
    profile = f"{facts['profile']} version {facts['profile_version']}"
    yield f"dead letter  {facts['dead_letter_id']}{_state(facts)}"
    yield f"reading      {facts['reading']}"
    yield f"city         {facts['city'] or 'cannot be told'}"
    yield f"topic        {printable(facts['source'])}"
    yield f"received     {facts['received_time']:%Y-%m-%d %H:%M:%S.%f}Z over {facts['channel']}"
    yield f"profile      {profile if facts['profile'] else 'none'}"
    yield f"rejected by  {facts['station']}{_place(facts)}"
    for one in facts["rejections"]:
        yield f"reason       {one['reason']}: {one['sentence'].get('en', '')}"
        yield f"             {printable(one['detail'])}"
        if one.get("where"):
            yield f"             at {printable(one['where'])}"
    yield from _payload_lines(facts)


def _state(facts: Mapping[str, Any]) -> str:
    replayed = facts["replayed_at"]
    return f", replayed {replayed:%Y-%m-%d %H:%M:%S}Z" if replayed else ""


def _place(facts: Mapping[str, Any]) -> str:
    if facts["reading_offset"] < 0:
        return ""
    return f", reading {facts['reading_offset']} of partition {facts['reading_partition']}"


def _payload_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    payload = base64.b64decode(facts["payload_base64"])
    whole = facts["payload_bytes"]
    kept = "" if len(payload) == whole else f", of which {len(payload)} were kept"
    yield f"payload      {whole} bytes{kept}, SHA-256 {facts['payload_sha256']}"
    yield from (f"  {printable(line)}" for line in _readable(facts["payload"]).split("\n"))
    yield from _dump(payload[:_DUMPED_BYTES])
    if len(payload) > _DUMPED_BYTES:
        yield f"  … the rest is in --json, payload_base64 ({len(payload)} bytes)"


def _readable(text: str) -> str:
    """Return JSON with a line a field, other text as it is."""
    with suppress(ValueError, RecursionError):
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text


def _dump(payload: bytes) -> Iterator[str]:
    for begin in range(0, len(payload), _ROW_BYTES):
        row = payload[begin : begin + _ROW_BYTES]
        letters = "".join(chr(one) if 0x20 <= one < 0x7F else "." for one in row)  # noqa: PLR2004 - ASCII
        yield f"  {begin:08x}  {row.hex(' '):<47}  {letters}"
