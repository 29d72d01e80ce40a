"""All that a check saw of a server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from deploy.ldes_check.entry import Entry, Stream
from deploy.ldes_check.formats import Offer
from deploy.ldes_check.page import Page
from deploy.ldes_check.samples import Found, Samples, members_of
from deploy.ldes_check.second_look import SecondLook
from deploy.ldes_check.walk import Node, Tree


@dataclass
class Evidence:
    """What the rules are held against; it grows from step to step of the check.

    Attributes:
        entry: what the address gave.
        tree: the pages that were visited.
        offers: pages in every format.
        second_looks: pages fetched again.
        samples: members, shapes and searches.
    """

    entry: Entry
    tree: Tree = field(default_factory=Tree)
    offers: Sequence[Offer] = ()
    second_looks: Sequence[SecondLook] = ()
    samples: Samples = field(default_factory=Samples)

    @property
    def stream(self) -> Stream | None:
        """The stream, where it was found."""
        return self.entry.stream

    @property
    def nodes(self) -> Sequence[Node]:
        """Visited nodes whose page could be read."""
        return list(self.tree.pages)

    @cached_property
    def members(self) -> Sequence[Found]:
        """Members of the visited pages that are IRIs, page by page."""
        return members_of(self.stream, self.tree) if self.stream else ()

    @cached_property
    def described_members(self) -> Sequence[Found]:
        """Those of them that the page says something about."""
        return [one for one in self.members if one.node.page.graph.says_of(one.iri)]

    @property
    def pages(self) -> Iterator[Page]:
        """Every page that was fetched: visited, again, and in other formats."""
        yield from (node.page for node in self.tree.nodes.values())
        yield from (look.again for look in self.second_looks)
        yield from (page for offer in self.offers for page in offer.pages)
