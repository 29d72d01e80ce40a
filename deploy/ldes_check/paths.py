"""SHACL property paths: read from a page, compared, and followed through a member."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, NamedNode

from deploy.ldes_check.graph import Graph, Term
from deploy.ldes_check.terms import RDF, SHACL

_LONGEST: Final = 50
_REPEATED: Final = {
    "zeroOrMorePath": (0, _LONGEST),
    "oneOrMorePath": (1, _LONGEST),
    "zeroOrOnePath": (0, 1),
}


class Path(ABC):
    """A way from one term to others; two that are written alike are equal."""

    @abstractmethod
    def follow(self, graph: Graph, start: Iterable[Term]) -> set[Term]:
        """Return the terms at its end."""


@dataclass(frozen=True)
class Predicate(Path):
    """One property."""

    iri: NamedNode

    def follow(self, graph: Graph, start: Iterable[Term]) -> set[Term]:
        """Return the objects."""
        return {found for term in start for found in graph.objects(term, self.iri)}


@dataclass(frozen=True)
class Inverse(Path):
    """One property, backwards."""

    iri: NamedNode

    def follow(self, graph: Graph, start: Iterable[Term]) -> set[Term]:
        """Return the subjects."""
        return {found for term in start for found in graph.subjects(self.iri, term)}


@dataclass(frozen=True)
class Sequence(Path):
    """One path after the other."""

    parts: tuple[Path, ...]

    def follow(self, graph: Graph, start: Iterable[Term]) -> set[Term]:
        """Return the ends of the last."""
        found = set(start)
        for part in self.parts:
            found = part.follow(graph, found)
        return found


@dataclass(frozen=True)
class Alternative(Path):
    """Any of several paths."""

    parts: tuple[Path, ...]

    def follow(self, graph: Graph, start: Iterable[Term]) -> set[Term]:
        """Return the ends of all."""
        begin = set(start)
        return {found for part in self.parts for found in part.follow(graph, begin)}


@dataclass(frozen=True)
class Repeated(Path):
    """A path, so many times."""

    part: Path
    least: int
    most: int

    def follow(self, graph: Graph, start: Iterable[Term]) -> set[Term]:
        """Return the ends of every number of times."""
        found = set(start)
        reached = set(found) if self.least == 0 else set()
        for times in range(1, self.most + 1):
            found = self.part.follow(graph, found) - (reached if times > self.least else set())
            if not found:
                break
            reached |= found
        return reached


def read_path(graph: Graph, node: Term, depth: int = 0) -> Path | None:
    """Return the path that a node of a page describes; `None` when it is none."""
    if depth > _LONGEST:
        return None
    if isinstance(node, NamedNode):
        return Predicate(node) if node != RDF["nil"] else None
    if not isinstance(node, BlankNode):
        return None
    if graph.objects(node, RDF["first"]):
        parts = _read_all(graph, node, depth)
        return Sequence(parts) if parts else None
    return _read_special(graph, node, depth)


def _read_special(graph: Graph, node: Term, depth: int) -> Path | None:
    for target in graph.objects(node, SHACL["inversePath"]):
        return Inverse(target) if isinstance(target, NamedNode) else None
    for target in graph.objects(node, SHACL["alternativePath"]):
        parts = _read_all(graph, target, depth)
        return Alternative(parts) if parts else None
    for name, (least, most) in _REPEATED.items():
        for target in graph.objects(node, SHACL[name]):
            part = read_path(graph, target, depth + 1)
            return Repeated(part, least, most) if part else None
    return None


def _read_all(graph: Graph, head: Term, depth: int) -> tuple[Path, ...]:
    """Return the paths of a list; none when one of them is none."""
    parts = [read_path(graph, item, depth + 1) for item in read_list(graph, head)]
    return tuple(part for part in parts if part) if all(parts) else ()


def read_list(graph: Graph, head: Term) -> Iterator[Term]:
    """Yield the items of an RDF list."""
    seen: set[Term] = set()
    while head != RDF["nil"] and head not in seen:
        seen.add(head)
        yield from graph.objects(head, RDF["first"])
        rest = graph.objects(head, RDF["rest"])
        if not rest:
            return
        head = rest[0]
