"""Pages that are fetched again: closed ones must be as they were, open ones may only grow."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from deploy.ldes_check.answer import GONE, Answer
from deploy.ldes_check.page import Page, fetch_page
from deploy.ldes_check.visitor import Visitor
from deploy.ldes_check.walk import Node, Tree

_MOST_ADDED: Final = 10
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class SecondLook:
    """A page, and the same address again, later.

    Attributes:
        node: as it was visited.
        again: the later page.
        conditional: answer to a request for the page unless it is the one that `again` was;
            `None` where that had no ETag.
        added: pages that the later page leads to and that were not visited before.
    """

    node: Node
    again: Page
    conditional: Answer | None
    added: Sequence[Page] = ()


def spread(items: Sequence[_Item], count: int) -> list[_Item]:
    """Return so many of the items, the first and the last among them, evenly between."""
    if len(items) <= count:
        return list(items)
    if count == 1:
        return [items[-1]]
    return [items[place * (len(items) - 1) // (count - 1)] for place in range(count)]


async def look_again(visitor: Visitor, tree: Tree) -> list[SecondLook]:
    """Fetch some closed pages and the open ones again.

    Raises:
        Spent: no more may be asked.
    """
    nodes = list(tree.pages)
    closed = [node for node in nodes if node.page.is_closed]
    still_open = [node for node in nodes if not node.page.is_closed]
    await asyncio.sleep(visitor.limits.watch_seconds)
    chosen = spread(closed, visitor.limits.closed_again)
    chosen += _led_to_gone(tree, still_open)
    chosen += spread(still_open, visitor.limits.open_again)
    distinct = {node.link: node for node in chosen}
    looks = (_look(visitor, tree, node) for node in distinct.values())
    return list(await asyncio.gather(*looks))


def _led_to_gone(tree: Tree, nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes with a link to a page that is gone: have they unlinked it by now?"""
    gone = [link for link, node in tree.nodes.items() if node.page.answer.status == GONE]
    parents = {url for link in gone for url in tree.parents.get(link, {})}
    return [node for node in nodes if node.page.url in parents]


async def _look(visitor: Visitor, tree: Tree, node: Node) -> SecondLook:
    again = await fetch_page(visitor, node.link)
    etag = again.answer.headers.get("etag", "")
    conditional = await visitor.ask(node.link, etag=etag) if etag else None
    links = [link for link in again.links if link not in tree.parents]
    added = [await fetch_page(visitor, link) for link in links[-_MOST_ADDED:]]
    return SecondLook(node, again, conditional, [page for page in added if page.is_there])
