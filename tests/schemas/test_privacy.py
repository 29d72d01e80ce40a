"""The privacy gate."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decoders.json_document import read_json
from schemas.decoders.telegram import Lines, read_telegram, write_telegram
from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile, compile_profile
from schemas.library import Library
from schemas.privacy import WITHHELD, gate, refuse_withheld
from schemas.self_check import example_payload
from schemas.vocabulary import Vocabulary
from tests.schemas.conftest import MakeProfile

CANARY = b"4530303331323334353637383930"
FIELDS = "personal: yes\npersonal_fields: [meter.ean, 'people[*].name', owner]"
LINES = [
    "/XYZ5 test",
    "1-3:0.2.8(50)",
    f"0-0:96.1.1({CANARY.decode()})",
    "1-0:1.8.1(000001.500*kWh)",
    "0-1:24.1.0(003)",
    f"0-1:96.1.0({CANARY.decode()})",
    f"0-0:96.13.0({CANARY.decode()})",
]
METER = Library.load(vocabulary=Vocabulary.load()).profile("dsmr/p1")


def test_profile_without_personal_fields_lets_every_byte_pass(library: Library) -> None:
    for payload in (b"", b"\xff\x00", b"{", b'{"a":1,"a":2}'):
        assert gate(library.profile("telraam/v2"), payload) == payload


def test_identifiers_leave_a_telegram_and_its_checksum_fits_again() -> None:
    payload = write_telegram(Lines(LINES, is_checked=True))

    gated = gate(METER, payload)

    assert CANARY not in gated
    assert read_telegram(gated)["1-0:1.8.1"]["value"] == "000001.500"
    assert b"0-0:96.1.1()" in gated
    assert gate(METER, gated) == gated


def test_telegram_without_identifiers_passes_byte_for_byte(library: Library) -> None:
    payload = example_payload(METER.definition.examples[0])

    assert gate(METER, payload) == payload


def test_old_telegram_without_checksum_gets_none() -> None:
    lines = [line for line in LINES if "0.2.8" not in line]

    gated = gate(METER, write_telegram(Lines(lines, is_checked=False)))

    assert CANARY not in gated
    assert gated.endswith(b"!\r\n")


@pytest.mark.parametrize(
    "payload",
    [
        write_telegram(Lines(LINES, is_checked=True)).replace(b"1.500", b"1.501"),
        write_telegram(Lines(LINES, is_checked=True))[:-60],
        write_telegram(Lines(LINES, is_checked=True)).replace(b"(50)", b"(5\xff"),
        b"/A\r\n0-0:96.1.1\r\n(" + CANARY + b")\r\nx\r\n!\r\n",
        CANARY,
        b"",
    ],
)
def test_unreadable_telegram_is_withheld_with_its_reason(payload: bytes) -> None:
    gated = gate(METER, payload)

    assert gated.startswith(WITHHELD)
    assert CANARY not in gated
    with pytest.raises(ReadingRejected, match="its text was not kept") as rejected:
        refuse_withheld(gated)
    assert rejected.value.reason == "privacy.withheld"


@pytest.mark.parametrize(
    "line",
    [
        f"x 0-0:96.1.1({CANARY.decode()})",
        f"0-0:96.1.1\r\n({CANARY.decode()})",
        f"0-0:96.1.1({CANARY.decode()}",
        f"0-0:96.1.1()({CANARY.decode()})",
        f"1-0:2.8.1(1)\x0b0-0:96.1.1({CANARY.decode()})",
        f"0-12:96.1.1({CANARY.decode()})",
        f"note {CANARY.decode()}",
    ],
)
def test_identifier_in_an_odd_line_does_not_pass(line: str) -> None:
    header, *others = LINES[:2]

    gated = gate(METER, write_telegram(Lines([header, *others, line], is_checked=True)))

    assert CANARY not in gated


def test_personal_fields_leave_a_document(make_profile: MakeProfile) -> None:
    document = {
        "t": 1.5,
        "owner": {"name": "x"},
        "meter": {"ean": "54", "kind": 3},
        "people": [{"name": "y", "age": 4}, {"age": 5}, 6],
    }

    gated = gate(make_profile(FIELDS), json.dumps(document).encode())

    assert json.loads(gated) == {
        "t": 1.5,
        "meter": {"kind": 3},
        "people": [{"age": 4}, {"age": 5}, 6],
    }


@pytest.mark.parametrize(
    "payload", [b'{ "t" : 1.50 }', b'{"meter": {"kind": 3}}', b'{"people": {"name": 1}}', b"[]"]
)
def test_document_without_the_fields_passes_byte_for_byte(
    make_profile: MakeProfile, payload: bytes
) -> None:
    assert gate(make_profile(FIELDS), payload) == payload


@pytest.mark.parametrize(
    "payload",
    [
        b'{"owner": "x"',
        b'{"meter":{"ean":"x"},"meter":{}}',
        b'{"meter":{"ean":"x"},"meter" :{}}',
        '{"owner": "x"}'.encode("utf-16"),
        b"owner=x",
    ],
)
def test_document_that_could_hide_a_field_is_withheld(
    make_profile: MakeProfile, payload: bytes
) -> None:
    assert gate(make_profile(FIELDS), payload).startswith(WITHHELD)


def test_escaped_name_of_a_field_is_known(make_profile: MakeProfile) -> None:
    assert gate(make_profile(FIELDS), b'{"own\\u0065r": "x"}') == b"{}"


def test_forged_marker_says_nothing_of_its_own() -> None:
    with pytest.raises(ReadingRejected, match=r"unreadable \(payload\.malformed\)"):
        refuse_withheld(WITHHELD + b"<script>")


documents = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["owner", "meter", "ean", "people", "name"]), inner)
    ),
    max_leaves=10,
)


def _owned() -> CompiledProfile:
    definition = METER.definition.model_copy(
        update={"decode": "json", "personal_fields": ["owner", "meter.ean"]}
    )
    return compile_profile(definition, METER.source, Vocabulary.load())


OWNED = _owned()


@given(payload=documents.map(json.dumps).map(str.encode) | st.binary(max_size=40))
def test_gate_never_raises_and_never_lets_a_field_pass(payload: bytes) -> None:
    gated = gate(OWNED, payload)

    if gated.startswith(WITHHELD):
        return
    document: Any = read_json(gated)
    if isinstance(document, dict):
        assert "owner" not in document
        meter = document.get("meter")
        assert not (isinstance(meter, dict) and "ean" in meter)


_FORM = "decode: form\npersonal_fields: [KEY]"
_TABLE = "decode: csv\ncsv: {delimiter: ';'}\npersonal_fields: [ean, owner]"


def test_key_leaves_a_form_and_the_rest_stays(make_profile: MakeProfile) -> None:
    profile = make_profile(_FORM)

    assert gate(profile, b"KEY=" + CANARY + b"&t=4+5") == b"t=4+5"
    assert gate(profile, b"t=4%205") == b"t=4%205"
    assert gate(profile, b"KEY=" + CANARY + b"&KEY=x").startswith(WITHHELD)


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        (b"%b;4\n", b";4"),
        (b'="%b";4\n', b";4"),
        (b'"a;%b";4\n', b";4"),
        (b"1;4\n%b;5;6\n", b"withheld"),
        (b"1;4\n%b\n", b"withheld"),
    ],
)
def test_columns_leave_a_table_whatever_its_rows_are(
    rows: bytes, kept: bytes, make_profile: MakeProfile
) -> None:
    profile = make_profile(_TABLE)

    gated = gate(profile, b"ean;t\n" + rows % CANARY)

    assert CANARY not in gated
    assert kept in gated
    assert gated.startswith(b"ean;t\n")


def test_columns_leave_bare_rows_whose_header_is_the_profiles(make_profile: MakeProfile) -> None:
    profile = make_profile(_TABLE.replace("delimiter: ';'", "delimiter: ';', header: ['ean;t']"))

    assert gate(profile, CANARY + b";4") == b";4\n"
    assert gate(profile, b"ean;t\n" + CANARY + b";4") == b"ean;t\n;4\n"


def test_table_without_personal_columns_passes_byte_for_byte(make_profile: MakeProfile) -> None:
    payload = b"a;t\r\n1;4\r\n"

    assert gate(make_profile(_TABLE), payload) == payload


def test_table_that_nobody_can_read_is_withheld(make_profile: MakeProfile) -> None:
    gated = gate(make_profile(_TABLE), b'ean;t\n"' + CANARY + b";4")

    assert gated.startswith(WITHHELD)
    assert CANARY not in gated
