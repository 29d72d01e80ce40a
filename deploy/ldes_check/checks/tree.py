"""Rules about relations and the tree that they make."""

from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import NamedNode

from deploy.ldes_check.answer import GONE, OK
from deploy.ldes_check.checks.retention import policies_of
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.graph import Term
from deploy.ldes_check.page import Page, Relation
from deploy.ldes_check.samples import Search
from deploy.ldes_check.values import integer_of
from deploy.ldes_check.verdict import Sight
from deploy.ldes_check.walk import Node

TYPES: Final = frozenset({
    "Relation", "PrefixRelation", "SubstringRelation", "SuffixRelation", "GreaterThanRelation",
    "GreaterThanOrEqualToRelation", "LessThanRelation", "LessThanOrEqualToRelation",
    "EqualToRelation", "NotEqualToRelation", "GeospatiallyContainsRelation",
})  # fmt: skip
_WITH_BOUND: Final = TYPES - {
    "Relation", "PrefixRelation", "SubstringRelation", "SuffixRelation", "NotEqualToRelation",
    "GeospatiallyContainsRelation",
}  # fmt: skip


def relations(evidence: Evidence) -> Iterator[tuple[Page, Relation]]:
    """Yield every relation, with the page that it stands on."""
    for node in evidence.nodes:
        for relation in node.page.relations:
            yield node.page, relation


def one_node(evidence: Evidence) -> Iterator[Sight]:
    """A relation leads somewhere."""
    for page, relation in relations(evidence):
        fine = len(relation.nodes) == 1 and isinstance(relation.nodes[0], NamedNode)
        shown = ", ".join(map(str, relation.nodes)) or "none"
        yield Sight(page.url, "" if fine else f"tree:node of {relation.subject}: {shown}")


def one_type(evidence: Evidence) -> Iterator[Sight]:
    """A relation says what it means."""
    for page, relation in relations(evidence):
        special = [kind for kind in relation.kinds if kind in TYPES - {"Relation"}]
        fine = len(special) == 1 or (not special and "Relation" in relation.kinds)
        shown = ", ".join(relation.kinds) or "none"
        yield Sight(
            page.url, "" if fine else f"type of the relation to {relation.target}: {shown}"
        )


def path_and_value(evidence: Evidence) -> Iterator[Sight]:
    """A relation that compares has both sides."""
    for page, relation in relations(evidence):
        if relation.kind in _WITH_BOUND:
            yield Sight(page.url, _sides_problem(relation))


def _sides_problem(relation: Relation) -> str:
    where = f"the relation to {relation.target}"
    if len(relation.paths) != 1 or relation.path is None:
        return f"{where} has {len(relation.paths)} tree:path that are property paths"
    return "" if len(relation.values) == 1 else f"{where} has {len(relation.values)} tree:value"


def one_parent(evidence: Evidence) -> Iterator[Sight]:
    """Relations make a tree."""
    if not evidence.tree.nodes:
        return
    root = evidence.tree.root.link
    for link, parents in evidence.tree.parents.items():
        most = 0 if link == root else 1
        role = "the root" if link == root else link
        words = f"{len(parents)} pages lead to {role}: {', '.join(list(parents)[:3])}"
        yield Sight(link, words if len(parents) > most else "")


def reachable(evidence: Evidence) -> Iterator[Sight]:
    """No relation leads nowhere."""
    for node in evidence.tree.nodes.values():
        if node.parent is not None:
            fine = node.page.answer.status in (OK, GONE)
            origin = node.parent.page.url
            yield Sight(origin, "" if fine else f"{node.link} answers {node.page.answer.says}")


def no_link_to_gone(evidence: Evidence) -> Iterator[Sight]:
    """Pages that are taken away are unlinked first."""
    looks = {look.node.page.url: look for look in evidence.second_looks}
    for link, node in evidence.tree.nodes.items():
        if node.page.answer.status != GONE:
            continue
        for parent in evidence.tree.parents.get(link, {}):
            look = looks.get(parent)
            still = look is not None and link in look.again.links
            is_open = look is not None and not look.node.page.is_closed
            yield Sight(parent, f"{link} is gone and linked" if still and is_open else "")


def remaining_items(evidence: Evidence) -> Iterator[Sight]:
    """Announced numbers of members are right."""
    for node in evidence.tree.nodes.values():
        for relation in node.relations:
            for announced in relation.remaining:
                number = integer_of(announced)
                if number is None:
                    yield Sight(node.link, f"tree:remainingItems {announced}")
                elif below := _whole_subtree(evidence, node):
                    yield Sight(node.link, _count_problem(evidence, number, below))


def _whole_subtree(evidence: Evidence, top: Node) -> Sequence[Node]:
    """Return the nodes of a subtree; none when not all of it was visited."""
    found = [node for node in evidence.nodes if top in node.way()]
    links = {link for node in found for link in node.page.links}
    return found if links <= evidence.tree.nodes.keys() else ()


def _count_problem(evidence: Evidence, announced: int, below: Sequence[Node]) -> str:
    """Return what is wrong with a number; a subtree that still grows may hold more by now."""
    stream = evidence.entry.stream
    found = {one for node in below for one in node.page.members(stream.iri)} if stream else set()
    is_closed = all(node.page.is_closed for node in below)
    fine = len(found) == announced if is_closed else len(found) >= announced
    return "" if fine else f"{announced} members announced, {len(found)} found"


def append_only(evidence: Evidence) -> Iterator[Sight]:
    """What was published does not vanish."""
    if evidence.stream is None or policies_of(evidence.stream.root):
        return
    stream = evidence.stream.iri
    later = {one for page in _newest(evidence) for one in page.members(stream)}
    for look in evidence.second_looks:
        lost = set(look.node.page.members(stream)) - later
        yield Sight(look.node.link, _lost(lost))


def _lost(members: set[Term]) -> str:
    example = min(map(str, members), default="")
    return f"{len(members)} members are gone, such as {example}" if members else ""


def _newest(evidence: Evidence) -> Iterator[Page]:
    """Yield every page as it was seen last."""
    again = {look.node.link for look in evidence.second_looks}
    yield from (node.page for node in evidence.nodes if node.link not in again)
    for look in evidence.second_looks:
        yield from (look.again, *look.added)


def search(evidence: Evidence) -> Iterator[Sight]:
    """A moment leads to its page."""
    if evidence.stream is not None:
        for one in evidence.samples.searches:
            yield Sight(one.node.link, _search_problem(evidence, one))


def _search_problem(evidence: Evidence, one: Search) -> str:
    if one.form.problem or one.answer is None or one.member is None or evidence.stream is None:
        return one.form.problem
    asked, page = one.answer.answer.asked, one.answer
    if not page.is_there:
        return f"{asked} gives no page: {page.unreadable}"
    above = {node.page.url for node in one.member.node.way()}
    has_member = one.member.iri in page.members(evidence.stream.iri)
    fine = has_member or page.url in above
    return "" if fine else f"{asked} leads to {page.url}, away from {one.member.iri}"


CHECKS: Final = {
    "tree.node": one_node,
    "tree.type": one_type,
    "tree.path-and-value": path_and_value,
    "tree.one-parent": one_parent,
    "tree.reachable": reachable,
    "tree.no-link-to-gone": no_link_to_gone,
    "tree.remaining-items": remaining_items,
    "tree.append-only": append_only,
    "tree.search": search,
}
