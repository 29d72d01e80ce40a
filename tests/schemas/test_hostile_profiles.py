"""Whatever a profile asks for: it is refused, or its readings cost bounded time and memory.

Cities write profiles of their own and share an installation: none may exhaust the others' workers.
"""

import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from schemas.errors import Misconfigured, ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import Yield, observe
from schemas.interpreter.rejections import REJECTIONS_LIMIT
from schemas.interpreter.size_limits import VALUES_LIMIT
from schemas.language.paths import READING_STEPS_LIMIT, compile_path
from schemas.library import PROFILE_LIMIT_BYTES, Library, load_profile
from schemas.privacy import gate
from schemas.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
SECONDS = 8
"""Of CPU time, on the slowest machine; a bounded reading takes less than one."""

_PROFILE = """\
id: acme/probe
title: hostile
version: 1
source: made for a test
personal: no
{top}
datastreams:
{series}
examples:
  - {{description: none, received_time: "2026-01-01T00:00:00Z", payload: 1, empty: no-values}}
"""
ITEMS = json.dumps({"a": [{"b": 1, "c": [1, 2, 3]} for _ in range(9_999)]}).encode()
NESTED = json.dumps({"a": [{"b": [1] * 10} for _ in range(24_000)]}).encode()
TWINS = json.dumps({side: [[1] * 10 for _ in range(9_000)] for side in "ab"}).encode()
ONE = "  a: {observed_property: air-temperature, path: b, unit: Cel}"


def many(number: int, path: str) -> str:
    return "\n".join(
        f"  a{n}: {{observed_property: air-temperature, path: '{path}', unit: Cel}}"
        for n in range(number)
    )


def listed(number: int, one: str) -> str:
    return "[" + ", ".join(one.replace("#", str(n)) for n in range(number)) + "]"


def load(tmp_path: Path, top: str, series: str) -> CompiledProfile:
    file = tmp_path / "acme" / "probe.yaml"
    file.parent.mkdir()
    file.write_text(_PROFILE.format(top=top, series=series))
    return load_profile(file, vocabulary=VOCABULARY)


