"""The same page in every format that the server offers."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.ldes_check.answer import FORMATS
from deploy.ldes_check.page import Page, fetch_page
from deploy.ldes_check.second_look import spread
from deploy.ldes_check.visitor import Visitor
from deploy.ldes_check.walk import Node, Tree

# A page that is written to every second may move on between two requests.
_TRIES = 4


@dataclass(frozen=True)
class Offer:
    """One page in the formats that the server gave.

    Attributes:
        url: address that was asked.
        pages: one for each media type that came.
        is_still: whether the page was the same before and after: only then the formats can be
            compared.
    """

    url: str
    pages: Sequence[Page]
    is_still: bool


async def ask_for_formats(visitor: Visitor, tree: Tree) -> list[Offer]:
    """Fetch the root, closed pages and the newest page in every format.

    Raises:
        Spent: no more may be asked.
    """
    return [await _offer(visitor, node) for node in _chosen(tree, visitor.limits.formats)]


def _chosen(tree: Tree, count: int) -> list[Node]:
    nodes = list(tree.pages)
    closed = [node for node in nodes[1:] if node.page.is_closed]
    still_open = [node for node in nodes[1:] if not node.page.is_closed]
    chosen = [*nodes[:1], *spread(closed, max(1, count - 2)), *still_open[-1:]]
    return chosen[:count]


async def _offer(visitor: Visitor, node: Node) -> Offer:
    for _ in range(_TRIES):
        before = await fetch_page(visitor, node.link)
        asked = [await fetch_page(visitor, node.link, accept=one) for one in FORMATS]
        after = await fetch_page(visitor, node.link)
        pages = {page.answer.media_type: page for page in asked if page.answer.media_type}
        is_still = before.graph.canonical == after.graph.canonical
        if is_still:
            break
    return Offer(node.link, list(pages.values()), is_still)
