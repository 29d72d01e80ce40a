"""A feed as the database has it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import zip_longest
from typing import Final

from api.feeds.event import CATALOGUE, VOCABULARY, Event
from api.feeds.tree import NODE, PAGE, Child, Span, node_name, page_name
from api.iris import Iris
from api.ldes.series import AnyConnection
from schemas.errors import NotFound

_FOLDER: Final = files("api.feeds")
_STATE: Final = (_FOLDER / "feed_state.sql").read_text(encoding="utf-8")
_EVENTS: Final = (_FOLDER / "events.sql").read_text(encoding="utf-8")
_FIRST: Final = (_FOLDER / "first_events.sql").read_text(encoding="utf-8")
_VERSION: Final = (_FOLDER / "version.sql").read_text(encoding="utf-8")
_TITLES: Final = {
    CATALOGUE: "Wijzigingen van de catalogus",
    VOCABULARY: "Gedeelde woorden: waargenomen eigenschappen en modellen van sensoren",
}


@dataclass(frozen=True)
class Feed:
    """A stream of changes.

    Attributes:
        last: position of its last event, 0 before the first.
    """

    name: str
    title: str
    last: int

    @property
    def tells_activities(self) -> bool:
        """Whether its members are activities about what is described, and not versions of it."""
        return self.name == CATALOGUE

    def root(self, iris: Iris) -> str:
        """Return the address of its root node."""
        return iris.feed(self.name)

    def stream(self, iris: Iris) -> str:
        """Return its IRI."""
        return f"{self.root(iris)}#stream"


async def feed_named(connection: AnyConnection, name: str) -> Feed:
    """Return a feed by its name.

    Raises:
        NotFound: there is none.
    """
    row = await connection.fetchrow(_STATE, name)
    if row is None:
        raise NotFound(f"there is no feed {name[:64]!r}; a city's feed has the city's name")
    title = _TITLES.get(name) or f"Toestellen, sensoren en meetreeksen: {row['city_name']}"
    return Feed(name, title, row["last_position"] or 0)


async def events_of(connection: AnyConnection, feed: Feed, span: Span) -> Sequence[Event]:
    """Return the events of a page."""
    rows = await connection.fetch(_EVENTS, feed.name, span.first, span.last)
    return [Event(**dict(row)) for row in rows]


async def version_at(connection: AnyConnection, subject: str, position: int) -> Event:
    """Return a version of an entity.

    Raises:
        NotFound: there is none.
    """
    row = await connection.fetchrow(_VERSION, subject, position)
    if row is None:
        raise NotFound(f"there is no version {position} of {subject[:80]}")
    return Event(**dict(row))


async def nodes_of(connection: AnyConnection, feed: Feed) -> Sequence[Child]:
    """Return what hangs on the root."""
    return await _children(connection, feed, Span(1, feed.last), NODE, node_name)


async def pages_of(connection: AnyConnection, feed: Feed, node: Span) -> Sequence[Child]:
    """Return what hangs on a node."""
    return await _children(connection, feed, node, PAGE, page_name)


async def _children(
    connection: AnyConnection, feed: Feed, span: Span, size: int, named: Callable[[int], str]
) -> Sequence[Child]:
    # One more than there are, so that the last one's end is known where it has one.
    last = min(span.last + 1, feed.last)
    rows = await connection.fetch(_FIRST, feed.name, span.first, last, size)
    begins: list[datetime] = [row["published_at"] for row in rows]
    inside = [row for row in rows if row["position"] <= span.last]
    return [
        Child(named((row["position"] - 1) // size + 1), lower, upper)
        for row, lower, upper in zip_longest(inside, begins[: len(inside)], begins[1:])
        if row is not None
    ]
