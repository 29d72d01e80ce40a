"""An event stream as its builder has it: its pages so far, and what waits for the next."""

from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

from api.iris import Kind
from api.ldes.paging import Paging, after
from api.ldes.series import AnyConnection
from schemas.publication import PublishedObservation, unpack

_FOLDER: Final = files("api.ldes.building")
_STREAMS: Final = (_FOLDER / "streams.sql").read_text(encoding="utf-8")
_COUNTS: Final = (_FOLDER / "page_counts.sql").read_text(encoding="utf-8")
_WAITING: Final = (_FOLDER / "waiting.sql").read_text(encoding="utf-8")


@dataclass(kw_only=True)
class Stream:
    """One stream.

    Attributes:
        closed_sequence: everything of the stream up to here is in closed pages.
        given_sequence: the highest that was written down, though its member may be erased since.
        fresh: what waits and is not written down as waiting yet.
    """

    event_stream_id: int
    dataset_id: int
    kind: Kind
    closed_sequence: int = 0
    given_sequence: int = 0
    paging: Paging = field(default_factory=Paging)
    fresh: list[PublishedObservation] = field(default_factory=list)

    @property
    def last_sequence(self) -> int:
        """The highest sequence that was given, 0 before the first; none is given twice."""
        waiting = self.paging.waiting
        newest = waiting[-1].sequence if waiting else self.closed_sequence
        return max(newest, self.given_sequence)

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
        stream.given_sequence = row["last_sequence"]
    return list(streams.values())
