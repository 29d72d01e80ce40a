"""Reads the publication, in its order, from any place in it."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from api.live.directory import Directory
from api.live.events import Batch, event_of
from api.problems import NoLongerKept, NotYet
from api.store import Connection
from schemas.publication import unpack

ROWS: Final = 20
_SQL: Final = (files("api.live") / "publication.sql").read_text(encoding="utf-8")
_HISTORY: Final = (
    "what follows sequence {sequence} is no longer kept here: read /observations.csv?from=… or "
    "/sensorthings/v1.1/Observations for the time in between, then listen without Last-Event-ID"
)


async def edge(connection: Connection) -> int:
    """Return the sequence that was published last."""
    last: int | None = await connection.fetchval("select last_sequence from publication_lane")
    return last or 0


async def read_after(
    connection: Connection, sequence: int, directory: Directory
) -> Sequence[Batch]:
    """Return what was published after a sequence, up to some batches; empty at the live edge.

    Raises:
        NoLongerKept: something is missing between the sequence and what is kept.
    """
    rows = await connection.fetch(_SQL, sequence, ROWS)
    if rows and rows[0]["first_sequence"] > sequence + 1:
        raise NoLongerKept(_HISTORY.format(sequence=sequence))
    batches = []
    for row in rows:
        observations = [one for one in unpack(row["batch"]) if one.sequence > sequence]
        await directory.learn(connection, {one.datastream_id for one in observations})
        known = ((one, directory.get(one.datastream_id)) for one in observations)
        events = tuple(event_of(one, facts) for one, facts in known if facts)
        batches.append(Batch(row["first_sequence"], row["last_sequence"], events))
    return batches


async def check_resume(connection: Connection, sequence: int) -> None:
    """Insist that a client can go on behind a sequence.

    Raises:
        NotYet: nothing with that sequence was published.
        NoLongerKept: what follows it is not kept any more.
    """
    last = await edge(connection)
    if sequence > last:
        raise NotYet(f"sequence {sequence} has not been published; the last one is {last}")
    first = await connection.fetchval(
        "select first_sequence from publication where last_sequence > $1"
        " order by last_sequence limit 1",
        sequence,
    )
    if sequence < last and (first is None or first > sequence + 1):
        raise NoLongerKept(_HISTORY.format(sequence=sequence))
