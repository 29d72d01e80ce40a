"""Binary frames."""

import math
import struct
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decoders.frames import Decoder, compile_frame
from schemas.errors import ReadingRejected
from schemas.interpreter.observe import observe
from schemas.language.frame_profile import Frame
from tests.schemas.conftest import MakeProfile

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
GROUPS = {
    "header": [{"name": "version", "type": "u8", "equals": 2}, {"name": "flags", "type": "u8"}],
    "groups": [
        {"bit": 0, "of": "flags", "fields": [{"name": "a", "type": "u16"}]},
        {"bit": 2, "of": "flags", "fields": [{"name": "b", "type": "i8"}]},
    ],
}
TAGS = {
    "byte_order": "little",
    "skips": {"ff02": 2, "0000": 0},
    "history": {
        "20ce": {
            "fields": [{"name": "timestamp", "type": "u32"}, {"name": "kind", "type": "u8"}],
            "groups": [{"bit": 0, "of": "kind", "fields": [{"name": "b", "type": "u8"}]}],
        }
    },
    "tags": {
        "0367": [{"name": "temperature", "type": "i16"}],
        "0468": [{"name": "humidity", "type": "u8"}],
        "fe01": [{"name": "rest", "type": "skip", "bytes": 3}],
    },
}


SERIES = {
    "header": [{"name": "status", "type": "u8"}],
    "series": {
        "start": [{"name": "volume", "type": "u16"}],
        "fields": [{"name": "volume", "type": "u8"}, {"name": "pressure", "type": "i8"}],
        "adds": ["volume"],
        "keeps": ["timestamp"],
    },
    "footer": {
        "fields": [{"name": "battery", "type": "u8"}],
        "groups": [{"of": "status", "bit": 2, "fields": [{"name": "timestamp", "type": "u16"}]}],
    },
}
KINDS = {
    "layouts": [
        {
            "starts": ["4c"],
            "header": [{"name": "kind", "type": "u8"}, {"name": "a", "type": "u8"}],
            "groups": [
                {"of": "a", "equals": 1, "fields": [{"name": "b", "type": "u8"}]},
                {"of": "a", "one_of": [2, 3], "fields": [{"name": "c", "type": "i8"}]},
            ],
        },
        {"starts": ["..5b", "..2e"], "ports": [2], "header": [{"name": "c", "type": "u24"}]},
        {"starts": ["20", "3001"], "header": [{"name": "settings", "type": "rest"}]},
    ],
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
    assert decode(bytes.fromhex("0468 09 fe01 aabbcc 0367 feff")) == {"readings": [expected]}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *(("u24", 0x010203), ("i24", -2), ("u32", 2**32 - 1), ("i32", -(2**31)), ("i16", -300)),
        *(("u48", 2**48 - 1), ("i48", -5), ("u64", 2**64 - 1), ("i64", -(2**63))),
    ],
)
@pytest.mark.parametrize("order", ["big", "little"])
def test_numbers_are_read_in_both_orders(kind: str, value: int, order: Any) -> None:
    size = int(kind[1:]) // 8
    data = value.to_bytes(size, order, signed=kind[0] == "i")

    decode = decoder({"byte_order": order, "header": [{"name": "x", "type": kind}]})

    assert decode(data) == {"x": value}


@pytest.mark.parametrize(("kind", "code"), [("f32", "f"), ("f64", "d")])
def test_floats_are_read(kind: str, code: str) -> None:
    decode = decoder({"header": [{"name": "x", "type": kind}]})

    assert decode(struct.pack(f">{code}", 1.5)) == {"x": 1.5}


@pytest.mark.parametrize("data", ["02", "0301", "0201 01", "0201 0102 03", "0205 0102"])
def test_frame_of_another_length_or_kind_is_rejected(data: str) -> None:
    with pytest.raises(ReadingRejected, match="not the frame of this model"):
        decoder(GROUPS)(bytes.fromhex(data))


def test_frame_without_bytes_is_rejected() -> None:
    with pytest.raises(ReadingRejected, match=r"payload\.empty"):
        decoder(GROUPS)(b"")


