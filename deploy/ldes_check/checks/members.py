"""Rules about members: what they are, where they stand, and that they stay the same."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from pyoxigraph import NamedNode

from deploy.ldes_check.checks import shapes
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.page import Page
from deploy.ldes_check.terms import TREE
from deploy.ldes_check.verdict import Sight


def of_the_stream(evidence: Evidence) -> Iterator[Sight]:
    """Clients look for members of the stream that they found on the root node."""
    if evidence.stream is None:
        return
    for node in evidence.nodes:
        owners = {quad.subject for quad in node.page.controls.with_predicate(TREE["member"])}
        if owners:
            fine = evidence.stream.iri in owners
            words = f"members of {', '.join(map(str, owners))}, not of {evidence.stream.iri}"
            yield Sight(node.page.url, "" if fine else words)


def iri(evidence: Evidence) -> Iterator[Sight]:
    """A client notes which members it has seen by their IRIs."""
    if evidence.stream is None:
        return
    for node in evidence.nodes:
        for member in node.page.members(evidence.stream.iri):
            fine = isinstance(member, NamedNode)
            yield Sight(node.page.url, "" if fine else f"tree:member {member}")


def described(evidence: Evidence) -> Iterator[Sight]:
    """A member is a set of quads."""
    for member in evidence.members:
        fine = member.node.page.graph.says_of(member.iri)
        yield Sight(member.node.page.url, "" if fine else f"nothing about {member.iri}")


def unchanged(evidence: Evidence) -> Iterator[Sight]:
    """A member never changes."""
    for member, meetings in _meetings(evidence).items():
        if len(meetings) > 1:
            first, *others = meetings
            words = first.graph.described(member).canonical
            changed = (p.url for p in others if p.graph.described(member).canonical != words)
            other = next(changed, "")
            yield Sight(first.url, f"{member} says otherwise at {other}" if other else "")


def _meetings(evidence: Evidence) -> dict[NamedNode, list[Page]]:
    """Return on which pages each member was met."""
    found: dict[NamedNode, list[Page]] = defaultdict(list)
    for member in evidence.members:
        found[member.iri].append(member.node.page)
    if evidence.stream is not None:
        for look in evidence.second_looks:
            for page in (look.again, *look.added):
                for one in page.members(evidence.stream.iri):
                    if isinstance(one, NamedNode):
                        found[one].append(page)
    return found


def once(evidence: Evidence) -> Iterator[Sight]:
    """A member has one place."""
    places: dict[NamedNode, list[str]] = defaultdict(list)
    for member in evidence.members:
        places[member.iri].append(member.node.page.url)
    for member_iri, urls in places.items():
        words = f"{member_iri} stands on {len(urls)} pages, such as {urls[-1]}"
        yield Sight(urls[0], words if len(urls) > 1 else "")


def not_again(evidence: Evidence) -> Iterator[Sight]:
    """Clients forget the members of pages that stay as they are."""
    if evidence.stream is None:
        return
    stream = evidence.stream.iri
    closed = {
        one: node.page.url
        for node in evidence.nodes
        if node.page.is_closed
        for one in node.page.members(stream)
    }
    for look in evidence.second_looks:
        if not look.node.page.is_closed:
            before = set(look.node.page.members(stream))
            again = [one for one in look.again.members(stream) if one not in before]
            anew = next((one for one in again if one in closed), None)
            words = f"{anew} was on {closed[anew]} already" if anew else ""
            yield Sight(look.again.url, words)


def dereference(evidence: Evidence) -> Iterator[Sight]:
    """A member has an address of its own."""
    for member, page in evidence.samples.dereferenced:
        about = page.graph.says_of(member.iri)
        words = f"{member.iri} gives no RDF: {page.unreadable}"
        if page.is_there:
            words = "" if about else f"{member.iri} gives RDF about something else"
        yield Sight(member.node.page.url, words)


CHECKS: Final = {
    "members.of-the-stream": of_the_stream,
    "members.iri": iri,
    "members.described": described,
    "members.unchanged": unchanged,
    "members.once": once,
    "members.not-again": not_again,
    "members.dereference": dereference,
    "members.shape": shapes.conform,
}
