"""From the address that a person gives to the stream and its root node."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from deploy.ldes_check.graph import Term
from deploy.ldes_check.page import Page, fetch_page
from deploy.ldes_check.paths import Path, read_path
from deploy.ldes_check.terms import LDES, TREE
from deploy.ldes_check.visitor import Visitor


@dataclass(frozen=True)
class Stream:
    """A stream, as its root node describes it.

    Attributes:
        iri: of the `ldes:EventStream`.
        root: page of the root node.
    """

    iri: Term
    root: Page

    def values(self, name: str) -> list[Term]:
        """Return the values of one of its LDES properties."""
        return self.root.controls.objects(self.iri, LDES[name])

    def path(self, name: str) -> Path | None:
        """Return the property path that one of its LDES properties names."""
        return next((read_path(self.root.controls, node) for node in self.values(name)), None)


@dataclass(frozen=True)
class Entry:
    """What came of the address.

    Attributes:
        url: the address.
        page: what it answered.
        candidates: the views that were found, as (stream, root node).
        stream: the stream; `None` when there is not exactly one view.
    """

    url: str
    page: Page
    candidates: tuple[tuple[Term, Term], ...]
    stream: Stream | None


async def enter(visitor: Visitor, url: str) -> Entry:
    """Find the stream as the specification tells a client to.

    Raises:
        Spent: the budget does not even reach so far.
    """
    page = await fetch_page(visitor, url)
    controls = page.controls
    pairs: list[tuple[Term, Term]] = [
        (one, page.iri) for one in controls.subjects(TREE["view"], page.iri)
    ]
    if not pairs:
        asked = NamedNode(url)
        pairs = [(asked, view) for view in controls.objects(asked, TREE["view"])]
    candidates = tuple(pairs)
    if len(candidates) != 1:
        return Entry(url, page, candidates, None)
    ((stream, view),) = candidates
    root = page if view == page.iri else await _root(visitor, view)
    return Entry(url, page, candidates, Stream(stream, root) if root else None)


async def _root(visitor: Visitor, view: Term) -> Page | None:
    return await fetch_page(visitor, view.value) if isinstance(view, NamedNode) else None