_CONDITION = "{path: b, above: 0}"
_FLAG = f"{{flag: range.high, when: [{_CONDITION}]}}"
_MANY = listed(101, "{name: x#, type: u8}")
_BITS = listed(2_000, "{name: p#, bit: 1}")
REFUSED = {
    "datastreams": ("decode: json", many(201, "b")),
    "conditions": (f"decode: json\nrequires: {listed(11, _CONDITION)}", ONE),
    "conditions of a datastream": (
        "decode: json", ONE.replace("}", f", when: {listed(11, _CONDITION)}}}"),
    ),
    "flags": (f"decode: json\nflags: {listed(11, _FLAG)}", ONE),
    "missing values": ("decode: json", ONE.replace("}", f", missing: {listed(101, '#')}}}")),
    "personal fields": (f"decode: json\npersonal_fields: {listed(101, 'x#')}", ONE),
    "words": (
        "decode: json",
        ONE.replace("}", ", values: {" + ", ".join(f"w{n}: {n}" for n in range(101)) + "}}"),
    ),
    "parts of a field": (
        f"decode: frame\nframe:\n  tags:\n    '01': [{{name: x, type: u8, parts: {_BITS}}}]", ONE,
    ),
    "fields of a record": (
        f"decode: frame\nframe:\n  tags:\n    '01': {listed(101, '{name: x#, type: u8}')}", ONE,
    ),
    "skip of absurd length": (
        "decode: frame\nframe: {header: [{name: x, type: skip, bytes: 100000}]}", ONE,
    ),
    "a series without bounds": (
        "decode: frame\nframe:\n  series: {fields: [{name: x, type: u8}], times: 100000}", ONE,
    ),
    "fields of a series": (
        f"decode: frame\nframe: {{series: {{fields: {_MANY}}}}}", ONE,
    ),
    "kinds of frames": (
        f"decode: frame\nframe: {{layouts: {listed(65, '{ports: [#]}')}}}", ONE,
    ),
    "alternatives": ("decode: json", ONE.replace("path: b", f"path: {listed(13, 'b#')}")),
    "a long path": ("decode: json", many(1, "a." * 150 + "b")),
    "a deep path": ("decode: json", many(1, "a[?" * 25 + "b" + "]" * 25)),
    "many branches": ("decode: json", many(1, " || ".join(["a[0]"] * 40))),
    "a path that multiplies": ("decode: json", many(1, "[@, @][]|[@, @][]|[@, @][]")),
    "a long unit": ("decode: json", ONE.replace("Cel", "Cel.s/" * 100 + "Cel")),
    "a long pattern": (
        "decode: text\ntext: {pattern: '" + " ".join(f"{{a{n}}}" for n in range(41)) + "'}", ONE,
    ),
    "many tables": (f"decode: json\ntables: {listed(6, '{path: a#, columns: c}')}", ONE),
    "a topic of many levels": (f"decode: json\ntopic: x{'/y' * 12}/{{a}}", ONE),
    "a long word": ("decode: json", ONE.replace("}", f", values: {{{'w' * 101}: 1}}}}")),
    "a long format of times": (
        f"decode: json\nphenomenon_time: {{path: t, format: '%Y{'x' * 99}'}}", ONE,
    ),
    "a format that reads nothing": (
        "decode: json\nphenomenon_time: {path: t, format: '%Y %Y', zone: city}", ONE,
    ),
    "many envelopes": (f"decode: json\ncarried_by: {listed(21, '{envelope: a/b#}')}", ONE),
    "a carried envelope": (
        "decode: json\nenvelope: {bytes: b}\ncarried_by: [{envelope: acme/probe}]", "",
    ),
    "a large file": ("decode: json\nlicence: " + "x" * PROFILE_LIMIT_BYTES, ONE),
    "aliases": ("decode: json\ncsv: &x {delimiter: ';'}\nxml: *x", ONE),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_profile_that_could_cost_much_is_refused(tmp_path: Path, name: str) -> None:
    begin = time.process_time()

    with pytest.raises(Misconfigured):
        load(tmp_path, *REFUSED[name])

    assert time.process_time() - begin < 2 * SECONDS


_UPWARDS = ("{path: 'a[*].b', name: up}", "{path: 'a[*].b[*].c', name: up}")
_TEN = listed(10, _CONDITION)
_PARTS = listed(64, "{name: p#, bit: 1}")
_OPTIONAL = "{name: x#, type: u8, optional: true}"
_HISTORY = "decode: frame\neach: readings\nframe:\n  history:\n    '01': "
_FRAME = "decode: frame\nframe:\n  tags:\n    '01': "
_SERIES = "decode: frame\neach: readings\nframe:\n  series: "
_KINDS = ", ".join(f"{{starts: ['{'..' * 7}{n:02x}']}}" for n in range(2, 66))
BOUNDED = {
    "items times datastreams": ("decode: json\neach: a", many(200, "b"), ITEMS),
    "all that is allowed": ("decode: json\neach: a", many(10, "b"), ITEMS),
    "a filter for each item": (
        "decode: json\neach: a", many(10, "length(c[?@ > `0`])"), ITEMS,
    ),
    "projections for each datastream": (
        "decode: json", many(200, "length(a[*].b[?@ > `0`])"), NESTED,
    ),
    "text of the whole payload": ("decode: json", many(200, "length(to_string(@))"), NESTED),
    "search in the whole payload": ("decode: json", many(200, "contains(a, `[1]`)"), TWINS),
    "comparison of large parts": (
        "decode: json", many(200, " || ".join(["a == b && x"] * 7)), TWINS,
    ),
    "nested filters": ("decode: json", many(200, "a[?b[?c[?d[?e > `1`]]]]"), NESTED),
    "conditions of every item": (
        "decode: json\neach: a",
        ONE.replace("}", f", when: {_TEN}, valid_when: {_TEN}}}"),
        ITEMS,
    ),
    "personal fields of every item": (
        f'decode: json\npersonal_fields: {listed(100, chr(34) + "a[*].x#" + chr(34))}', ONE, ITEMS,
    ),
    "conditions of every item, at their most": (
        "decode: json\neach: a",
        many(10, "b").replace(
            "}", f", when: {_TEN}, flags: {listed(10, f'{{flag: range.high, when: {_TEN}}}')}}}"
        ),
        ITEMS,
    ),
    "personal fields in many lists": (
        "decode: json\npersonal_fields: " + listed(100, "'a[*][*][*].x#'"),
        ONE,
        b'{"a":[' + b",".join([b"[[0]]"] * 60_000) + b"]}",
    ),
    "lists of nothing made flat": (
        "decode: json",
        many(200, "a[]||a[]||a[]||a[]||a[]||a[]||a[]||a[]||a[]"),
        b'{"a":[' + b",".join([b"[]"] * 150_000) + b"]}",
    ),
    "functions of long lists": (
        "decode: json", many(200, "sum(a)"), b'{"a":[' + b",".join([b"1"] * 500_000) + b"]}",
    ),
    "texts that hold JSON": (
        "decode: json\njson_text: ['a[*].t', 'a[*].u']\neach: a",
        many(10, "t.b"),
        json.dumps({"a": [{"t": '{"b": 1}', "u": "[0, 0]"} for _ in range(9_999)]}).encode(),
    ),
    "rows of all columns": (
        f"decode: json\ntables: [{{path: a, columns: {listed(200, 'c#')}}}]\neach: a",
        many(10, "c0"),
        json.dumps({"a": [[1] * 200] * 1_700}).encode(),
    ),
    "names of columns in a text, for many tables": (
        "decode: json\ntables: [{path: 'a[*].b', columns: c}]\neach: a[].b[]",
        many(10, "x"),
        json.dumps({"a": [{"c": "x,y", "b": [[1, 2]]}] * 9_999}).encode(),
    ),
    "entries of entries": (
        "decode: json\nentries: [{path: a}, {path: 'a[*].b'}]\neach: a[].b[]",
        many(10, "value"),
        json.dumps({"a": {f"k{n}": {"b": {"x": 1, "y": 2}} for n in range(4_999)}}).encode(),
    ),
    "what is around, twice": (
        "decode: json\neach: a[].b[].c[]\naround: [" + ", ".join(_UPWARDS) + "]",
        many(10, "up.up.d"),
        json.dumps({"a": [{"d": 1, "b": [{"c": [{}, {}]}]}] * 4_999}).encode(),
    ),
    "much around many items, as text": (
        "decode: json\naround: [{path: a, name: up}]\neach: a",
        many(10, "length(to_string(up))"),
        json.dumps({"w": ["x" * 60] * 9_999, "a": [{}] * 4_999}).encode(),
    ),
    "a form": ("decode: form", many(200, "a0"), b"&".join(b"a%d=1" % n for n in range(90_000))),
    "personal columns": (
        f"decode: csv\neach: rows\npersonal_fields: {listed(100, 'c#')}",
        many(10, "t"),
        b"t," + b",".join(b"c%d" % n for n in range(100)) + (b"\n1" + b",1" * 100) * 4_500,
    ),
    "records of many fields": (
        _FRAME + listed(100, f"{{name: x#, type: u8, parts: {_PARTS}}}"),
        many(200, "x0"),
        (b"\x01" + bytes(100)) * 999,
    ),
    "records of no length": (
        _FRAME + listed(100, _OPTIONAL), many(1, "x0"), b"\x01" * 10_000,
    ),
    "a history of records": (
        _HISTORY + "{fields: [{name: x, type: u8}]}",
        many(200, "x"),
        b"\x01\x02" * 999,
    ),
    "a series of wide readings": (
        f"{_SERIES}{{fields: {listed(99, f'{{name: x#, type: u64, parts: {_PARTS}}}')}}}",
        many(99, "x0"),
        bytes(99 * 8 * 1_000),
    ),
    "sums of endless readings": (
        _SERIES + "{start: [{name: x, type: u64}], fields: [{name: x, type: u8}], adds: [x]}",
        many(200, "x"),
        b"\xff" * 1_000_000,
    ),
    "times beyond all times": (
        _SERIES
        + "{fields: [{name: b, type: u64}]}\n"
        + "phenomenon_time: {path: at, otherwise: received, later: {path: b, times: P9999D}}",
        ONE,
        b"\xff" * 8_000,
    ),
    "kinds of frames that begin alike": (
        f"decode: frame\nframe: {{layouts: [{_KINDS}]}}",
        many(200, "x"),
        b"\x01" * 1_000_000,
    ),
    "a wide table": (
        "decode: csv\ncsv: {delimiter: ';'}\neach: rows",
        many(200, "b"),
        b"b;" * 200 + b"\n" + (b"1;" * 200 + b"\n") * 2_500,
    ),
    "a pattern of many fields": (
        "decode: text\ntext: {pattern: '" + " ".join(f"{{a{n}}}" for n in range(40)) + "'}",
        many(200, "a0"),
        b" 1" * 500_000,
    ),
    "a wide document": (
        "decode: xml\nxml: {lists: [a]}\neach: a",
        many(200, "b"),
        b"<r>" + b"<a><b>1</b></a>" * 9_999 + b"</r>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOUNDED)
def test_profile_that_is_allowed_costs_bounded_time_and_memory(tmp_path: Path, name: str) -> None:
    top, series, payload = BOUNDED[name]
    profile = load(tmp_path, top, series)
    begin = time.process_time()

    given = Yield()
    with suppress(ReadingRejected):
        given = observe(
            profile,
            gate(profile, payload),
            thing="x",
            received_time=datetime(2026, 1, 1, tzinfo=UTC),
            zone=ZoneInfo("Europe/Brussels"),
        )

    assert time.process_time() - begin < SECONDS
    assert len(given.observations) <= VALUES_LIMIT
    assert len(given.rejections) <= max(REJECTIONS_LIMIT, len(profile.datastreams))


def test_paths_of_one_reading_share_their_steps_and_the_next_begins_anew(tmp_path: Path) -> None:
    profile = load(tmp_path, "decode: json\neach: a", many(10, "length(c[?@ > `0`])"))
    few = json.dumps({"a": [{"c": [1, 2]}] * 10}).encode()

    def read(payload: bytes) -> tuple[int, set[str]]:
        given = observe(
            profile,
            payload,
            thing="x",
            received_time=datetime(2026, 1, 1, tzinfo=UTC),
            zone=ZoneInfo("Europe/Brussels"),
        )
        return len(given.observations), {one.reason for one in given.rejections}

    assert read(few) == (100, set())
    given, reasons = read(ITEMS)
    assert 0 < given < READING_STEPS_LIMIT
    assert reasons == {"payload.too-large"}
    assert read(few) == (100, set())


def test_comparison_and_functions_still_say_what_they_say() -> None:
    document = {"a": [1, 2], "b": [1, 2], "t": "xyz", "n": None}

    assert compile_path("a == b")(document) is True
    assert compile_path("a != b")(document) is False
    assert compile_path("length(t)")(document) == 3
    assert compile_path("a[?@ > `1`] | [0]")(document) == 2
    assert compile_path("contains(a, `2`) && not_null(n, t)")(document) == "xyz"


@pytest.mark.parametrize("limit", ["PROFILES_LIMIT", "PROFILES_LIMIT_BYTES"])
def test_pack_of_too_many_profiles_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    load(tmp_path, "decode: json", ONE)
    monkeypatch.setattr(f"schemas.library.{limit}", 0)

    with pytest.raises(Misconfigured, match=f"{tmp_path}: (its|1) profiles"):
        Library.load(vocabulary=VOCABULARY, extra_directories=[tmp_path])


def test_many_mistakes_are_told_by_the_first_and_their_number(tmp_path: Path) -> None:
    wrong = "\n".join(f"wrong{n}: 1" for n in range(1_000))

    with pytest.raises(Misconfigured) as refused:
        load(tmp_path, f"decode: json\n{wrong}", ONE)

    first, *_, last = str(refused.value).splitlines()
    assert "probe.yaml:7: wrong0: is not known here" in first
    assert last.endswith("950 more mistakes")


_AROUND = "decode: json\naround: [{path: a, name: around}]"
WRITTEN_OUT = {
    "as a text": (_AROUND, many(1, "to_string(a)"), "too many steps for the path `to_string(a)`"),
    "as a unit": (_AROUND, ONE.replace("}", ", unit_path: a}"), "the payload says `a list`"),
    "as a length": (_AROUND, ONE.replace("}", ", interval_path: a}"), "a list is no length"),
    "as a time": (_AROUND + "\nphenomenon_time: {path: a}", ONE, "a list is no time"),
}


@pytest.mark.parametrize("name", WRITTEN_OUT)
def test_what_was_put_into_every_item_is_not_written_out(tmp_path: Path, name: str) -> None:
    """Of a megabyte it would be gigabytes."""
    top, series, told = WRITTEN_OUT[name]
    profile = load(tmp_path, top, series)
    document = {"b": 1, "large": "x" * 9_000, "a": [{} for _ in range(60)]}

    try:
        given = observe(
            profile,
            json.dumps(document).encode(),
            thing="x",
            received_time=datetime(2026, 1, 1, tzinfo=UTC),
            zone=ZoneInfo("Europe/Brussels"),
        )
    except ReadingRejected as rejected:
        details = [rejected.detail]
    else:
        details = [one.detail for one in given.rejections]

    assert any(told in detail for detail in details)
