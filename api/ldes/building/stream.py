"""An event stream as its builder has it: its pages so far, and what waits for the next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

from api.iris import Iris, Kind
from api.ldes.directory import Dataset
from api.ldes.paging import Paging
from api.ldes.series import AnyConnection
from schemas.publication import PublishedObservation, unpack

_FOLDER: Final = files("api.ldes.building")
_STREAMS: Final = (_FOLDER / "streams.sql").read_text(encoding="utf-8")
_COUNTS: Final = (_FOLDER / "page_counts.sql").read_text(encoding="utf-8")
_WAITING: Final = (_FOLDER / "waiting.sql").read_text(encoding="utf-8")
_PAGES_A_FOLDER: Final = 1000


@dataclass(kw_only=True)
class Stream:
    """One stream.

    Attributes:
        closed_sequence: everything of the stream up to here is in closed pages.
        fresh: what waits and is not written down as waiting yet.
    """

    event_stream_id: int
    dataset_id: int
    kind: Kind
    closed_sequence: int = 0
    paging: Paging = field(default_factory=Paging)
    fresh: list[PublishedObservation] = field(default_factory=list)

    def take(self, one: PublishedObservation) -> None:
        """Let what was read wait for its page."""
        self.paging.waiting.append(one)
        self.fresh.append(one)


async def load_streams(connection: AnyConnection) -> list[Stream]:
    """Return all streams as they were written down."""
    streams = {}
    for row in await connection.fetch(_STREAMS):
        paging = Paging(
            number=row["open_page"], lower=row["lower_time"], bucket=row["open_bucket"]
        )
        stream = Stream(
            event_stream_id=row["event_stream_id"],
            dataset_id=row["dataset_id"],
            kind=row["kind"],
            closed_sequence=row["closed_sequence"],
            paging=paging,
        )
        streams[stream.event_stream_id] = stream
    for row in await connection.fetch(_COUNTS):
        streams[row["event_stream_id"]].paging.pages[row["bucket"]] = row["pages"]
    for stream in streams.values():
        pages, bucket = stream.paging.pages, stream.paging.bucket
        if bucket:
            pages[bucket] = pages.get(bucket, 0) + 1
    for row in await connection.fetch(_WAITING, None):
        stream = streams[row["event_stream_id"]]
        stream.paging.waiting += after(unpack(row["batch"]), stream.closed_sequence)
    return list(streams.values())


def after(batch: Iterable[PublishedObservation], sequence: int) -> list[PublishedObservation]:
    """Return what of a batch comes after a sequence."""
    return [one for one in batch if one.sequence > sequence]


def page_address(iris: Iris, dataset: Dataset, kind: Kind, number: int) -> str:
    """Return the address of a page, from 1 on; nothing for the page before the first."""
    return f"{iris.root(dataset.city, dataset.theme, kind)}/page/{number}" if number else ""


def page_folder(dataset: Dataset, kind: Kind, number: int) -> str:
    """Return where in the page store a page lies."""
    return f"{dataset.city}/{dataset.theme}/{kind}/{number // _PAGES_A_FOLDER:06}"


def page_name(dataset: Dataset, kind: Kind, number: int, digest: str) -> str:
    """Return the name of a page in the store, without its ending; its digest is part of it.

    So two builders that make a page of different bytes, as can be when one is killed or loses its
    connection, never overwrite each other's: the one that is written down counts.
    """
    return f"{page_folder(dataset, kind, number)}/{number:09}.{digest[:16]}"
