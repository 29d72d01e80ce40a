"""What the database knows of pages: written in one transaction with how far the builder is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from api.ldes.buckets import ancestors, begin_of
from api.ldes.building.stream import Stream
from api.ldes.building.summaries import Settled, settle
from api.ldes.paging import Cut
from api.leader import Connection
from schemas.errors import Fenced
from schemas.publication import pack

_FOLDER: Final = files("api.ldes.building")
_SQL: Final = {
    name: (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    for name in (
        "insert_pages",
        "insert_nodes",
        "advance_streams",
        "insert_waiting",
        "advance",
    )
}


@dataclass(frozen=True, kw_only=True)
class ClosedPage:
    """A page that lies in the store.

    Attributes:
        open: whether everybody may read it.
        name: in the store.
    """

    event_stream_id: int
    cut: Cut
    member_count: int
    open: bool
    name: str
    byte_count: int


async def write_down(
    connection: Connection,
    *,
    closed: Sequence[ClosedPage],
    streams: Sequence[tuple[Stream, bool]],
    known: int,
    becomes: int,
    settled: Sequence[Settled] = (),
) -> None:
    """Write down what a turn did, all or nothing.

    Args:
        connection: that holds the builder's lock.
        closed: pages that lie in the store.
        streams: whose state changed, and whether what they publish now is for everybody.
        known: sequence up to which we think that everything is written down.
        becomes: sequence up to which it is now.
        settled: hours and days that were dealt with.

    Raises:
        Fenced: somebody else has moved; nothing was written.
    """
    async with connection.transaction():
        if await connection.fetchval(_SQL["advance"], known, becomes) is None:
            raise Fenced("another builder has gone on from here")
        await connection.execute(_SQL["insert_pages"], *_columns(map(_page_row, closed), 11))
        nodes = {row[:2]: row for row in _nodes(closed, streams)}
        await connection.execute(_SQL["insert_nodes"], *_columns(nodes.values(), 5))
        rows = map(_stream_row, (stream for stream, _ in streams))
        await connection.execute(_SQL["advance_streams"], *_columns(rows, 5))
        waiting = (_waiting_row(stream) for stream, _ in streams if stream.fresh)
        await connection.execute(_SQL["insert_waiting"], *_columns(waiting, 3))
        if settled:
            await settle(connection, settled)
    for stream, _ in streams:
        stream.fresh.clear()


def _columns(rows: Iterable[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(count)]


def _page_row(page: ClosedPage) -> tuple[Any, ...]:
    cut = page.cut
    return (
        page.event_stream_id,
        cut.number,
        cut.bucket,
        cut.lower,
        cut.upper,
        cut.members[0].sequence,
        cut.members[-1].sequence,
        page.member_count,
        page.open,
        page.name,
        page.byte_count,
    )


def _nodes(
    closed: Sequence[ClosedPage], streams: Sequence[tuple[Stream, bool]]
) -> Iterable[tuple[int, str, str, datetime, bool]]:
    """Yield the inner nodes of what was closed and of what is open, the latter first."""
    for stream, is_open in streams:
        if stream.paging.bucket:
            bound = stream.paging.bound
            yield from _chain(stream.event_stream_id, stream.paging.bucket, bound, is_open=is_open)
    for page in reversed(closed):
        yield from _chain(page.event_stream_id, page.cut.bucket, page.cut.lower, is_open=page.open)


def _chain(
    event_stream_id: int, bucket: str, lower: datetime, *, is_open: bool
) -> Iterable[tuple[int, str, str, datetime, bool]]:
    for name, parent in ancestors(bucket):
        yield event_stream_id, name, parent, max(lower, begin_of(name)), is_open


def _stream_row(stream: Stream) -> tuple[Any, ...]:
    paging = stream.paging
    return (
        stream.event_stream_id,
        paging.number,
        paging.bucket,
        paging.lower,
        stream.closed_sequence,
    )


def _waiting_row(stream: Stream) -> tuple[Any, ...]:
    return stream.event_stream_id, stream.fresh[-1].sequence, pack(stream.fresh)
