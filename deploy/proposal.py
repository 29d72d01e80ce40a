"""A first profile, proposed from a sample: what is there, what it may mean, what to look up."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import yaml

from deploy.field_names import MEANINGS, PERSONAL, THING_NAME, TIME_NAME, UNREAD
from schemas.decoders.csv_rows import compile_csv
from schemas.decoders.json_document import read_json
from schemas.decoders.text_fields import compile_text
from schemas.decoders.xml_document import compile_xml
from schemas.errors import Misconfigured, ReadingRejected
from schemas.interpreter.compiled_profile import compile_profile
from schemas.language.decode_profile import CsvForm, TextForm, XmlForm
from schemas.language.plain_numbers import plain_number
from schemas.language.sensor_profile import SensorProfile
from schemas.self_check import explain
from schemas.vocabulary import Vocabulary
from schemas.yaml_source import parse_yaml, read_model

_LEAVES_LIMIT: Final = 60
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_OFFSET: Final = re.compile(r"(Z|[+-]\d\d:?\d\d)$")


class _Form(NamedTuple):
    """How a sample is written, and what is in it."""

    fields: Mapping[str, Any]
    document: Any


class _Leaf(NamedTuple):
    """A value of the sample: its path, its name, and what lies there."""

    path: str
    name: str
    value: Any


def propose(profile_id: str, sample: bytes, *, vocabulary: Vocabulary) -> str:
    """Return the text of a profile for a sample; what nobody can know is a comment in it.

    Raises:
        Misconfigured: the sample is of no form that can be told apart.
    """
    form = _form(sample)
    draft = _draft(profile_id, form)
    example = _example(form, sample)
    if "observed_property" not in draft:
        return draft + "".join(_lines({"examples": [{**example, "empty": "no-values"}]}))
    text = draft + "".join(_lines({"examples": [{**example, "empty": "no-values"}]}))
    source = parse_yaml(text, "the proposal")
    profile = compile_profile(read_model(source, SensorProfile), source, vocabulary)
    received_time = datetime.fromisoformat(example["received_time"])
    told = explain(profile, sample, received_time=received_time)
    found = {
        "observations": [
            {"datastream": one["datastream"], "result": one["result"]}
            for one in told["observations"]
        ],
        "rejections": [one["reason"] for one in told["rejections"]],
        "empty": told["empty"],
    }
    given = {name: value for name, value in found.items() if value}
    return draft + "".join(_lines({"examples": [{**example, **given}]}))


def _draft(profile_id: str, form: "_Form") -> str:
    """Return all but the examples."""
    each, pairs, item = _item(form.document)
    leaves = list(_leaves(item, ""))[:_LEAVES_LIMIT]
    time, thing = _time(leaves), _thing(leaves)
    used = {leaf.path for leaf in (time, thing) if leaf}
    series, unknown = _series([leaf for leaf in leaves if leaf.path not in used])
    lines = [
        f"id: {profile_id}",
        f"title: {profile_id.replace('/', ' ')}  # what the device is",
        "version: 1",
        "source: unknown  # the documentation that says what the fields mean",
        "personal: no  # yes, when the values are about persons, such as a home's consumption",
    ]
    prefix = f"{each}[*]." if each and each != "@" else ""
    around = list(_leaves(form.document, "")) if prefix else []
    personal = [leaf.path for leaf in around if PERSONAL.search(leaf.name)]
    personal += [prefix + leaf.path for leaf in leaves if PERSONAL.search(leaf.name)]
    parts: dict[str, Any] = {
        **form.fields,
        "personal_fields": [] if pairs else personal,
        "pairs": pairs,
        "each": each if form.fields["decode"] != "csv" else "",
        "thing": {"path": thing.path} if thing else None,
        "phenomenon_time": _clock(time) if time else "received",
    }
    if form.fields["decode"] != "json":
        del parts["personal_fields"]
    lines += [f"{name}: {_flow(value)}" for name, value in parts.items() if value]
    lines += ["datastreams:  # check each unit: names do not say it", *series]
    lines += [f"  # {leaf.path} = {str(leaf.value)[:40]!r}: what is it?" for leaf in unknown]
    return "\n".join([*lines, ""])


def _form(sample: bytes) -> _Form:
    """Return how the sample is written: the first form that reads it."""
    text = sample.decode(errors="replace").lstrip("\ufeff \r\n\t")
    first, _, rest = text.partition("\n")
    delimiter = max(";,\t", key=first.count)
    try:
        if text[:1] in {"{", "["}:
            return _Form({"decode": "json"}, read_json(sample))
        if text[:1] == "<":
            return _Form({"decode": "xml"}, compile_xml(XmlForm())(sample))
        if rest.strip() and delimiter in first:
            csv = compile_csv(CsvForm(delimiter=delimiter))(sample)
            return _Form({"decode": "csv", "csv": {"delimiter": delimiter}}, csv)
        if "=" in text:
            separator = ";" if ";" in text else "&" if "&" in text else ","
            pairs = compile_text(TextForm(separator=separator))(sample)
            return _Form({"decode": "text", "text": {"separator": separator}}, pairs)
    except ReadingRejected as rejected:
        raise Misconfigured(f"the sample: {rejected.detail}") from rejected
    raise Misconfigured(
        "the sample is no JSON, XML, CSV with a header, or pairs; a binary frame may be given in "
        "hexadecimal, with --hex"
    )


def _item(document: Any) -> tuple[str, dict[str, str] | None, Any]:
    """Return the path of the list that is read one by one, or as pairs, and what is read."""
    if type(document) is list:
        return "@", None, document[0] if document else {}
    path, node = "", document
    while type(node) is dict:
        lists = [k for k, v in node.items() if type(v) is list and v and type(v[0]) is dict]
        if lists:
            key, whole = lists[0], f"{path}.{_step(lists[0])}".lstrip(".")
            names = [name for name in node[key][0] if name != "value"]
            if "value" in node[key][0] and len(names) == 1 and not path:
                content = {one[names[0]]: one["value"] for one in node[key] if "value" in one}
                pairs = {"path": whole, "key": names[0], "value": "value"}
                return "", pairs, {**node, key: content}
            return whole, None, node[key][0]
        if len(node) != 1:
            break
        key, node = next(iter(node.items()))
        path = f"{path}.{_step(key)}"
    return "", None, document


def _leaves(node: Any, path: str) -> Iterator[_Leaf]:
    if type(node) is dict:
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{_step(key)}".lstrip("."))
    elif type(node) in (str, int, float, bool) and path:
        yield _Leaf(path, path.rpartition(".")[2].strip('"'), node)


def _step(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII) else f'"{key}"'


def _time(leaves: list[_Leaf]) -> _Leaf | None:
    """Return a time: of some that are so named, the first; else any that is so written."""
    found = [leaf for leaf in leaves if _clock(leaf)]
    return next((leaf for leaf in found if TIME_NAME.search(leaf.name)), next(iter(found), None))


def _clock(leaf: _Leaf) -> dict[str, str]:
    """Return how a time is written, nothing when it is none."""
    value = leaf.value
    if type(value) is str and _DATE.match(value):
        zone = {} if _OFFSET.search(value) else {"zone": "city"}
        return {"path": leaf.path, **zone}
    for name, low in (("unix", 1e9), ("unix-milliseconds", 1e12)):
        if type(value) in (int, float) and low <= value < 4 * low:
            return {"path": leaf.path, "format": name}
    return {}


def _thing(leaves: list[_Leaf]) -> _Leaf | None:
    named = [
        leaf
        for leaf in leaves
        if type(leaf.value) in (str, int) and not PERSONAL.search(leaf.name)
    ]
    return next((leaf for leaf in named if THING_NAME.search(leaf.name)), None)


def _series(leaves: list[_Leaf]) -> tuple[list[str], list[_Leaf]]:
    """Return the datastreams that names suggest, and the numbers that they do not explain."""
    lines: list[str] = []
    unknown: list[_Leaf] = []
    for leaf in leaves:
        in_text = type(leaf.value) is str
        number = plain_number(leaf.value) if in_text else leaf.value
        if type(number) not in (int, float) or number is None:
            continue
        meaning = next((one for one in MEANINGS if one[0].search(leaf.name)), None)
        if meaning is None or UNREAD.search(leaf.name):
            unknown.append(leaf)
            continue
        told = {"observed_property": meaning[1], "path": leaf.path, "unit": _unit(meaning, number)}
        if in_text:
            told["value"] = "number-in-text"
        name = re.sub(r"[^a-z0-9]+", "-", leaf.path.lower()).strip("-")[:64]
        lines.append(f"  {name}: {_flow(told)}")
    return lines, unknown


def _unit(meaning: tuple[Any, str, str], number: float) -> str:
    is_pascal = meaning[1] == "air-pressure" and number > 20_000  # noqa: PLR2004 - hPa are 1000
    return "Pa" if is_pascal else meaning[2]


def _example(form: _Form, sample: bytes) -> dict[str, Any]:
    is_json = form.fields["decode"] == "json"
    payload = {"payload": form.document} if is_json else {"payload_text": sample.decode()}
    return {
        "description": "the sample; put values of your own in",
        "topic": "city/demo/vendor/model/sample",
        "received_time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        **payload,
    }


def _flow(value: Any) -> str:
    """Return a value as YAML writes it in one line."""
    text = yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, width=9999, default_flow_style=True
    )
    return str(text).removesuffix("...\n").strip()


def _lines(part: Mapping[str, Any]) -> list[str]:
    """Return a part as YAML writes it in lines."""
    text = yaml.dump(dict(part), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=98)
    return str(text).splitlines(keepends=True)


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as such."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _write_text)
