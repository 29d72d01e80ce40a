"""A few members looked at closely: at their own address, by their shape, through a search."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from deploy.ldes_check.entry import Stream
from deploy.ldes_check.graph import Graph, Term
from deploy.ldes_check.page import Page, fetch_page
from deploy.ldes_check.paths import Path
from deploy.ldes_check.search import SearchForm, time_searches
from deploy.ldes_check.second_look import spread
from deploy.ldes_check.terms import TREE
from deploy.ldes_check.visitor import Visitor
from deploy.ldes_check.walk import Node, Tree


@dataclass(frozen=True, eq=False)
class Found:
    """A member on a page."""

    node: Node
    iri: NamedNode
    _values: dict[Path, frozenset[Term]] = field(default_factory=dict, repr=False)

    @property
    def graph(self) -> Graph:
        """Its quads."""
        return self.node.page.graph.described(self.iri)

    def values(self, path: Path) -> frozenset[Term]:
        """Return what a path finds in it."""
        if path not in self._values:
            found = path.follow(self.node.page.graph, [self.iri])
            self._values[path] = frozenset(found)
        return self._values[path]


@dataclass(frozen=True)
class Search:
    """A search form, and where it led for one member.

    Attributes:
        form: of the page `node`.
        member: whose time was asked for; `None` when the form could not be filled in.
        answer: the page that came.
    """

    node: Node
    form: SearchForm
    member: Found | None = None
    answer: Page | None = None


@dataclass(frozen=True)
class Samples:
    """What was asked for beside the pages.

    Attributes:
        dereferenced: members, and what their own address answered.
        shapes: by its term: what each shape's own address answered, or the root where the root
            describes it.
        searches: what the search forms gave.
    """

    dereferenced: Sequence[tuple[Found, Page]] = ()
    shapes: Sequence[tuple[Term, Page]] = ()
    searches: Sequence[Search] = ()


def members_of(stream: Stream, tree: Tree) -> list[Found]:
    """Return every member of the visited pages that is an IRI, in the order of the pages."""
    return [
        Found(node, iri)
        for node in tree.pages
        for iri in node.page.members(stream.iri)
        if isinstance(iri, NamedNode)
    ]


async def take_samples(visitor: Visitor, stream: Stream, tree: Tree) -> Samples:
    """Ask for a few members, the shapes and the pages of some moments.

    Raises:
        Spent: no more may be asked.
    """
    chosen = spread(members_of(stream, tree), visitor.limits.members)
    return Samples(
        dereferenced=[(one, await fetch_page(visitor, one.iri.value)) for one in chosen],
        shapes=[
            (shape, await _shape(visitor, stream, shape))
            for shape in stream.root.controls.objects(stream.iri, TREE["shape"])
        ],
        searches=[
            search
            for form in time_searches(stream.root)
            for search in await _search(visitor, stream, tree, form, chosen)
        ],
    )


async def _shape(visitor: Visitor, stream: Stream, shape: Term) -> Page:
    inside = bool(stream.root.controls.about(shape))
    is_elsewhere = isinstance(shape, NamedNode) and not inside
    return await fetch_page(visitor, shape.value) if is_elsewhere else stream.root


async def _search(
    visitor: Visitor, stream: Stream, tree: Tree, form: SearchForm, members: Sequence[Found]
) -> list[Search]:
    if form.problem:
        return [Search(tree.root, form)]
    path, found = form.path or stream.path("timestampPath"), []
    for member in members:
        for time in member.values(path) if path else ():
            if isinstance(time, Literal):
                address = form.filled(stream.root.url, time)
                answer = await fetch_page(visitor, address)
                found.append(Search(tree.root, form, member, answer))
    return found