@pytest.mark.parametrize(
    ("frame", "data", "where", "detail"),
    [
        (GROUPS, "0201 01", "byte 2", "ends at byte 3, within `a`"),
        (GROUPS, "0301", "byte 0", "`version` is 3, not 2"),
        (GROUPS, "0201 0102 0304", "byte 4", "2 bytes are left over"),
        (TAGS, "0468 09 0999", "byte 3", "tag 0999 at byte 3"),
        (TAGS, "0468 09 04", "byte 3", "tag 04 at byte 3"),
        (TAGS, "fe01 aabb", "byte 2", "ends at byte 4, within `rest`"),
        (TAGS, "ff02 aa", "byte 2", "within a record of 2 bytes"),
        (TAGS, "20ce 010203", "byte 2", "within `timestamp`"),
        (TAGS, "20ce 01000000 01", "byte 7", "within `b`"),
    ],
)
def test_wrong_frame_is_rejected_with_its_place(
    frame: dict[str, Any], data: str, where: str, detail: str
) -> None:
    with pytest.raises(ReadingRejected, match=detail) as rejected:
        decoder(frame)(bytes.fromhex(data))

    assert (rejected.value.reason, rejected.value.where) == ("payload.malformed", where)


def test_record_that_is_there_twice_with_another_value_is_rejected() -> None:
    decode = decoder({"tags": {"01": [{"name": "a", "type": "u8"}]}})

    assert decode(bytes.fromhex("0107 0107")) == {"a": 7}
    with pytest.raises(ReadingRejected, match=r"field\.duplicate: `a`") as rejected:
        decode(bytes.fromhex("0107 0108"))
    assert rejected.value.where == "byte 2"


def test_records_that_are_of_no_use_are_passed_over() -> None:
    assert decoder(TAGS)(bytes.fromhex("ff02 aabb 0000 0468 07"))["readings"] == [{"humidity": 7}]


def test_frame_of_endless_empty_records_is_rejected() -> None:
    with pytest.raises(ReadingRejected, match="more than 1000 records"):
        decoder(TAGS)(bytes(4000))


def test_earlier_readings_follow_those_of_now() -> None:
    decode = decoder(TAGS)

    assert decode(bytes.fromhex("0468 07 20ce 01000000 00 20ce 02000000 01 05")) == {
        "readings": [
            {"humidity": 7},
            {"timestamp": 1, "kind": 0},
            {"timestamp": 2, "kind": 1, "b": 5},
        ]
    }
    assert decode(bytes.fromhex("20ce 01000000 00")) == {"readings": [{"timestamp": 1, "kind": 0}]}


def test_layout_goes_by_the_port() -> None:
    one = {"ports": [1, 2], "header": [{"name": "a", "type": "u8"}]}
    other = {"ports": [3], "header": [{"name": "debug", "type": "rest"}]}
    decode = decoder({"layouts": [one, other]})

    assert decode(b"\x07", 2) == {"a": 7}
    assert decode(b"\x07\x08", 3) == {}
    with pytest.raises(ReadingRejected, match="port 4 is not known"):
        decode(b"\x07", 4)
    with pytest.raises(ReadingRejected, match="no port is told"):
        decode(b"\x07")


def test_parts_of_a_field_are_flags_and_numbers() -> None:
    parts = [
        {"name": "occupied", "bit": 0},
        {"name": "minutes", "bit": 1, "length": 7},
        {"name": "mode", "bit": 6, "length": 2, "values": {"0": "off", "2": "on"}},
    ]
    decode = decoder({"header": [{"name": "status", "type": "u8", "parts": parts}]})

    assert decode(b"\x95") == {"status": 149, "occupied": True, "minutes": 74, "mode": "on"}
    assert decode(b"\x40")["mode"] == 1


def test_numbers_stand_for_words() -> None:
    values = {"0": "free", "1": "occupied", "2": True}
    decode = decoder({"header": [{"name": "state", "type": "u8", "values": values}]})

    found = [decode(bytes([number]))["state"] for number in (0, 1, 2, 3)]

    assert found == ["free", "occupied", True, 3]


def test_any_channel_gives_its_number_to_the_name() -> None:
    temperature = {"name": "temperature_{channel}", "type": "i16"}
    decode = decoder({"tags": {"..67": [temperature], "0167": [{"name": "own", "type": "i16"}]}})

    assert decode(bytes.fromhex("0267 0001 ff67 ffff 0167 0002")) == {
        "temperature_2": 1,
        "temperature_255": -1,
        "own": 2,
    }


