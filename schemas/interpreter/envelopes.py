"""Envelopes: which profile reads a payload, and what a network server put around it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.envelope_contents import Contents, port_in
from schemas.interpreter.phenomenon_time import first_path
from schemas.interpreter.rejections import shown
from schemas.language.paths import MISSING


class Opened(NamedTuple):
    """A payload, out of its envelope; without one, outer and inner are the same.

    Attributes:
        outer: profile of the envelope.
        outer_document: the envelope, decoded.
        inner: profile that says what the values are.
        document: what it reads; `MISSING` when the envelope is empty.
    """

    outer: CompiledProfile
    outer_document: Any
    inner: CompiledProfile
    document: Any

    def uplink(self) -> bytes:
        """Return what names the uplink that the envelope brought, empty for nothing."""
        contents = self.outer.contents
        if contents is None or contents.uplink is None:
            return b""
        return contents.uplink(self.outer_document)


def open_payload(profile: CompiledProfile, payload: bytes, port: int | None = None) -> Opened:
    """Return what is inside a payload.

    The profile may be an envelope's, which finds the device's profile by `carried_by`; or the
    device's own, named by the topic, whose payload then comes bare or in one of its envelopes.
    A bare frame may come with the LoRaWAN port that it was sent on.

    Raises:
        ReadingRejected: it cannot be decoded, is of another kind, or no profile knows the device.
    """
    if profile.contents is not None:
        document = _decode(profile, payload)
        inner = _carried(profile, document)
        return Opened(profile, document, inner, _contents(profile, inner, document))
    if profile.envelopes and payload.lstrip()[:1] == b"{":
        around = next(_around(profile, payload), None)
        if around is not None:
            outer, document = around
            return Opened(outer, document, profile, _contents(outer, profile, document))
    if profile.decode_frame is not None:
        document = _required(profile, profile.decode_frame(payload, port))
    else:
        document = _decode(profile, payload)
    return Opened(profile, document, profile, document)


def _decode(profile: CompiledProfile, payload: bytes) -> Any:
    return _required(profile, profile.decode(payload))


def _required(profile: CompiledProfile, document: Any) -> Any:
    if profile.requires is not None and not profile.requires(document):
        detail = f"the payload is not of the kind that {profile.id} reads"
        raise ReadingRejected("payload.unexpected", detail)
    return document


def _around(profile: CompiledProfile, payload: bytes) -> Iterator[tuple[CompiledProfile, Any]]:
    """Yield the envelopes that the payload comes in; each way of decoding is gone once."""
    decoded: dict[Any, Any] = {}
    for outer in profile.envelopes:
        if outer.decode not in decoded:
            decoded[outer.decode] = _decoded(outer, payload)
        document = decoded[outer.decode]
        if document is not MISSING and (outer.requires is None or outer.requires(document)):
            yield outer, document


def _decoded(outer: CompiledProfile, payload: bytes) -> Any:
    try:
        return outer.decode(payload)
    except ReadingRejected:
        return MISSING


def _carried(outer: CompiledProfile, document: Any) -> CompiledProfile:
    model = outer.contents.model(document) if outer.contents and outer.contents.model else ""
    if model in outer.carried_models:
        return outer.carried_models[model]
    for is_it, inner in outer.carried_when:
        if is_it(document):
            return inner
    told = f"the model `{model[:80]}`" if model else "no model that is known"
    detail = f"{outer.id} tells {told}, and no profile says that it is carried so"
    raise ReadingRejected("payload.unknown-model", f"{detail}; see `carried_by`")


def _contents(outer: CompiledProfile, inner: CompiledProfile, document: Any) -> Any:
    """Return the device's own document, `MISSING` when the envelope is empty.

    A profile with a bit table reads the bytes, which are the device's own words; the server's
    document depends on what somebody set up there, and serves profiles without a table.
    """
    contents = outer.contents
    if contents is None:
        return MISSING
    made = contents.document(document) if contents.document else MISSING
    if inner.decode_frame is None and type(made) is dict:
        return _required(inner, made)
    encoded = contents.encoded(document) if contents.encoded else MISSING
    if encoded is MISSING or encoded is None or encoded == "":
        return MISSING
    content = _bytes(outer, contents, encoded if type(encoded) is str else shown(encoded))
    if inner.decode_frame is not None:
        return _required(inner, inner.decode_frame(content, port_in(contents, document)))
    return _decode(inner, content)


def _bytes(outer: CompiledProfile, contents: Contents, encoded: str) -> bytes:
    try:
        return contents.from_text(encoded)
    except ValueError as error:
        envelope = outer.definition.envelope
        where = first_path(envelope.bytes) if envelope and envelope.bytes else ""
        detail = f"the bytes are not {envelope.encoding if envelope else 'bytes'}"
        raise ReadingRejected("payload.malformed", detail, where) from error
