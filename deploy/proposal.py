"""A first profile, proposed from a sample: what is there, what it may mean, what to look up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from deploy.field_names import PERSONAL
from deploy.sample_form import Form, form_of
from deploy.sample_leaves import (
    Leaf,
    clock_of,
    date_and_time_of,
    leaves_of,
    place_of,
    thing_of,
    time_of,
)
from deploy.sample_series import series_of, word_for
from deploy.sample_shape import AROUND, Shape, shape_of
from schemas.interpreter.compiled_profile import compile_profile
from schemas.language.decode_profile import PRIVATE
from schemas.language.sensor_profile import SensorProfile
from schemas.self_check import explain
from schemas.vocabulary import Vocabulary
from schemas.yaml_source import parse_yaml, read_model


def propose(profile_id: str, sample: bytes, *, vocabulary: Vocabulary) -> str:
    """Return the text of a profile for a sample; what nobody can know is a comment in it.

    Raises:
        Misconfigured: the sample is of no form that can be told apart.
    """
    form = form_of(sample)
    draft = _draft(profile_id, form, shape_of(form.document), vocabulary)
    example = _example(profile_id, form, sample)
    if "observed_property" not in draft:
        return draft + "".join(_lines({"examples": [{**example, "empty": "no-values"}]}))
    text = draft + "".join(_lines({"examples": [{**example, "empty": "no-values"}]}))
    source = parse_yaml(text, "the proposal")
    profile = compile_profile(read_model(source, SensorProfile), source, vocabulary)
    received_time = datetime.fromisoformat(example["received_time"])
    told = explain(profile, sample, received_time=received_time)
    found = {
        "observations": [
            {"datastream": one["datastream"], "result": _plain(one["result"])}
            for one in told["observations"]
        ],
        "rejections": [one["reason"] for one in told["rejections"]],
        "empty": told["empty"],
    }
    given = {name: value for name, value in found.items() if value}
    return draft + "".join(_lines({"examples": [{**example, **given}]}))


def _draft(profile_id: str, form: Form, shape: Shape, vocabulary: Vocabulary) -> str:
    """Return all but the examples."""
    leaves = leaves_of(shape.item)
    outer = leaves_of(form.document) if shape.item is not shape.document else []
    words = [word_for(leaf, leaves, 0) for leaf in leaves]
    names = [leaf for leaf in leaves if leaf not in words]
    time, thing = time_of(leaves), thing_of(names) or thing_of(outer)
    clock = clock_of(time) if time else date_and_time_of(leaves)
    used = {leaf.path for leaf in (time, thing) if leaf} | set(clock.values())
    place = place_of(shape.item, leaves)
    mine = [
        leaf
        for leaf in leaves
        if leaf.path not in used | set(place.values()) and not leaf.path.startswith(f"{AROUND}.")
    ]
    decimal = form.fields.get("decimal", ".")
    series, unknown = series_of(mine, decimal=decimal, vocabulary=vocabulary)
    parts: dict[str, Any] = {
        **form.fields,
        "personal_fields": _personal(form, shape, leaves, outer),
        **shape.fields,
        "thing": {"path": thing.path} if thing else None,
        "place": place,
        "phenomenon_time": clock or (clock_of(late) if (late := time_of(outer)) else "received"),
    }
    if form.fields["decode"] == "csv":
        del parts["each"]
    return "\n".join(
        [
            f"id: {profile_id}",
            f"title: {profile_id.replace('/', ' ')}  # what the device is",
            "version: 1",
            "source: unknown  # the documentation that says what the fields mean",
            "personal: no  # yes, when the values are about persons, such as a home's consumption",
            *(f"{name}: {_flow(value)}" for name, value in parts.items() if value),
            "datastreams:  # check each unit: names do not say it",
            *(f"  {name}: {_flow(told)}" for name, told in series.items()),
            *(f"  # {one.path} = {str(one.value)[:40]!r}: what is it?" for one in unknown),
            "",
        ]
    )


def _personal(form: Form, shape: Shape, leaves: list[Leaf], outer: list[Leaf]) -> list[str]:
    """Return the fields that should go before anything is kept, as far as names tell."""
    decode, each = form.fields["decode"], str(shape.fields.get("each", ""))
    if decode not in PRIVATE or "pairs" in shape.fields:
        return []
    names = [leaf.path for leaf in outer if PERSONAL.search(leaf.name)]
    inside = [leaf.path for leaf in leaves if PERSONAL.search(leaf.name)]
    if decode == "csv":
        return [name.strip('"') for name in inside]
    if "around" in shape.fields or "tables" in shape.fields:
        return names
    prefix = {"": "", "@": "[*]."}.get(each, f"{each.removesuffix('[]')}[*].")
    return names + [prefix + path for path in inside if '"' not in path]


def _example(profile_id: str, form: Form, sample: bytes) -> dict[str, Any]:
    is_json = form.fields["decode"] == "json"
    payload = {"payload": form.document} if is_json else {"payload_text": sample.decode()}
    return {
        "description": "the sample; put values of your own in",
        "topic": f"city/demo/{profile_id}/sample",
        "received_time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        **payload,
    }


def _plain(result: Any) -> Any:
    """Return a number without the noise in its last digits."""
    return float(f"{result:.12g}") if type(result) is float else result


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
