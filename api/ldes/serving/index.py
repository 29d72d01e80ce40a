"""What the database knows of streams and their nodes, as one request needs it."""

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

import msgspec

from api.iris import Iris, Kind
from api.ldes.buckets import end_of
from api.ldes.directory import Dataset
from api.ldes.serving.places import Place
from api.store import Connection
from schemas.errors import NotFound

_FOLDER: Final = files("api.ldes.serving")
_STREAM: Final = (_FOLDER / "stream.sql").read_text(encoding="utf-8")
_PAGE: Final = (_FOLDER / "page.sql").read_text(encoding="utf-8")
_CHILDREN: Final = (_FOLDER / "node_children.sql").read_text(encoding="utf-8")
_IS_THERE: Final = (_FOLDER / "node_is_there.sql").read_text(encoding="utf-8")
_IS_RETIRED: Final = (_FOLDER / "node_is_retired.sql").read_text(encoding="utf-8")
_PAGE_AT: Final = (_FOLDER / "page_at.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class StreamFacts:
    """A stream as it is now.

    Attributes:
        event_stream_id: 0 while nothing was published in it.
        open_page: number of the page that is open.
        open_bucket: node on which that hangs, empty while it has no member.
        lower_time: end of the page before it, `None` where there is none.
        closed_sequence: everything up to here is in closed pages.
        retention: ISO 8601 duration after which pages are removed, empty where none is.
        changed_time: when what is said of its dataset last changed.
    """

    dataset: Dataset
    kind: Kind
    titles: dict[str, str]
    changed_time: datetime
    event_stream_id: int
    open_page: int
    open_bucket: str
    lower_time: datetime | None
    closed_sequence: int
    retention: str

    def iri(self, iris: Iris) -> str:
        """Return the stream's IRI."""
        return iris.stream(self.dataset.city, self.dataset.theme, self.kind)

    def root(self, iris: Iris) -> str:
        """Return the address of the root node."""
        return iris.root(self.dataset.city, self.dataset.theme, self.kind)

    def is_complete(self, bucket: str) -> bool:
        """Tell whether nothing will be added to an inner node any more."""
        return self.lower_time is not None and end_of(bucket) <= self.lower_time


@dataclass(frozen=True)
class Child:
    """What hangs on a node.

    Attributes:
        name: what its address has after that of the root: `2026-01-05` or `page/12`.
        lower: no member below it is earlier.
        upper: every member below it is earlier; `None` while that is not known.
    """

    name: str
    lower: datetime
    upper: datetime | None


@dataclass(frozen=True)
class PageFacts:
    """A page that was closed.

    Attributes:
        name: in the page store, without an ending.
        open: whether everybody may read it.
        retired: whether retention took it away.
    """

    name: str
    open: bool
    retired: bool


async def stream_at(connection: Connection, place: Place) -> StreamFacts:
    """Return the stream that an address belongs to.

    Raises:
        NotFound: there is no such dataset.
    """
    row = await connection.fetchrow(_STREAM, place.city, place.theme, place.kind)
    if row is None:
        raise NotFound(f"there is no dataset {place.city}/{place.theme} here")
    facts: dict[str, Any] = dict(row)
    names = ("dataset_id", "city", "theme", "licence", "open")
    dataset = Dataset(**{name: facts.pop(name) for name in names})
    titles = msgspec.json.decode(facts.pop("titles") or b"{}")
    titles = {"nl": facts.pop("title"), **titles}
    return StreamFacts(dataset=dataset, kind=place.kind, titles=titles, **facts)


async def page_at(connection: Connection, stream: StreamFacts, number: int) -> PageFacts | None:
    """Return a closed page, `None` where it is not (yet) one."""
    row = await connection.fetchrow(_PAGE, stream.event_stream_id, number)
    return PageFacts(**row) if row else None


async def children_of(
    connection: Connection, stream: StreamFacts, bucket: str, *, all_pages: bool
) -> list[Child]:
    """Return what hangs on a node, the open page left out, in the order of time."""
    rows = await connection.fetch(_CHILDREN, stream.event_stream_id, bucket, all_pages)
    found = [
        Child(f"page/{row['page']}", row["lower_time"], row["upper_time"])
        if row["page"]
        else Child(row["bucket"], row["lower_time"], end_of(row["bucket"]))
        for row in rows
    ]
    return sorted(found, key=lambda child: child.lower)


async def is_node(
    connection: Connection, stream: StreamFacts, bucket: str, *, all_pages: bool
) -> bool:
    """Tell whether an inner node is there."""
    found: bool = await connection.fetchval(_IS_THERE, stream.event_stream_id, bucket, all_pages)
    return found


async def is_retired(connection: Connection, stream: StreamFacts, bucket: str) -> bool:
    """Tell whether retention took pages of an inner node away."""
    found: bool = await connection.fetchval(_IS_RETIRED, stream.event_stream_id, bucket)
    return found


async def page_of_time(
    connection: Connection, stream: StreamFacts, time: datetime, *, all_pages: bool
) -> int | None:
    """Return the number of the closed page of a moment, or of the first after it, if any."""
    number: int | None = await connection.fetchval(
        _PAGE_AT, stream.event_stream_id, time, all_pages
    )
    return number