def test_optional_field_may_be_left_out_at_the_end() -> None:
    fields = [{"name": "a", "type": "u8"}, {"name": "b", "type": "u16", "optional": True}]
    decode = decoder({"header": fields})

    assert decode(b"\x07") == {"a": 7}
    assert decode(b"\x07\x00\x08") == {"a": 7, "b": 8}
    with pytest.raises(ReadingRejected, match="within `b`"):
        decode(b"\x07\x00")


def test_words_may_be_in_the_opposite_order() -> None:
    field = {"name": "total", "type": "u32", "byte_order": "low-word-first"}

    assert decoder({"header": [field]})(bytes.fromhex("0102 0304")) == {"total": 0x03040102}


FIELD = {"name": "a", "type": "u8"}
ONE = [FIELD]
REST = {"name": "b", "type": "rest"}
SIGN = {"name": "b", "bit": 0, "signed": True}
APART = {"name": "b", "bit": 4, "length": 4, "then": {"bit": 6, "length": 4}}


@pytest.mark.parametrize(
    ("frame", "advice"),
    [
        ({"groups": [{"bit": 0, "of": "nothing", "fields": []}]}, "List should have"),
        ({"series": {"fields": ONE}, "tags": {"0367": []}}, "not both"),
        ({"header": ONE, "footer": {"fields": ONE}}, "follows a `series`"),
        ({"series": {"fields": ONE}, "footer": {"fields": [REST]}}, "without `times`"),
        ({"series": {"fields": [REST]}}, "no `rest`"),
        ({"series": {"fields": [{"name": "number", "type": "u8"}]}}, "another name"),
        ({"series": {"fields": ONE, "adds": ["a"]}}, "begins in `start`"),
        ({"series": {"fields": ONE, "keeps": ["b"]}}, "keeps `b`, which is not around it"),
        ({"layouts": [{"starts": ["4g"]}]}, "no begin of a frame"),
        ({"header": [{"name": "a", "type": "bcd8", "equals": 1}]}, "only whole numbers"),
        (
            {"header": [{**FIELD, "parts": [{"name": "b", "bit": 0, "signed": True}]}]},
            "a `length`",
        ),
        ({"header": [{**FIELD, "parts": [APART]}]}, "beyond the 8 bits"),
        ({"header": ONE, "groups": [{"of": "a", "bit": 1, "equals": 1, "fields": ONE}]}, "one of"),
        ({"tags": {"xyz": []}}, "lower-case hexadecimal"),
        ({"tags": {"01": [], "0203": [], "0204": [], "01ff": []}}, "`01ff` begins like `01`"),
        ({"tags": {"01": []}, "skips": {"01": 2}}, "one of `tags`, `skips` and `history`"),
        ({"tags": {"..01": [], "01..": []}}, "the same in all tags"),
        ({"header": ONE, "layouts": [{"ports": [1]}]}, "or `layouts` by port"),
        ({"layouts": [{"ports": [1]}, {"ports": [1]}]}, "is in one of the `layouts`"),
        ({"layouts": [{"ports": []}]}, "`ports`, `starts` or `lengths`"),
        (
            {"header": [{"name": "a", "type": "u8", "parts": [{"name": "b", "bit": 8}]}]},
            "beyond the 8 bits",
        ),
        ({"header": [{"name": "a", "type": "f32", "values": {"0": 1}}]}, "only whole numbers"),
        (
            {"header": [{"name": "a", "type": "u24", "byte_order": "low-word-first"}]},
            "consist of words",
        ),
    ],
)
def test_wrong_table_is_refused(frame: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        decoder(frame)


def test_group_of_an_unknown_field_is_refused() -> None:
    groups = [{"bit": 0, "of": "nothing", "fields": [{"name": "a", "type": "u8"}]}]

    with pytest.raises(ValueError, match="`nothing`, which is not in the header"):
        decoder({**GROUPS, "groups": groups})


@given(data=st.binary(max_size=64), frame=st.sampled_from([GROUPS, TAGS, SERIES, KINDS]))
def test_any_bytes_are_read_or_rejected(data: bytes, frame: dict[str, Any]) -> None:
    try:
        found = decoder(frame)(data)
    except ReadingRejected:
        return
    assert isinstance(found, dict)


def test_number_that_is_none_leaves_the_others_of_its_frame(make_profile: MakeProfile) -> None:
    fields = ", ".join(f"{{name: {name}, type: f32}}" for name in "abcd")
    profile = make_profile(
        f"decode: frame\nframe: {{header: [{fields}]}}",
        "\n".join(
            f"{name}: {{observed_property: air-temperature, path: {name}, unit: Cel{more}}}"
            for name, more in zip("abcd", ("", "", "", ", missing: [NaN]"), strict=True)
        ),
    )
    payload = struct.pack(">4f", 21.5, math.nan, math.inf, math.nan)

    given = observe(profile, payload, thing="t", received_time=NOW, zone=BRUSSELS)

    assert [(one.datastream, one.result) for one in given.observations] == [("a", 21.5)]
    assert [(one.where, one.reason) for one in given.rejections] == [
        ("b", "field.not-a-number"),
        ("c", "field.out-of-bounds"),
    ]


def test_layout_goes_by_the_first_bytes() -> None:
    decode = decoder(KINDS)

    assert decode(bytes.fromhex("4c00")) == {"kind": 0x4C, "a": 0}
    assert decode(bytes.fromhex("205b00"), 2) == {"c": 0x205B00}
    assert decode(bytes.fromhex("0a2e00"), 2) == {"c": 0x0A2E00}
    assert decode(bytes.fromhex("205b00"), 3) == {}
    assert decode(bytes.fromhex("3001ff")) == {}
    for data, port in (("3002ff", 1), ("30", 1), ("0a5b00", 3), ("0a5b00", None)):
        with pytest.raises(ReadingRejected, match="none that is known begins with") as rejected:
            decode(bytes.fromhex(data), port)
        assert (rejected.value.reason, rejected.value.where) == ("payload.malformed", "byte 0")


def test_groups_are_there_when_a_field_has_a_value() -> None:
    decode = decoder(KINDS)

    assert decode(bytes.fromhex("4c0107")) == {"kind": 0x4C, "a": 1, "b": 7}
    assert decode(bytes.fromhex("4c03ff")) == {"kind": 0x4C, "a": 3, "c": -1}
    with pytest.raises(ReadingRejected, match="1 bytes are left over"):
        decode(bytes.fromhex("4c0007"))


def test_group_of_a_field_that_the_frame_ends_before_is_not_there() -> None:
    header = [{"name": "a", "type": "u8"}, {"name": "flags", "type": "u8", "optional": True}]
    asked: list[dict[str, Any]] = [{"of": "flags", "bit": 0}, {"of": "flags", "equals": 0}]

    for group in asked:
        one = {**group, "fields": [{"name": "b", "type": "u8"}]}
        assert decoder({"header": header, "groups": [one]})(b"\x07") == {"a": 7}


def test_series_adds_up_from_its_first_reading() -> None:
    assert decoder(SERIES)(bytes.fromhex("00 012c 05ff 0202 63")) == {
        "readings": [
            {"status": 0, "battery": 99},
            {"volume": 300, "number": 0},
            {"volume": 305, "pressure": -1, "number": 1},
            {"volume": 307, "pressure": 2, "number": 2},
        ]
    }


def test_readings_of_a_series_keep_the_time_that_stands_behind_them() -> None:
    told = decoder(SERIES)(bytes.fromhex("04 012c 05ff 63 0102"))["readings"]

    assert told[0] == {"status": 4, "battery": 99, "timestamp": 258}
    assert told[1:] == [
        {"timestamp": 258, "volume": 300, "number": 0},
        {"timestamp": 258, "volume": 305, "pressure": -1, "number": 1},
    ]


def test_series_may_count_down_and_be_of_a_fixed_length() -> None:
    register = [{"name": "count", "type": "u16"}]
    series = {"start": register, "fields": register, "times": 2, "subtracts": ["count"]}
    footer = {"fields": [{"name": "battery", "type": "u8"}, REST]}

    told = decoder({"series": series, "footer": footer})(bytes.fromhex("0064 0001 000a 63 abcdef"))

    assert told["readings"][0] == {"battery": 99}
    assert [one["count"] for one in told["readings"][1:]] == [100, 99, 89]


@pytest.mark.parametrize(
    ("data", "detail", "where"),
    [
        ("00 01", "within `volume`", "byte 1"),
        ("00 012c 05ff 02 63", "goes on beyond byte 6", "byte 6"),
        ("04 012c 63 01", "goes on beyond byte 2", "byte 2"),
        ("04 01", "within `volume`", "byte 1"),
    ],
)
def test_series_that_does_not_fit_is_rejected_with_its_place(
    data: str, detail: str, where: str
) -> None:
    with pytest.raises(ReadingRejected, match=detail) as rejected:
        decoder(SERIES)(bytes.fromhex(data))
    assert rejected.value.where == where


def test_series_without_end_is_rejected() -> None:
    decode = decoder({"series": {"fields": ONE}})

    assert len(decode(bytes(1000))["readings"]) == 1001
    with pytest.raises(ReadingRejected, match="more than 1000 readings"):
        decode(bytes(1002))


@pytest.mark.parametrize(
    ("data", "order", "value"),
    [
        ("12345678", "big", 12345678),
        ("78563412", "little", 12345678),
        ("000000f5", "little", -5000000),
        ("f0000012", "big", -12),
        ("00000000", "big", 0),
    ],
)
def test_decimal_digits_are_read(data: str, order: str, value: int) -> None:
    decode = decoder({"byte_order": order, "header": [{"name": "x", "type": "bcd32"}]})

    assert decode(bytes.fromhex(data)) == {"x": value}


@pytest.mark.parametrize("data", ["1a", "ab", "ff", "e1"])
def test_what_is_no_decimal_digit_is_rejected_with_its_place(data: str) -> None:
    with pytest.raises(ReadingRejected, match=f"`x` is {data}, and no decimal") as rejected:
        decoder({"header": [FIELD, {"name": "x", "type": "bcd8"}]})(bytes.fromhex("00" + data))
    assert rejected.value.where == "byte 1"


def test_bits_of_a_number_may_lie_apart_and_have_a_sign() -> None:
    temperature = {"bit": 16, "length": 8, "then": {"bit": 4, "length": 4}}
    parts = [
        {"name": "temperature", **temperature},
        {"name": "humidity", "bit": 8, "length": 8, "then": {"bit": 0, "length": 4}},
        {"name": "high", "bit": 20, "length": 4, "signed": True},
        {"name": "below_zero", **temperature, "signed": True},
    ]
    decode = decoder({"header": [{"name": "x", "type": "u24", "parts": parts}]})

    told = decode(bytes.fromhex("f1 23 45"))

    assert (told["temperature"], told["humidity"]) == (0xF14, 0x235)
    assert (told["high"], told["below_zero"]) == (-1, 0xF14 - 0x1000)


def test_tags_may_be_of_different_lengths() -> None:
    volume, error = [{"name": "volume", "type": "u16"}], [{"name": "error", "type": "u8"}]
    decode = decoder({"tags": {"0c14": volume, "02fd17": error, "..ff": ONE}})

    assert decode(bytes.fromhex("0c14 0102 02fd17 09 07ff 05")) == {
        "volume": 258,
        "error": 9,
        "a": 5,
    }
    for tail in ("02fd18 09", "02fd", "0c", "02"):
        with pytest.raises(ReadingRejected, match="at byte 4 is not known"):
            decode(bytes.fromhex("0c14 0102" + tail))


def test_kind_of_frame_without_series_beside_one_with_it_is_one_reading() -> None:
    alarm = {"starts": ["02"], "header": [{"name": "alarm", "type": "u16"}]}
    hours = {"starts": ["01"], "header": ONE, "series": {"fields": [{"name": "b", "type": "u8"}]}}
    decode = decoder({"layouts": [alarm, hours]})

    assert decode(b"\x02\x05") == {"readings": [{"alarm": 0x205}]}
    assert decode(b"\x01\x05") == {"readings": [{"a": 1}, {"b": 5, "number": 0}]}


def test_layout_goes_by_the_length() -> None:
    short = {"lengths": [1], "header": ONE}
    long = {"lengths": [2, 3], "ports": [2], "header": [{"name": "c", "type": "u16"}]}
    decode = decoder({"layouts": [short, long]})

    assert decode(b"\x07", 9) == {"a": 7}
    assert decode(b"\x01\x07", 2) == {"c": 0x107}
    for data, port in ((b"\x01\x07", 9), (bytes(4), 2)):
        with pytest.raises(ReadingRejected, match=f"and has {len(data)} bytes"):
            decode(data, port)
