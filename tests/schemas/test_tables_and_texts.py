"""CSV, XML, text, SenML and JSON in a text: what becomes a document, and what does not."""

import json
import time
from typing import Any

import pytest

from schemas.decoders.csv_rows import compile_csv
from schemas.decoders.pairs import unfold_text
from schemas.decoders.senml import read_senml
from schemas.decoders.text_fields import compile_text
from schemas.decoders.xml_document import compile_xml
from schemas.errors import Misconfigured, ReadingRejected
from schemas.language.decode_profile import CsvForm, TextForm, Wide, XmlForm
from tests.schemas.conftest import MakeProfile

WIDE, NARROW = (",".join(f"c{n}" for n in range(width)).encode() + b"\n" for width in (7_100, 200))


def reason(call: Any, payload: bytes) -> str:
    with pytest.raises(ReadingRejected) as rejected:
        call(payload)
    return rejected.value.reason


@pytest.mark.parametrize(
    ("form", "payload", "rows"),
    [
        (CsvForm(), b"a,b\n1,\n", [{"a": "1", "b": None}]),
        (CsvForm(), b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3,4",
         [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        (CsvForm(header=["a;b"], delimiter=";"), b"1;2", [{"a": "1", "b": "2"}]),
        (CsvForm(header=["a;b"], delimiter=";"), b"a;b\n1;2", [{"a": "1", "b": "2"}]),
        (CsvForm(header=["a,b"]), b'"x, y",2', [{"a": "x, y", "b": "2"}]),
        (CsvForm(header=["a,b"], missing=["NaN", "-"]), b"NaN,-", [{"a": None, "b": None}]),
        (CsvForm(header=["a,b"]), b"1,2\n1,2,3", [{"a": "1", "b": "2"}, "1 2 3"]),
        (CsvForm(header_lines=2, wide=Wide(name="box")), b"t,A,A,B\nt,x,y,x\n9,1,,3",
         [{"t": "9", "box": "A", "x": "1"}, {"t": "9", "box": "B", "x": "3"}]),
    ],
)  # fmt: skip
def test_rows_are_read(form: CsvForm, payload: bytes, rows: list[Any]) -> None:
    assert compile_csv(form)(payload) == {"rows": rows}


@pytest.mark.parametrize(
    ("form", "payload", "code"),
    [
        (CsvForm(), b"a,a\n1,2", "payload.unexpected"),
        (CsvForm(header=["a,b"]), b"1,2,3", "payload.unexpected"),
        (CsvForm(header=["a,b"]), b'"1,2', "payload.malformed"),
        (CsvForm(header=["a,b"]), b"1,\xff", "payload.not-utf8"),
        (CsvForm(wide=Wide(keep=2)), b"a,b\n1,2", "payload.unexpected"),
        (CsvForm(wide=Wide(keep=100)), WIDE + b"1," * 7_099 + b"1", "payload.unexpected"),
        (CsvForm(wide=Wide(keep=99)), NARROW + (b"1," * 199 + b"1\n") * 100, "payload.too-large"),
    ],
)
def test_table_that_is_none_is_rejected(form: CsvForm, payload: bytes, code: str) -> None:
    assert reason(compile_csv(form), payload) == code


def test_header_with_a_name_twice_is_told_with_its_line(make_profile: MakeProfile) -> None:
    with pytest.raises(Misconfigured, match=r"probe\.yaml:\d+: csv: a column's name is there twi"):
        make_profile("decode: csv\ncsv: {header: ['a,a']}")


def test_xml_becomes_objects_by_local_names() -> None:
    text = b"""<?xml version="1.0" encoding="iso-8859-1"?>
        <n:a xmlns:n="urn:x" n:id="7"><n:b>1</n:b><b u="m"> 2 </b><c/><d>caf\xe9</d></n:a>"""

    assert compile_xml(XmlForm(lists=["d"]))(text) == {
        "a": {"@id": "7", "b": ["1", {"@u": "m", "#text": "2"}], "c": None, "d": ["café"]}
    }


BOMB = (
    b'<!DOCTYPE a [<!ENTITY x0 "ha">'
    + b"".join(b'<!ENTITY x%d "&x%d;&x%d;">' % (i, i - 1, i - 1) for i in range(1, 40))
    + b"]><a>&x39;</a>"
)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (BOMB, "payload.malformed"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>', "payload.malformed"),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "payload.malformed"),
        (b'<!DOCTYPE a [<!ENTITY % e SYSTEM "x">%e;]><a/>', "payload.malformed"),
        (b"<a>&unknown;</a>", "payload.malformed"),
        (b"<a><b></a>", "payload.malformed"),
        (b"<a/><a/>", "payload.malformed"),
        (b"<a>\x00</a>", "payload.malformed"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "payload.malformed"),
        (b"<a>" * 40 + b"</a>" * 40, "payload.too-deep"),
        (b"<a>" + b"<b/>" * 200_000 + b"</a>", "payload.too-large"),
        (b"", "payload.empty"),
    ],
)
def test_xml_with_tricks_is_rejected_at_once(payload: bytes, code: str) -> None:
    begin = time.process_time()

    assert reason(compile_xml(XmlForm()), payload) == code

    assert time.process_time() - begin < 1


def test_text_is_read_by_pattern_and_by_pairs() -> None:
    by_pattern = compile_text(TextForm(pattern="T={t} C, H={h}%"))
    by_pairs = compile_text(TextForm(separator=";"))

    assert by_pattern(b"T=21.5 C, H=40%\r\n") == {"t": "21.5", "h": "40"}
    assert by_pairs(b"t=21.5; h = 40;") == {"t": "21.5", "h": "40"}
    assert reason(by_pattern, b"T=21.5 F, H=40%") == "payload.unexpected"
    assert reason(by_pattern, b"T=21.5 C, H=40%!") == "payload.unexpected"
    assert reason(by_pairs, b"t=1;t=2") == "payload.duplicate-key"
    assert reason(by_pairs, b"t") == "payload.unexpected"
    assert reason(by_pairs, b"a=1;" * 2000) == "payload.too-large"


@pytest.mark.parametrize("pattern", ["no names", "{a}{b}", "{a} {a}", "{A b}", "{}"])
def test_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        TextForm(pattern=pattern)


@pytest.mark.parametrize(
    ("pack", "measured"),
    [
        ([{"n": "urn:dev:x:temp", "u": "Cel", "v": 1}], [("urn:dev:x", 0, "temp", 1)]),
        ([{"bn": "d/", "bt": 5.0, "bv": 20, "n": "t", "v": 1, "t": 2}], [("d", 7.0, "t", 21)]),
        ([{"bn": "d/", "n": "on", "vb": True}], [("d", 0, "on", True)]),
        ([{"bn": "d/"}, {"n": "a", "vs": "x"}, {"n": "b", "v": 2, "t": -1}],
         [("d", 0, "a", "x"), ("d", -1, "b", 2)]),
    ],
)  # fmt: skip
def test_senml_is_resolved(pack: list[Any], measured: list[tuple[Any, ...]]) -> None:
    rows = read_senml(json.dumps(pack).encode())["rows"]

    assert [
        (row["name"], row["time"], name, one["value"])
        for row in rows
        for name, one in row["measurements"].items()
    ] == measured


@pytest.mark.parametrize(
    "pack", [{}, [], [1], [{}], [{"bver": 11}], [{"n": "a", "v": 1, "must_": 2}]]
)
def test_pack_that_nobody_may_read_is_rejected(pack: Any) -> None:
    assert reason(read_senml, json.dumps(pack).encode()) == "payload.unexpected"


def test_json_in_a_text_is_read_with_the_same_strictness() -> None:
    document = {"a": [{"b": '{"c": 1}'}, {"b": None}]}

    assert unfold_text(document, "a[*].b") == {"a": [{"b": {"c": 1}}, {"b": None}]}
    with pytest.raises(ReadingRejected, match=r"payload\.duplicate-key: the JSON within"):
        unfold_text({"b": '{"c": 1, "c": 2}'}, "b")
