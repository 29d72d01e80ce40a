"""The rule that members conform to the shape of their stream."""

from collections.abc import Iterator, Sequence
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from deploy.ldes_check.checks.context import is_shape
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.graph import Graph, Term
from deploy.ldes_check.samples import Found
from deploy.ldes_check.second_look import spread
from deploy.ldes_check.verdict import NotChecked, Sight

# pyshacl takes some milliseconds for each member.
_MOST = 100


def conform(evidence: Evidence) -> Iterator[Sight]:
    """Each member, as focus node, conforms to each shape."""
    for shape, page in evidence.samples.shapes:
        if not page.is_there or not is_shape(page.graph, shape):
            raise NotChecked(f"the shape {shape} could not be had")
        if not isinstance(shape, NamedNode):
            raise NotChecked("the shape has no IRI")
        yield from _validate(spread(evidence.described_members, _MOST), page.graph, shape)


def _validate(members: Sequence[Found], shapes: Graph, shape: NamedNode) -> Iterator[Sight]:
    try:
        import pyshacl
    except ImportError:
        raise NotChecked("pyshacl is not installed: pip install pyshacl") from None
    shapes_graph = _rdflib(shapes.quads)
    for member in members:
        try:
            conforms, _, words = pyshacl.validate(
                _rdflib(member.graph.quads),
                shacl_graph=shapes_graph,
                focus_nodes=[member.iri.value],
                use_shapes=[shape.value],
            )
        except Exception as failure:  # a malformed shape makes it raise whatever comes up
            raise NotChecked(f"pyshacl cannot use {shape}: {failure!r}") from failure
        yield Sight(member.node.page.url, "" if conforms else _first_message(member.iri, words))


def _first_message(member: Term, words: str) -> str:
    lines = [line.strip() for line in words.splitlines()]
    messages = [line for line in lines if line.startswith("Message:")]
    return f"{member}: {messages[0].removeprefix('Message:').strip() if messages else words[:200]}"


def _rdflib(quads: Sequence[Quad]) -> Any:
    """Return the quads as pyshacl takes them, without their graphs."""
    import rdflib

    graph = rdflib.Graph()
    body = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES)
    graph.parse(data=body, format="nt")
    return graph
