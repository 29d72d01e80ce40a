"""Whatever a device sends, or a profile says: observed, rejected or refused; nothing else."""

from collections.abc import Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deploy.installation import EXAMPLES
from ingest.envelope import Envelope
from ingest.gates import gate_of
from ingest.mqtt_packets import MalformedPacket, take_publishes
from schemas.cities.registry import Registry, load_registry
from schemas.errors import Misconfigured
from schemas.interpreter.compiled_profile import CompiledProfile, compile_profile
from schemas.language.sensor_profile import SensorProfile
from schemas.library import profile_files
from schemas.self_check import example_payload, thing_in
from schemas.wire import DeadLetter
from schemas.yaml_source import parse_yaml, read_model
from stream_processors.arrival import arrival_of
from stream_processors.record import Record
from stream_processors.steps.normalise import normalise
from tests.fuzz.laws import NOW, VOCABULARY, law, refused_or
from tests.schemas.test_hostile_payloads import PROFILES, read

SAMPLES = [
    (profile, example_payload(example), thing_in(example.topic))
    for profile in PROFILES
    for example in profile.definition.examples
]
TEXTS = [file.read_text(encoding="utf-8") for file in profile_files(files("schemas") / "profiles")]
TOPIC = b"city/vlierhove/telraam/v2/x"

_bits = st.sampled_from(
    (b"", b"\x00", b"\xff", b"{", b"]", b'"', b"null", b"1e999", b"-1", b"\r\n", b";", b"&#0;",
     b"\xed\xa0\x80", b"\xef\xbb\xbf", b"NaN", b"9" * 30, b"[" * 300, b'"x"', b":", b"true")
)  # fmt: skip
_edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), _bits | st.binary(max_size=6)),
    min_size=1,
    max_size=5,
)


def edited(content: bytes, edits: Sequence[tuple[float, int, bytes]]) -> bytes:
    """Return content with parts of it exchanged."""
    for share, width, new in edits:
        place = int(share * len(content))
        content = content[:place] + new + content[place + width :]
    return content


def _compiled(text: bytes) -> CompiledProfile:
    source = parse_yaml(text, "acme/probe.yaml")
    return compile_profile(read_model(source, SensorProfile), source, VOCABULARY)


@cache
def _registry() -> Registry:
    return load_registry([EXAMPLES / "vlierhove", EXAMPLES / "leiedonk"])


@cache
def _envelope() -> Envelope:
    return Envelope(
        _registry().routes, partial(gate_of, _registry()), payload_bytes=500, beginning_bytes=50
    )


@law
@given(sample=st.sampled_from(SAMPLES), edits=_edits)
def spoilt_payload_is_observed_or_rejected(
    sample: tuple[Any, bytes, str | None], edits: list[tuple[float, int, bytes]]
) -> None:
    """A payload with parts exchanged goes all the way to the wire, or is rejected."""
    profile, payload, thing = sample
    read(profile, edited(payload, edits), thing)


@law
@given(profile=st.sampled_from(PROFILES), payload=st.binary(max_size=300))
def any_bytes_are_observed_or_rejected(profile: Any, payload: bytes) -> None:
    """So do any bytes at all."""
    read(profile, payload)


_words = st.sampled_from(
    ("json", "csv", "frame", "xml", "text", "null", "0", "-1", "1e9", "[]", "{}", "a.b", "a[*].b",
     "length(@)", "each:", "scale:", "path:", "unit:", "'", '"', "&a", "*a", "!!python/none", "\t")
)  # fmt: skip
_rewritten = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), _words.map(str.encode) | _bits),
    min_size=1,
    max_size=3,
)


@law
@given(text=st.sampled_from(TEXTS), edits=_rewritten, payload=st.binary(max_size=60))
def spoilt_profile_is_refused_or_reads_on(
    text: str, edits: list[tuple[float, int, bytes]], payload: bytes
) -> None:
    """A profile with parts exchanged is refused with a sentence, or reads what it is given."""
    profile = refused_or(partial(_compiled, edited(text.encode(), edits)), Misconfigured)
    if profile is not None:
        for content in (payload, *map(example_payload, profile.definition.examples[:2])):
            read(profile, content)


@law
@given(
    head=st.sampled_from((0x30, 0x31, 0x32, 0x3A, 0x3D, 0x40)),
    topic=st.binary(max_size=40) | st.just(TOPIC),
    payload=st.binary(max_size=40),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 3), st.binary(max_size=3)), max_size=2
    ),
    version_5=st.booleans(),
)
def packets_are_taken_whole_or_refused(
    head: int,
    topic: bytes,
    payload: bytes,
    edits: list[tuple[float, int, bytes]],
    version_5: bool,
) -> None:
    """MQTT packets give the same messages in one piece and in two; each becomes an item."""
    body = len(topic).to_bytes(2, "big") + topic + b"\x00\x07" * bool(head & 6)
    body += b"\x00" * version_5 + payload
    stream = edited(bytes((head, len(body))) + body, edits) * 2
    try:
        messages, end = take_publishes(stream, 0, version_5=version_5)
    except MalformedPacket:
        return
    assert 0 <= end <= len(stream)
    first, middle = take_publishes(stream[: end // 2], 0, version_5=version_5)
    rest, last = take_publishes(stream, middle, version_5=version_5)
    assert (first + rest, last) == (messages, end)
    for message in messages:
        item = _envelope().seal(message, received_time=NOW)
        assert item.source.isprintable()
        assert isinstance(item, DeadLetter) or item.city in item.source


@law
@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(("wire", "city", "source", "receivedTime", "channel", "qos", "dup")),
            st.sampled_from((b"1", b"", TOPIC, b"vlierhove", b"2026-03-01T00:00:00Z", b"http"))
            | st.binary(max_size=12),
        ),
        max_size=6,
    ),
    key=st.binary(max_size=20),
    value=st.binary(max_size=60),
    timestamp=st.integers(-(2**40), 2**42),
    tombstone=st.booleans(),
)
def any_record_is_normalised_or_rejected(
    headers: list[tuple[str, bytes]],
    key: bytes,
    value: bytes,
    timestamp: int,
    tombstone: bool,
) -> None:
    """Whatever lies in Kafka gives one passage, and a reason where it gives nothing."""
    whole = [("wire", b"1"), ("channel", b"mqtt"), ("contentType", b""), ("retained", b"0")]
    record = Record(
        topic="city.readings",
        partition=0,
        offset=1,
        timestamp=timestamp,
        key=key,
        value=value,
        headers=(*whole, *headers),
        tombstone=tombstone,
    )
    (passage,) = normalise([arrival_of(record)], registry=_registry())
    result = passage.result
    assert result.observations or result.rejections or result.empty
    for rejection in result.rejections:
        assert rejection.reason in VOCABULARY.rejections
        assert rejection.reason != "profile.failed"
