"""Rules about the address that a client begins with."""

from collections.abc import Iterator
from typing import Final

from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.terms import LDES, RDF, TREE
from deploy.ldes_check.verdict import Sight


def one_view(evidence: Evidence) -> Iterator[Sight]:
    """There is exactly one view to begin with."""
    entry = evidence.entry
    if not entry.page.is_there:
        yield Sight(entry.url, f"the address gives no page: {entry.page.unreadable}")
    elif len(entry.candidates) != 1:
        views = ", ".join(f"{stream} tree:view {view}" for stream, view in entry.candidates)
        yield Sight(entry.url, f"{len(entry.candidates)} views in place of one: {views or 'none'}")
    else:
        yield Sight(entry.url)


def root_names_itself(evidence: Evidence) -> Iterator[Sight]:
    """The root node is the view of its stream."""
    if evidence.stream is None:
        return
    root = evidence.stream.root
    if not root.is_there:
        yield Sight(root.answer.asked, f"the root node gives no page: {root.unreadable}")
    elif root.iri not in root.controls.objects(evidence.stream.iri, TREE["view"]):
        yield Sight(root.url, f"no {evidence.stream.iri} tree:view {root.iri} on it")
    else:
        yield Sight(root.url)


def typed(evidence: Evidence) -> Iterator[Sight]:
    """The stream has its type."""
    if evidence.stream is None or not evidence.stream.root.is_there:
        return
    root = evidence.stream.root
    is_typed = LDES["EventStream"] in root.controls.objects(evidence.stream.iri, RDF["type"])
    yield Sight(root.url, "" if is_typed else f"{evidence.stream.iri} has no such type")


CHECKS: Final = {
    "entry.one-view": one_view,
    "entry.root-names-itself": root_names_itself,
    "entry.typed": typed,
}
