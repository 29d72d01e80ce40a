"""Quads, found by their subject, their object or their graph."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

Term: TypeAlias = NamedNode | BlankNode | Literal
DEFAULT = DefaultGraph()


class Graph:
    """Some quads, in the order in which they were read.

    Attributes:
        quads: all of them, those of named graphs included.
    """

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.quads: Sequence[Quad] = list(quads)

    def objects(self, subject: Term, predicate: NamedNode) -> list[Term]:
        """Return the distinct objects of a pattern."""
        return _terms(q.object for q in self.about(subject) if q.predicate == predicate)

    def subjects(self, predicate: NamedNode, target: Term) -> list[Term]:
        """Return the distinct subjects of a pattern."""
        quads = self._by_object.get(target, ())
        return _terms(q.subject for q in quads if q.predicate == predicate)

    def about(self, subject: Term) -> Sequence[Quad]:
        """Return the quads with a subject."""
        return self._by_subject.get(subject, ())

    def says_of(self, focus: NamedNode) -> bool:
        """Tell whether any quad is about one thing, or in its named graph."""
        return bool(self.about(focus) or self._by_graph.get(focus))

    def with_predicate(self, predicate: NamedNode) -> Iterator[Quad]:
        """Yield the quads with a predicate."""
        return (quad for quad in self.quads if quad.predicate == predicate)

    @cached_property
    def hypermedia(self) -> "Graph":
        """Those of the default graph, where the controls of a page are."""
        return self if not self._by_graph else Graph(q for q in self.quads if _is_default(q))

    def described(self, focus: NamedNode) -> "Graph":
        """Return all quads of one thing: its star, blank nodes included, and its named graph."""
        found = dict.fromkeys(self._by_graph.get(focus, ()))
        seen: set[Term] = set()
        waiting: list[Term] = [
            focus, *(quad.object for quad in found if isinstance(quad.object, BlankNode)),
        ]  # fmt: skip
        while waiting:
            subject = waiting.pop()
            if subject in seen:
                continue
            seen.add(subject)
            star = [quad for quad in self.about(subject) if _is_default(quad)]
            found.update(dict.fromkeys(star))
            waiting += [quad.object for quad in star if isinstance(quad.object, BlankNode)]
        return Graph(found)

    @cached_property
    def canonical(self) -> frozenset[str]:
        """The quads as text, the same for isomorphic ones."""
        dataset = Dataset(self.quads)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return frozenset(map(str, dataset))

    @cached_property
    def _by_subject(self) -> dict[Term | Triple, list[Quad]]:
        found: dict[Term | Triple, list[Quad]] = defaultdict(list)
        for quad in self.quads:
            found[quad.subject].append(quad)
        return dict(found)

    @cached_property
    def _by_object(self) -> dict[Term | Triple, list[Quad]]:
        found: dict[Term | Triple, list[Quad]] = defaultdict(list)
        for quad in self.quads:
            found[quad.object].append(quad)
        return dict(found)

    @cached_property
    def _by_graph(self) -> dict[Term, list[Quad]]:
        """Quads of the graphs that have a name, an IRI or a blank node."""
        found: dict[Term, list[Quad]] = defaultdict(list)
        for quad in self.quads:
            if not isinstance(quad.graph_name, DefaultGraph):
                found[quad.graph_name].append(quad)
        return dict(found)


def _is_default(quad: Quad) -> bool:
    return quad.graph_name == DEFAULT


def _terms(found: Iterable[Term | Triple]) -> list[Term]:
    """Return each term once; what is said about triples is nothing that a stream says."""
    return [term for term in dict.fromkeys(found) if not isinstance(term, Triple)]
