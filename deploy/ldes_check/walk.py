"""Through the search tree: from the root, at both of its ends, as far as the limits allow."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from deploy.ldes_check.entry import Stream
from deploy.ldes_check.page import Page, Relation, fetch_page
from deploy.ldes_check.visitor import Spent, Visitor

# What is left of the budget is for looking at things a second time.
_SHARE: Final = 2 / 3


@dataclass(eq=False)
class Node:
    """A page of the tree, where it was found.

    Attributes:
        link: its address, as the relations have it.
        page: what it answered.
        parent: the node that led to it; `None` for the root.
        relations: those that lead from the parent to it.
    """

    link: str
    page: Page
    parent: "Node | None" = None
    relations: Sequence[Relation] = ()

    def way(self) -> Iterator["Node"]:
        """Yield the node and all above it, up to the root."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent


@dataclass
class Tree:
    """What was visited.

    Attributes:
        nodes: by their link, the root first.
        parents: for each link, the addresses of the pages that lead to it.
        cut: the limit that ended the walk; empty when all was visited.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    parents: dict[str, dict[str, Node]] = field(default_factory=dict)
    cut: str = ""

    @property
    def unvisited(self) -> Sequence[str]:
        """Links that were not followed."""
        return [link for link in self.parents if link not in self.nodes and link != self.root.link]

    @property
    def root(self) -> Node:
        """Node where the walk began."""
        return next(iter(self.nodes.values()))

    @property
    def pages(self) -> Iterator[Node]:
        """Nodes whose page was there and readable."""
        return (node for node in self.nodes.values() if node.page.is_there)


Tell = Callable[[Tree], None]


async def walk(visitor: Visitor, stream: Stream, tell: Tell = lambda _: None) -> Tree:
    """Visit the nodes below the root.

    Every second one is taken from the end where the newest links are, so that a part of a large
    tree holds its oldest and its newest branches, down to the leaves.
    """
    tree = Tree()
    waiting: deque[tuple[str, Node, list[Relation]]] = deque()
    _enter(tree, waiting, Node(stream.root.url, stream.root))
    try:
        while waiting:
            room = visitor.limits.pages - len(tree.nodes)
            if room <= 0 or visitor.spent_share() >= _SHARE:
                tree.cut = "pages" if room <= 0 else "bytes or seconds"
                break
            batch = _take(waiting, min(room, visitor.limits.concurrency))
            pages = await asyncio.gather(*(fetch_page(visitor, link) for link, _, _ in batch))
            for (link, parent, relations), page in zip(batch, pages, strict=True):
                _enter(tree, waiting, Node(link, page, parent, relations))
            tell(tree)
    except Spent as spent:
        tree.cut = spent.what
    return tree


def _take(
    waiting: deque[tuple[str, Node, list[Relation]]], most: int
) -> list[tuple[str, Node, list[Relation]]]:
    """Take links from both ends in turn, the newest first."""
    count = min(most, len(waiting))
    return [waiting.popleft() if place % 2 else waiting.pop() for place in range(count)]


def _enter(tree: Tree, waiting: deque[tuple[str, Node, list[Relation]]], node: Node) -> None:
    """Note a visited node, and the links on it that are new."""
    tree.nodes[node.link] = node
    for link, relations in node.page.links.items():
        if link not in tree.parents and link != tree.root.link:
            waiting.append((link, node, relations))
        tree.parents.setdefault(link, {})[node.page.url] = node
