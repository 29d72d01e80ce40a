"""The tree over a feed: the root leads to nodes, each to a hundred pages of a hundred events.

An event's place is its position, so that every page and node stays where it is for good.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

PAGE: Final = 100
NODE: Final = 100 * PAGE


@dataclass(frozen=True)
class Child:
    """What hangs on the root, or on a node.

    Attributes:
        name: what its address has after that of the root.
        lower: when its first event was published.
        upper: when the first one after it was; `None` while that is not known.
    """

    name: str
    lower: datetime
    upper: datetime | None


@dataclass(frozen=True)
class Span:
    """Positions of a page or of a node, from the first to the last that it can have.

    Attributes:
        number: of the page or node, counted from 1.
        size: how many positions it can have.
    """

    number: int
    size: int

    @property
    def first(self) -> int:
        """Its first position."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """Its last position."""
        return self.number * self.size

    def is_full(self, last_position: int) -> bool:
        """Tell whether nothing will be added, when the feed has come to a position."""
        return last_position >= self.last


def page_of(position: int) -> "Span":
    """Return the page that a position lies on."""
    return Span((position - 1) // PAGE + 1, PAGE)


def node_name(number: int) -> str:
    """Return the name of a node."""
    return f"node/{number}"


def page_name(number: int) -> str:
    """Return the name of a page."""
    return f"page/{number}"
