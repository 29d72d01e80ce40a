"""Rules about what the root node says of the stream."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal

from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.graph import Graph, Term
from deploy.ldes_check.page import Page
from deploy.ldes_check.paths import read_path
from deploy.ldes_check.terms import LDES, RDF, SHACL, TREE, XSD
from deploy.ldes_check.values import has_zone, integer_of
from deploy.ldes_check.verdict import Sight

PATHS: Final = (
    "timestampPath", "sequencePath", "versionOfPath", "versionTimestampPath",
    "versionSequencePath", "versionCreatePath", "versionUpdatePath", "versionDeletePath",
    "transactionPath", "transactionFinalizedPath",
)  # fmt: skip
_OTHERS: Final = (
    "versionCreateObject", "versionUpdateObject", "versionDeleteObject",
    "transactionFinalizedObject", "pollingInterval",
)  # fmt: skip
_SHAPE_WORDS: Final = ("property", "node", "and", "or", "xone", "not", "closed", "nodeKind")


def at_most_one(evidence: Evidence) -> Iterator[Sight]:
    """No property of the stream is given twice."""
    if evidence.stream is None:
        return
    for name in PATHS + _OTHERS:
        values = evidence.stream.values(name)
        if values:
            many = f"ldes:{name} has {len(values)} values" if len(values) > 1 else ""
            yield Sight(evidence.stream.root.url, many)


def paths(evidence: Evidence) -> Iterator[Sight]:
    """Paths are paths."""
    if evidence.stream is None:
        return
    root = evidence.stream.root
    for name in PATHS:
        for value in evidence.stream.values(name):
            is_path = read_path(root.controls, value) is not None
            yield Sight(root.url, "" if is_path else f"ldes:{name} {value} is no property path")


def chronological(evidence: Evidence) -> Iterator[Sight]:
    """The stream has an order in time."""
    if evidence.stream is not None:
        given = bool(evidence.stream.values("timestampPath"))
        yield Sight(evidence.stream.root.url, "" if given else "no ldes:timestampPath")


def polling_interval(evidence: Evidence) -> Iterator[Sight]:
    """The polling interval is a number of seconds."""
    if evidence.stream is None:
        return
    for value in evidence.stream.values("pollingInterval"):
        number = integer_of(value)
        fine = number is not None and number > 0
        yield Sight(evidence.stream.root.url, "" if fine else f"ldes:pollingInterval {value}")


def zoned_times(evidence: Evidence) -> Iterator[Sight]:
    """Times mean the same everywhere."""
    for node in evidence.nodes:
        times = [
            quad.object
            for quad in node.page.graph.quads
            if isinstance(quad.object, Literal) and quad.object.datatype == XSD["dateTime"]
        ]
        if times:
            bare = [time for time in times if not has_zone(time)]
            words = (
                f"{len(bare)} of {len(times)} times have no zone: {', '.join(map(str, bare[:3]))}"
            )
            yield Sight(node.page.url, words if bare else "")


def shape(evidence: Evidence) -> Iterator[Sight]:
    """The shape can be had."""
    for iri, page in evidence.samples.shapes:
        yield Sight(page.answer.asked, _shape_problem(iri, page))


def _shape_problem(iri: Term, page: Page) -> str:
    if not page.is_there:
        return f"{iri} gives no RDF: {page.unreadable}"
    return "" if is_shape(page.graph, iri) else f"{iri} is not described as a sh:NodeShape"


def is_shape(graph: Graph, iri: Term) -> bool:
    """Tell whether a node is described as a node shape."""
    if SHACL["NodeShape"] in graph.objects(iri, RDF["type"]):
        return True
    return any(graph.objects(iri, SHACL[word]) for word in _SHAPE_WORDS)


def one_description(evidence: Evidence) -> Iterator[Sight]:
    """The view is described once."""
    if evidence.stream is None:
        return
    root = evidence.stream.root
    for predicate in (LDES["retentionPolicy"], TREE["viewDescription"]):
        values = root.controls.objects(root.iri, predicate)
        if values:
            many = f"{predicate} has {len(values)} values" if len(values) > 1 else ""
            yield Sight(root.url, many)


CHECKS: Final = {
    "context.at-most-one": at_most_one,
    "context.paths": paths,
    "context.chronological": chronological,
    "context.polling-interval": polling_interval,
    "context.zoned-times": zoned_times,
    "context.shape": shape,
    "context.one-description": one_description,
}
