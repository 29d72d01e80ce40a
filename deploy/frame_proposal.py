"""A first profile of a binary frame: byte by byte, to be joined after the maker's table."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.envelope_contents import Contents, port_in

_HEX: Final = re.compile(rb"\s*([0-9A-Fa-f]{2}[\s:-]*)+")
_SHOWN: Final = 60
_DATASTREAM: Final = (
    "# temperature: {observed_property: air-temperature, path: byte_0, unit: Cel, scale: 0.1}"
)


class Sent(NamedTuple):
    """A frame as a device sent it, and how it came.

    Attributes:
        frame: its bytes.
        port: the LoRaWAN port, where it is told.
        envelope: id of the profile of the envelope that it came in, empty for none.
    """

    frame: bytes
    port: int | None = None
    envelope: str = ""


def frame_of(sample: bytes, profiles: Iterable[CompiledProfile]) -> Sent | None:
    """Return the frame that a sample is, writes in hexadecimal, or carries; else `None`."""
    if _HEX.fullmatch(sample):
        return Sent(bytes.fromhex(re.sub(r"[\s:-]", "", sample.decode())))
    for outer in profiles:
        if outer.contents is not None and (found := _carried(outer, outer.contents, sample)):
            return found
    try:
        sample.decode()
    except UnicodeDecodeError:
        return Sent(sample)
    return None


def propose_frame(profile_id: str, sent: Sent) -> str:
    """Return the text of a profile, in which the fields and datastreams are to be completed."""
    came = f"# The sample came in {sent.envelope}.\n" if sent.envelope else ""
    if sent.port is None:
        head, indent = "  header:", "    "
    else:
        head, indent = f"  layouts:\n    - ports: [{sent.port}]\n      header:", "        "
    lines = [
        f"{came}id: {profile_id}",
        f"title: {profile_id.replace('/', ' ')}  # what the device is",
        "version: 1",
        "source: unknown  # the maker's table that says what the bytes mean",
        "personal: no  # yes, when the values are about persons, such as a home's consumption",
        "decode: frame",
        "frame:",
        "  byte_order: big  # little, where the low byte of a number comes first",
        f"{head}  # a field for each row of the maker's table: join the bytes of a number",
        *(f"{indent}{line}" for line in _fields(sent.frame)),
        "datastreams:  # one for each value, with names of the vocabulary, such as",
        f"  {_DATASTREAM}",
        "examples:",
        "  - description: the sample; put bytes of your own in",
        f"    topic: city/demo/{profile_id}/sample",
        f"    received_time: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f'    payload_hex: "{sent.frame.hex(" ")}"',
        *([] if sent.port is None else [f"    port: {sent.port}"]),
        "    empty: no-values",
    ]
    return "\n".join([*lines, ""])


def _fields(frame: bytes) -> Iterator[str]:
    for place, byte in enumerate(frame[:_SHOWN]):
        pair = frame[place : place + 2]
        told = f"{byte:02x} = {byte}"
        if len(pair) > 1:
            big, little = (int.from_bytes(pair, order, signed=True) for order in ("big", "little"))
            told += f"; with the next: {big}, low byte first: {little}"
        yield f"- {{name: byte_{place}, type: u8}}  # {told}"
    if len(frame) > _SHOWN:
        yield "- {name: others, type: rest}"


def _carried(outer: CompiledProfile, contents: Contents, sample: bytes) -> Sent | None:
    """Return the frame that an envelope carries, `None` when the sample is no such envelope."""
    try:
        document = outer.decode(sample)
        if outer.requires is None or not outer.requires(document) or contents.encoded is None:
            return None
        frame = contents.from_text(str(contents.encoded(document)))
    except (ReadingRejected, ValueError):
        return None
    return Sent(frame, port_in(contents, document), outer.id) if frame else None
