"""A page as JSON-LD, with its context in it: a remote one is one more request to fail.

Values that are not numbers for JSON are texts: an exact decimal does not survive a JSON number.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from api.ldes.quads import (
    Block,
    Quad,
    base_of,
    by_predicate,
    is_literal,
    literal,
    prefixed,
    relative_blocks,
)
from api.ldes.terms import PREFIXES, TYPE, term

_IRIS: Final = {
    "dct": ("license", "isVersionOf", "isPartOf"),
    "dqv": ("isMeasurementOf",),
    "hydra": ("previous", "next"),
    "ldes": (
        "timestampPath", "sequencePath", "versionOfPath", "versionTimestampPath",
        "versionSequencePath", "versionDeletePath", "versionDeleteObject",
    ),
    "prov": ("wasRevisionOf",),
    "qudt": ("hasUnit", "hasQuantityKind"),
    "sosa": ("madeBySensor", "usedProcedure", "observedProperty", "hasFeatureOfInterest"),
    "tree": ("view", "member", "shape", "node", "path"),
    "vkm": ("geobserveerdObject", "voertuigType"),
}  # fmt: skip
_TYPED: Final = {
    "xsd:dateTime": ("dct:created", "prov:generatedAtTime", "sosa:resultTime",
                     "time:inXSDDateTime"),
    "xsd:decimal": ("qudt:numericValue",),
    "xsd:integer": ("schema:position", "ldes:pollingInterval"),
    "xsd:boolean": ("ldes:immutable",),
    "xsd:duration": ("ldes:fullLogDuration",),
    "geo:wktLiteral": ("geo:asWKT",),
}  # fmt: skip
_PLAIN: Final = (
    "tree:relation", "ldes:retentionPolicy", "sosa:phenomenonTime", "sosa:hasResult",
    "sosa:hasSimpleResult", "time:hasBeginning", "time:hasEnd", "dqv:hasQualityMeasurement",
    "prov:atLocation", "vkm:geobserveerdKenmerk", "sosa:hasMember",
)  # fmt: skip


def _words() -> Mapping[str, Mapping[str, str]]:
    """Return our words, each with the IRI and the type that it stands for."""
    words: dict[str, dict[str, str]] = {}
    for prefix, names in _IRIS.items():
        words |= {name: {"@id": f"{prefix}:{name}", "@type": "@id"} for name in names}
    for datatype, names in _TYPED.items():
        words |= {_local(name): {"@id": name, "@type": datatype} for name in names}
    return words | {_local(name): {"@id": name} for name in _PLAIN}


def _local(name: str) -> str:
    return name.partition(":")[2]


_WORDS: Final = _words()
_BY_IRI: Final = {term(word["@id"]): name for name, word in _WORDS.items()}
_CONTEXT: Final = {**PREFIXES, **_WORDS}


def json_ld(text: str) -> str:
    """Return our own N-Quads as JSON-LD, in the same order."""
    base = base_of(text)
    graph = [
        _node(block, subject, quads)
        for block in relative_blocks(text, base)
        for subject, quads in block.top.items()
    ]
    context = {**_CONTEXT, "@base": base} if base else _CONTEXT
    document = {"@context": context, "@graph": _joined(graph)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _joined(graph: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the nodes with all members of the stream named by the stream, which comes first."""
    nodes: dict[str, dict[str, Any]] = {}
    for node in graph:
        known = nodes.setdefault(node["@id"], node)
        if known is not node:
            known["member"] = [*_list(known.get("member", [])), *_list(node["member"])]
    return list(nodes.values())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _node(block: Block, subject: str, quads: Iterable[Quad]) -> dict[str, Any]:
    return {"@id": _address(subject), **_properties(block, quads)}


def _properties(block: Block, quads: Iterable[Quad]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for predicate, objects in by_predicate(quads).items():
        key, kind = _key(predicate)
        values = [_value(block, kind, one) for one in objects]
        found[key] = values if len(values) > 1 else values[0]
    return found


@lru_cache(maxsize=256)
def _key(predicate: str) -> tuple[str, str]:
    """Return the word for a predicate, and what its values are taken for."""
    if predicate == TYPE:
        return "@type", "@vocab"
    word = _BY_IRI.get(predicate, "")
    return word or prefixed(predicate) or predicate[1:-1], _WORDS.get(word, {}).get("@type", "")


def _value(block: Block, kind: str, value: str) -> Any:
    if value in block.inner:
        return _properties(block, block.inner[value])
    if is_literal(value):
        return _literal(kind, value)
    if kind == "@vocab":
        return prefixed(value) or value[1:-1]
    return _address(value) if kind == "@id" else {"@id": _address(value)}


def _literal(kind: str, value: str) -> Any:
    quoted, datatype, language = literal(value)
    text = json.loads(quoted)
    if language:
        return {"@value": text, "@language": language}
    known = prefixed(datatype) or datatype[1:-1]
    return {"@value": text, "@type": known} if datatype and known != kind else text


def _address(value: str) -> str:
    return value if value.startswith("_:") else value[1:-1]
