"""What an envelope says about the device's payload in it, compiled into look-ups."""

import binascii
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from schemas.interpreter.phenomenon_time import compile_paths
from schemas.language.paths import MISSING, Getter, compile_path
from schemas.language.sensor_profile import Envelope

ModelOf: TypeAlias = Callable[[Any], str]
UplinkOf: TypeAlias = Callable[[Any], bytes]
FromText: TypeAlias = Callable[[str], bytes]
_PORT: Final = re.compile(r"\d{1,3}", re.ASCII)


class Contents(NamedTuple):
    """Where things are in an envelope.

    Attributes:
        encoded: finds the device's bytes, as text.
        from_text: makes bytes of that text; ValueError when it is none.
        document: finds the document that the network server made of them.
        port: finds the LoRaWAN port that they came on.
        model: returns what the envelope calls the device's model, empty for nothing.
        uplink: returns what names the uplink, whichever gateway heard it; empty for nothing.
    """

    encoded: Getter | None
    from_text: FromText
    document: Getter | None
    port: Getter | None
    model: ModelOf | None
    uplink: UplinkOf | None


def compile_contents(envelope: Envelope) -> Contents:
    """Return the look-ups of an envelope."""
    return Contents(
        encoded=compile_paths(envelope.bytes) if envelope.bytes else None,
        from_text=bytes.fromhex if envelope.encoding == "hex" else _from_base64,
        document=compile_paths(envelope.document) if envelope.document else None,
        port=compile_path(envelope.port) if envelope.port else None,
        model=_model_of([compile_path(path) for path in envelope.model]),
        uplink=_uplink_of([compile_path(path) for path in envelope.uplink]),
    )


def port_in(contents: Contents, document: Any) -> int | None:
    """Return the port that an envelope tells, as a number or as digits; `None` without one."""
    port = contents.port(document) if contents.port else MISSING
    if type(port) is str and _PORT.fullmatch(port):
        return int(port)
    return port if type(port) is int else None


def _from_base64(text: str) -> bytes:
    return binascii.a2b_base64(text, strict_mode=True)


def _model_of(getters: list[Getter]) -> ModelOf | None:
    if not getters:
        return None

    def model(document: Any) -> str:
        names = [get(document) for get in getters]
        return "/".join(names) if all(type(name) is str for name in names) else ""

    return model


def _uplink_of(getters: list[Getter]) -> UplinkOf | None:
    if not getters:
        return None

    def uplink(document: Any) -> bytes:
        parts = [get(document) for get in getters]
        named = all(type(part) in (str, int, float, bool) or part is None for part in parts)
        return msgspec.json.encode(parts) if named else b""

    return uplink
