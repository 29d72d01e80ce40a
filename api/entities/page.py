"""An entity as a page for people: a table of what is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from api.ldes.terms import PREFIXES

_LABEL: Final = URIRef(PREFIXES["rdfs"] + "label")
_NAMES: Final = {namespace: prefix for prefix, namespace in PREFIXES.items()}


@dataclass(frozen=True)
class Value:
    """What a property is; with an address where it leads to."""

    text: str
    address: str = ""
    language: str = ""


@dataclass(frozen=True)
class Property:
    """A property and its values."""

    name: str
    address: str
    values: Sequence[Value]


def title_of(graph: Graph, subject: str, language: str) -> str:
    """Return what an entity is called: in a language, else in Dutch, else as it is called."""
    labels = [one for one in graph.objects(URIRef(subject), _LABEL) if isinstance(one, Literal)]
    names = {one.language: str(one) for one in labels}
    return names.get(language) or names.get("nl") or next(iter(names.values()), subject)


def properties_of(graph: Graph, subject: str) -> list[Property]:
    """Return what is said of an entity, and of what hangs on it, in alphabetical order."""
    found: dict[URIRef, list[Value]] = {}
    for predicate, value in _statements(graph, URIRef(subject)):
        found.setdefault(predicate, []).append(_value(value))
    return [
        Property(_name(predicate), str(predicate), sorted(values, key=_order))
        for predicate, values in sorted(found.items())
    ]


def _statements(graph: Graph, subject: Node) -> list[tuple[URIRef, Node]]:
    """Return what is said of an entity; what hangs on it is of another type than it is."""
    found: list[tuple[URIRef, Node]] = []
    for predicate, value in graph.predicate_objects(subject):
        if isinstance(value, BNode):
            found += [one for one in _statements(graph, value) if one[0] != RDF.type]
        elif isinstance(predicate, URIRef):
            found.append((predicate, value))
    return found


def _value(node: Node) -> Value:
    if isinstance(node, Literal):
        return Value(str(node), language=node.language or "")
    address = str(node)
    known = address.startswith(("http://", "https://"))
    return Value(_name(URIRef(address)), address if known else "")


def _name(iri: URIRef) -> str:
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _NAMES.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix else str(iri)


def _order(value: Value) -> tuple[str, str]:
    return value.language, value.text
