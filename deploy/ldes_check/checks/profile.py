"""Rules about the order of quads in the TREE profile."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from pyoxigraph import NamedNode, Quad

from deploy.ldes_check.entry import Stream
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.page import Page
from deploy.ldes_check.terms import TREE
from deploy.ldes_check.values import span_of
from deploy.ldes_check.verdict import Sight


def offered(evidence: Evidence) -> Iterator[Sight]:
    """Clients may read members as they come."""
    if evidence.stream is not None and evidence.stream.root.is_there:
        fine = any(page.answer.is_profiled for page in evidence.pages)
        yield Sight(evidence.stream.root.url, "" if fine else "no page comes in the TREE profile")


def hypermedia_first(evidence: Evidence) -> Iterator[Sight]:
    """Links come before members."""
    for _, page in _profiled(evidence):
        quads = page.graph.quads
        first = next((n for n, quad in enumerate(quads) if _begins_member(quad)), len(quads))
        late = [quad for quad in quads[first:] if _is_hypermedia(page, quad)]
        yield Sight(page.url, f"{late[0]} comes after the first member" if late else "")


def grouped(evidence: Evidence) -> Iterator[Sight]:
    """The quads of a member stand together."""
    for stream, page in _profiled(evidence):
        blocks = dict(_blocks(page))
        for member in page.members(stream.iri):
            if isinstance(member, NamedNode):
                wrong = set(blocks.get(member, ())) ^ set(page.graph.described(member).quads)
                words = f"{len(wrong)} quads of {member} stand elsewhere, or are another's"
                yield Sight(page.url, words if wrong else "")


def chronological(evidence: Evidence) -> Iterator[Sight]:
    """Members come as they happened."""
    for stream, page in _profiled(evidence):
        members = page.members(stream.iri)
        places = [_place(stream, page, member) for member in members]
        pairs = enumerate(pairwise(places), start=1)
        wrong = next((n for n, (one, two) in pairs if _is_before(two, one)), None)
        if members:
            words = f"{members[wrong]} comes too late" if wrong else ""
            yield Sight(page.url, words)


def _profiled(evidence: Evidence) -> Iterator[tuple[Stream, Page]]:
    """Yield the pages that promise the profile, each media type of each once."""
    seen: set[tuple[str, str]] = set()
    for page in evidence.pages:
        key = (page.url, page.answer.media_type)
        if evidence.stream and page.is_there and page.answer.is_profiled and key not in seen:
            seen.add(key)
            yield evidence.stream, page


def _begins_member(quad: Quad) -> bool:
    return quad.predicate == TREE["member"]


def _is_hypermedia(page: Page, quad: Quad) -> bool:
    return quad.subject == page.iri or quad.predicate == TREE["view"]


def _blocks(page: Page) -> Iterator[tuple[Any, list[Quad]]]:
    """Yield each member with the quads that follow it."""
    block: list[Quad] | None = None
    for quad in page.graph.quads:
        if _begins_member(quad):
            block = []
            yield quad.object, block
        elif _is_hypermedia(page, quad):
            block = None
        elif block is not None:
            block.append(quad)


def _place(stream: Stream, page: Page, member: Any) -> tuple[Any, ...]:
    """Return what a member is ordered by; empty where that cannot be told."""
    place = []
    for path in (stream.path("timestampPath"), stream.path("sequencePath")):
        values = list(path.follow(page.graph, [member])) if path else []
        span = span_of(values[0]) if len(values) == 1 else None
        if path and span is None:
            return ()
        place += [span.least] if span else []
    return tuple(place)


def _is_before(one: tuple[Any, ...], two: tuple[Any, ...]) -> bool:
    comparable = len(one) == len(two) and all(
        type(a) is type(b) for a, b in zip(one, two, strict=True)
    )
    return comparable and one < two


CHECKS: Final = {
    "profile.offered": offered,
    "profile.hypermedia-first": hypermedia_first,
    "profile.grouped": grouped,
    "profile.chronological": chronological,
}
