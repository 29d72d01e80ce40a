"""Whatever is sent: a reading is observed or rejected, in bounded time, and nothing else."""

import json
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import Yield, observe
from schemas.interpreter.rejections import rejection_of
from schemas.library import Library
from schemas.privacy import gate
from schemas.self_check import example_payload
from schemas.vocabulary import Vocabulary
from schemas.wire import NormalisedReading, encode, read_normalised

VOCABULARY = Vocabulary.load()
PROFILES = list(Library.load(vocabulary=VOCABULARY))
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**15, 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "1e999", "nan", "2026-03-01T00:00:00Z", "0001-01-01T00:00+05:00", "x"])
    | st.text(max_size=5)
)


def keys_of(document: Any) -> set[str]:
    if isinstance(document, dict):
        return set(document).union(*(keys_of(value) for value in document.values()))
    if isinstance(document, list):
        return set().union(*(keys_of(value) for value in document))
    return set()


KEYS = sorted(
    keys_of([one.payload for profile in PROFILES for one in profile.definition.examples])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=15,
)


def read(
    profile: CompiledProfile, payload: bytes, thing: str | None = "t", port: int | None = None
) -> Yield | None:
    """Take a payload all the way to the wire; `None` when it was rejected."""
    found: Yield | None
    try:
        found = observe(
            profile,
            gate(profile, payload),
            thing=thing,
            received_time=NOW,
            zone=BRUSSELS,
            port=port,
        )
    except ReadingRejected as error:
        rejection = rejection_of(error)
        found = None
    if found is None:
        assert rejection.reason in VOCABULARY.rejections
        assert len(rejection.detail) < 400
        return None
    assert bool(found.empty) == (not found.observations and not found.rejections)
    record = NormalisedReading(
        city="demo",
        source="city/demo/t",
        partition=0,
        offset=0,
        received_time=NOW,
        observations=tuple(
            profile.measured_by(one).qualify(one, NOW) for one in found.observations
        ),
        rejections=found.rejections,
    )
    assert len(read_normalised(encode(record)).observations) == len(found.observations)
    return found


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.id)
@settings(max_examples=150, deadline=None)
@given(document=values, thing=st.none() | st.just("t"))
def test_any_json_is_observed_or_rejected(
    profile: CompiledProfile, document: Any, thing: str | None
) -> None:
    read(profile, json.dumps(document).encode(), thing)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.id)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_example_with_a_part_exchanged_is_observed_or_rejected(
    profile: CompiledProfile, data: st.DataObject
) -> None:
    example = data.draw(st.sampled_from(profile.definition.examples))
    if not isinstance(example.payload, dict):
        payload = bytearray(example_payload(example))
        place = data.draw(st.integers(0, len(payload) - 1))
        payload[place] = data.draw(st.integers(0, 255))
        read(profile, bytes(payload), port=example.port)
        return
    key = data.draw(st.sampled_from(sorted(example.payload)))
    read(profile, json.dumps({**example.payload, key: data.draw(values)}).encode())


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.id)
@settings(max_examples=60, deadline=None)
@given(payload=st.binary(max_size=200))
def test_any_bytes_are_observed_or_rejected(profile: CompiledProfile, payload: bytes) -> None:
    read(profile, payload)


@settings(max_examples=60, deadline=None)
@given(left_out=st.sets(st.sampled_from(["car", "heavy", "bike", "pedestrian", "v85"])))
def test_field_left_out_is_no_observation_and_never_zero(left_out: set[str]) -> None:
    profile = next(one for one in PROFILES if one.id == "telraam/v2")
    document = dict(profile.definition.examples[0].payload)
    for name in left_out:
        del document[name]

    found = read(profile, json.dumps(document).encode())

    assert {one.datastream: one.result for one in (found.observations if found else ())} == {
        name: document[name]
        for name in ("car", "heavy", "bike", "pedestrian", "v85")
        if name not in left_out
    }


HUGE = {
    "deep": b'{"a":' * 100_000,
    "deep and closed": b"[" * 500_000 + b"]" * 500_000,
    "five megabytes": b'{"date":"' + b"x" * 5_000_000 + b'"}',
    "many keys": b"{" + b",".join(b'"k%d":1' % i for i in range(90_000)) + b"}",
    "many objects": b"[" + b",".join([b"{}"] * 300_000) + b"]",
    "colons": b'{"a":"' + b'\\":' * 300_000 + b'"}',
    "many pairs": b'{"sensordatavalues":['
    + b",".join(b'{"value_type":"P%d","value":"1"}' % i for i in range(25_000))
    + b"]}",
    "digits": b'{"car":' + b"9" * 1_000_000 + b"}",
    "lines": b"/A\r\n" + b"1-0:1.8.1(1)\r\n" * 70_000 + b"!\r\n",
    "brackets": b"/A\r\n1-0:1.8.1" + b"(1)" * 300_000 + b"x\r\n!\r\n",
    "unclosed": b"/A\r\n1-0:1.8.1" + b"(" * 1_000_000 + b"\r\n!\r\n",
    "checksum": b"/A\r\n" + b"x" * 1_000_000 + b"!0000\r\n",
}


_LONG_NAME = b"urn:" + b"x" * 400_000
AMPLIFIED = {
    "a namespace before each name": (
        "miv/loop-detector",
        b'<r xmlns="' + _LONG_NAME + b'">' + b"<a/>" * 90_000 + b"</r>",
    ),
    "a namespace before each attribute": (
        "miv/loop-detector",
        b'<r xmlns:p="' + _LONG_NAME + b'">' + b"<a p:b=''/>" * 50_000 + b"</r>",
    ),
    "nothing but lines": ("sensor-community/archive-sds011", b"1\n" * 500_000),
    "nothing but lists": ("telraam/v2", b"[" + b",".join([b"[]"] * 300_000) + b"]"),
    "nothing but records": (
        "ietf/senml",
        b"[" + b",".join([b'{"n":"a:b","v":1}'] * 50_000) + b"]",
    ),
    "a frame of a megabyte": ("cayenne/lpp", b"\x01\x67\x01\x10" * 250_000),
}


@pytest.mark.parametrize("name", AMPLIFIED)
def test_payload_that_would_become_something_much_larger_is_too_large(name: str) -> None:
    model, payload = AMPLIFIED[name]
    profile = next(one for one in PROFILES if one.id == model)

    with pytest.raises(ReadingRejected, match=r"payload\.too-large"):
        observe(profile, payload, thing="t", received_time=NOW, zone=BRUSSELS)


@pytest.mark.parametrize("name", HUGE)
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.id)
def test_huge_payload_costs_little(profile: CompiledProfile, name: str) -> None:
    begin = time.process_time()

    found = read(profile, HUGE[name])

    assert found is None or not found.observations or name == "many pairs"
    assert time.process_time() - begin < 2
