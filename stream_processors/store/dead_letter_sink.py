"""Dead letters into the database, each once."""

import time
from collections import Counter
from collections.abc import Sequence

from schemas import telemetry, wire
from schemas.errors import StoreUnavailable
from schemas.journey import UNFOLLOWED, Journey
from schemas.wire import DEAD_LETTERS, DeadLetter, Rejection
from stream_processors import stops
from stream_processors.database import Session, translated
from stream_processors.monitor import Monitor
from stream_processors.patience import patiently
from stream_processors.record import Record
from stream_processors.settings import StoreSettings
from stream_processors.statements import statement
from stream_processors.store.dead_letter import columns_of, dead_letter_of_record
from stream_processors.store.ownership import Ownership
from stream_processors.store.place import Place
from stream_processors.store.place_table import advance, places

_KEEP = statement(__package__, "keep_dead_letters")


class DeadLetterSink:
    """Commits records of `city.dead-letters`, with the offsets they came from."""

    topic = DEAD_LETTERS

    def __init__(
        self, settings: StoreSettings, monitor: Monitor, journey: Journey = UNFOLLOWED
    ) -> None:
        self._journey = journey
        self._session = Session(settings.database, name="stadspuls-dead-letters")
        self._monitor = monitor

    async def take_over(self, partitions: Sequence[int]) -> dict[int, Place]:
        """Return where the database is in these partitions.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        connection = await self._session.connection()
        with translated():
            return await places(connection, DEAD_LETTERS, partitions)

    def begin_anew(self, partition: int) -> None:
        """Nothing is remembered of a log beside its place."""

    async def write(self, records: Sequence[Record], ownership: Ownership) -> None:
        """Commit records, waiting for the database as long as that takes.

        Raises:
            Fenced: another process owns a partition; the records are dropped.
        """
        letters = [_letter(record) for record in records if not record.tombstone]
        moves, began = ownership.moves(records), time.time_ns()

        async def commit() -> None:
            try:
                connection = await self._session.connection()
                with translated():
                    async with connection.transaction():
                        await advance(connection, moves)
                        if letters:
                            await connection.execute(_KEEP, *columns_of(letters))
            except StoreUnavailable:
                await self._session.close()
                raise

        await patiently(commit, health=self._monitor.health)
        ownership.settle(moves)
        stops.kept(self._journey, began, letters)
        for station, count in Counter(letter.station for letter in letters).items():
            self._monitor.instruments.count(telemetry.DEAD_LETTERS, count, station=station)

    async def close(self) -> None:
        """Close the connection to the database."""
        await self._session.close()


def _letter(record: Record) -> DeadLetter:
    try:
        return wire.read_dead_letter(record.value)
    except (ValueError, RecursionError) as malformed:
        refusal = Rejection(reason="wire.unknown", detail=str(malformed))
        return dead_letter_of_record(record, [refusal], reading=None)
