"""Bytes that are plainly JSON, and all others."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decoders.json_document import PAYLOAD_LIMIT_BYTES, read_json, read_text
from schemas.errors import ReadingRejected

HOSTILE = {
    b"": "payload.empty",
    b" \n": "payload.empty",
    b"\xef\xbb\xbf": "payload.empty",
    b"{": "payload.malformed",
    b"{'a': 1}": "payload.malformed",
    b'{"a": 1} trailing': "payload.malformed",
    b'{"a": NaN}': "payload.malformed",
    b'{"a": Infinity}': "payload.malformed",
    b'{"a": "\\ud800"}': "payload.malformed",
    b'{"a": 1e400}': "payload.number",
    b'{"a": ' + b"9" * 5000 + b"}": "payload.number",
    b'{"a": "\xff"}': "payload.not-utf8",
    b"\xff\xfe{\x00}\x00": "payload.not-utf8",
    b'{"a": "\\u0000"}': "payload.nul",
    b'{"a": "\x00"}': "payload.nul",
    b"[" * 33 + b"]" * 33: "payload.too-deep",
    b"[" * 500_000 + b"]" * 500_000: "payload.too-deep",
    b'{"a":' * 400 + b"1" + b"}" * 400: "payload.too-deep",
    b'{"a": 1, "a": 1}': "payload.duplicate-key",
    b'{"a":1,"a" :2}': "payload.duplicate-key",
    b'{"a":1,"a"\n:2,"b":":"}': "payload.duplicate-key",
    b'{"b":{"a":1,"\\u0061":2}}': "payload.duplicate-key",
    b'[{"a":1},{"a":":","a":2}]': "payload.duplicate-key",
    b'"' + b"x" * PAYLOAD_LIMIT_BYTES + b'"': "payload.too-large",
}


@pytest.mark.parametrize("payload", HOSTILE, ids=lambda payload: repr(payload[:24]))
def test_hostile_payload_is_rejected_with_its_reason(payload: bytes) -> None:
    with pytest.raises(ReadingRejected) as rejected:
        read_json(payload)

    assert rejected.value.reason == HOSTILE[payload]
    assert rejected.value.detail


@pytest.mark.parametrize(
    "payload",
    [
        b"\xef\xbb\xbf{}",
        b'{"a":":","b":"x\\":y"}',
        b'{"a": "1 : 2"}',
        b'[{"a":1},{"a":2}]',
        b'{"a":"\\\\u0000"}',
        b"[" * 32 + b"]" * 32,
    ],
)
def test_unusual_payload_is_read(payload: bytes) -> None:
    assert read_json(payload) == json.loads(payload.removeprefix(b"\xef\xbb\xbf"))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(':"\\a ', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(':"a'), inner, max_size=3),
    max_leaves=8,
)


@given(value=values, separators=st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]))
def test_any_json_without_duplicates_is_read(value: Any, separators: tuple[str, str]) -> None:
    payload = json.dumps(value, separators=separators).encode()

    assert read_json(payload) == value


@given(
    key=st.text('a":', min_size=1, max_size=3),
    other=values,
    colon=st.sampled_from([":", " :", "\n:"]),
)
def test_a_key_that_is_there_twice_is_always_found(key: str, other: Any, colon: str) -> None:
    pair = f"{json.dumps(key)}{colon}{json.dumps(other)}"

    with pytest.raises(ReadingRejected, match=r"payload\.duplicate-key"):
        read_json(f'[{{{pair},"z":1,{pair}}}]'.encode())


@pytest.mark.parametrize(
    ("payload", "reason"),
    [(b"", "payload.empty"), (b"a\x00", "payload.nul"), (b"\xff", "payload.not-utf8")],
)
def test_hostile_text_is_rejected(payload: bytes, reason: str) -> None:
    with pytest.raises(ReadingRejected) as rejected:
        read_text(payload)

    assert rejected.value.reason == reason
