"""Rules about the bounds that relations give, and the members below them."""

from collections.abc import Iterator, Sequence
from typing import Final

from deploy.ldes_check.checks.tree import relations
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.page import Relation
from deploy.ldes_check.paths import Path
from deploy.ldes_check.samples import Found
from deploy.ldes_check.values import COMPARATORS, is_date_time, satisfies, span_of
from deploy.ldes_check.verdict import Sight


def comparable(evidence: Evidence) -> Iterator[Sight]:
    """Bounds can be compared."""
    time = evidence.stream.path("timestampPath") if evidence.stream else None
    for page, relation in relations(evidence):
        for value in relation.values[:1] if relation.kind in COMPARATORS else ():
            fine = is_date_time(value) if relation.path == time else span_of(value) is not None
            words = f"tree:value {value} of the relation to {relation.target}"
            problem = "" if fine else words
            # A member without a time is another rule's matter.
            if fine and relation.path != time:
                problem = _mismatch(evidence, relation)
            yield Sight(page.url, problem)


def _mismatch(evidence: Evidence, relation: Relation) -> str:
    """Return why the first member below a relation cannot be compared with its bound."""
    node = evidence.tree.nodes.get(relation.target)
    if node is None or evidence.stream is None or relation.path is None:
        return ""
    for member in node.page.members(evidence.stream.iri)[:1]:
        graph = node.page.graph
        values = relation.path.follow(graph, [member])
        verdicts = [satisfies(relation.kind, value, relation.values[0]) for value in values]
        if verdicts and all(verdict is None for verdict in verdicts):
            shown = ", ".join(map(str, values))
            return f"tree:value {relation.values[0]} cannot be compared with {shown}"
    return ""


def chronological(evidence: Evidence) -> Iterator[Sight]:
    """The tree follows the order of the stream."""
    orders = _orders(evidence)
    if not orders:
        return
    for node in evidence.nodes:
        for target, bunch in node.page.links.items():
            fine = any(relation.path in orders for relation in bunch)
            yield Sight(node.page.url, "" if fine else f"no relation in order leads to {target}")


def contained(evidence: Evidence) -> Iterator[Sight]:
    """Members are where the relations promise them."""
    for member in evidence.members:
        bounds = [
            relation
            for node in member.node.way()
            for relation in node.relations
            if relation.kind in COMPARATORS and relation.path and len(relation.values) == 1
        ]
        if bounds:
            yield Sight(member.node.page.url, _outside(member, bounds))


def _outside(member: Found, bounds: Sequence[Relation]) -> str:
    """Return which bound a member does not satisfy; one value of several has to."""
    for relation in bounds:
        values = member.values(relation.path) if relation.path else frozenset()
        bound = relation.values[0]
        outcomes = [satisfies(relation.kind, value, bound) for value in values]
        if outcomes and all(outcome is False for outcome in outcomes):
            found = ", ".join(sorted(map(str, values)))
            return f"{member.iri} has {found}, beyond {relation.kind} {bound}"
    return ""


def _orders(evidence: Evidence) -> Sequence[Path]:
    if evidence.stream is None:
        return ()
    found = (evidence.stream.path(name) for name in ("timestampPath", "sequencePath"))
    return [path for path in found if path is not None]


CHECKS: Final = {
    "tree.comparable": comparable,
    "tree.chronological": chronological,
    "tree.contained": contained,
}
