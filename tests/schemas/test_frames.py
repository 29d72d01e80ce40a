"""Binary frames."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ReadingRejected
from schemas.frames import Decoder, compile_frame
from schemas.sensor_profile import Frame

GROUPS = {
    "header": [{"name": "version", "type": "u8", "equals": 2}, {"name": "flags", "type": "u8"}],
    "groups": [
        {"bit": 0, "of": "flags", "fields": [{"name": "a", "type": "u16"}]},
        {"bit": 2, "of": "flags", "fields": [{"name": "b", "type": "i8"}]},
    ],
}
TAGS = {
    "byte_order": "little",
    "tags": {
        "0367": [{"name": "temperature", "type": "i16"}],
        "0468": [{"name": "humidity", "type": "u8"}],
        "fe01": [{"name": "rest", "type": "skip", "bytes": 3}],
    },
}


def decoder(frame: dict[str, Any]) -> Decoder:
    return compile_frame(Frame.model_validate(frame))


def test_groups_are_there_when_their_bit_is_set() -> None:
    decode = decoder(GROUPS)

    assert decode(bytes.fromhex("0201 0102")) == {"version": 2, "flags": 1, "a": 258}
    assert decode(bytes.fromhex("0204 ff")) == {"version": 2, "flags": 4, "b": -1}
    assert decode(bytes.fromhex("0200")) == {"version": 2, "flags": 0}


def test_tagged_records_come_in_any_order() -> None:
    decode = decoder(TAGS)

    expected = {"temperature": -2, "humidity": 9}
    assert decode(bytes.fromhex("0468 09 fe01 aabbcc 0367 feff")) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [("u24", 0x010203), ("i24", -2), ("u32", 2**32 - 1), ("i32", -(2**31)), ("i16", -300)],
)
@pytest.mark.parametrize("order", ["big", "little"])
def test_numbers_are_read_in_both_orders(kind: str, value: int, order: Any) -> None:
    size = int(kind[1:]) // 8
    data = value.to_bytes(size, order, signed=kind[0] == "i")

    decode = decoder({"byte_order": order, "header": [{"name": "x", "type": kind}]})

    assert decode(data) == {"x": value}


def test_floats_are_read() -> None:
    decode = decoder({"header": [{"name": "x", "type": "f32"}]})

    assert decode(struct.pack(">f", 1.5)) == {"x": 1.5}


@pytest.mark.parametrize("data", ["", "02", "0301", "0201 01", "0201 0102 03", "0205 0102"])
def test_frame_of_another_length_or_kind_is_rejected(data: str) -> None:
    with pytest.raises(ReadingRejected, match="not the frame of this model"):
        decoder(GROUPS)(bytes.fromhex(data))


def test_unknown_tag_is_rejected_with_its_place() -> None:
    with pytest.raises(ReadingRejected, match="tag 0999 at byte 3"):
        decoder(TAGS)(bytes.fromhex("0468 09 0999"))


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"groups": [{"bit": 0, "of": "nothing", "fields": []}]}, "List should have"),
        ({"tags": {"0367": []}}, "not both"),
        ({"groups": [], "tags": {"xyz": []}}, "lower-case hexadecimal"),
        ({"groups": [], "tags": {"01": [], "0203": []}}, "same length"),
    ],
)
def test_wrong_table_is_refused(change: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        decoder({**GROUPS, **change})


def test_group_of_an_unknown_field_is_refused() -> None:
    groups = [{"bit": 0, "of": "nothing", "fields": [{"name": "a", "type": "u8"}]}]

    with pytest.raises(ValueError, match="`nothing`, which is not in the header"):
        decoder({**GROUPS, "groups": groups})


@given(data=st.binary(max_size=64), frame=st.sampled_from([GROUPS, TAGS]))
def test_any_bytes_are_read_or_rejected(data: bytes, frame: dict[str, Any]) -> None:
    try:
        found = decoder(frame)(data)
    except ReadingRejected:
        return
    assert isinstance(found, dict)
