"""Observations into the database: every reading once, whatever comes again."""

import logging
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Protocol

from schemas.errors import PlatformError, StoreUnavailable
from schemas.journal import facts
from schemas.journey import UNFOLLOWED, Journey
from schemas.wire import OBSERVATIONS, READINGS, NormalisedReading, Observation, Rejection
from stream_processors.comparison.comparer import Given
from stream_processors.database import DataRefused, Session, StoreTooSlow, translated
from stream_processors.monitor import Monitor
from stream_processors.patience import patiently
from stream_processors.record import Record
from stream_processors.settings import StoreSettings
from stream_processors.store.high_water import HighWater
from stream_processors.store.horizon import Horizon
from stream_processors.store.lane import TEMPORARY_TABLES
from stream_processors.store.ledger import Ledger
from stream_processors.store.ownership import Moves, Ownership
from stream_processors.store.place import Place
from stream_processors.store.place_table import places
from stream_processors.store.prepared import Prepared, prepare, storable
from stream_processors.store.recollection import recollect
from stream_processors.store.slices import lay_out, sliced
from stream_processors.store.transaction import Committing, commit
from stream_processors.store.witness import Witness

log = logging.getLogger(__name__)


class Catalogue(Protocol):
    """Knows the datastreams, and registers those that are new.

    Attributes:
        registers: ids of datastreams, of all returned so far, that differences are made of.
    """

    registers: set[int]

    async def register(self, wanted: Iterable[tuple[NormalisedReading, Observation]]) -> None:
        """Make sure that the datastream of each is known, or refused.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def datastream(self, reading: NormalisedReading, observation: Observation) -> int | Rejection:
        """Return the id of a datastream that was registered, or why there is none."""


class Comparison(Protocol):
    """Puts flags on values that do not go with what came before, or with their neighbours'."""

    async def compare(self, batch: Sequence[Given]) -> None:
        """Put flags on the observations of a batch; raises `StoreUnavailable`."""

    def forget(self) -> None:
        """Forget what came before: the database may have something else now."""


class _TooMuch(PlatformError):
    """The database was too slow for several records at once."""


class ObservationSink:
    """Commits records of `city.observations` in order, each with the offset it came from."""

    topic = OBSERVATIONS

    def __init__(
        self,
        settings: StoreSettings,
        catalogue: Catalogue,
        monitor: Monitor,
        *,
        comparison: Comparison | None = None,
        journey: Journey = UNFOLLOWED,
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._comparison = comparison
        self._health = monitor.health
        self._witness = Witness(monitor.instruments, journey)
        self._session = Session(
            settings.database, name="stadspuls-store", prepared=TEMPORARY_TABLES
        )
        self._horizon = Horizon()
        self._marks: dict[int, HighWater] = {}
        self._known_marks: dict[int, Place] = {}

    async def take_over(self, partitions: Sequence[int]) -> dict[int, Place]:
        """Return where the database is in these partitions, and remember their readings' marks.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        connection = await self._session.connection()
        with translated():
            self._known_marks.update(await places(connection, READINGS, partitions))
            found = await places(connection, OBSERVATIONS, partitions)
            await self._horizon.read(connection)
        for number in partitions:
            self._marks[number] = HighWater.of(self._known_marks[number])
        self._forget()
        return found

    def begin_anew(self, partition: int) -> None:
        """Expect other readings than before in a partition: its log was made anew."""
        self._marks[partition] = HighWater(partition=partition)

    async def write(self, records: Sequence[Record], ownership: Ownership) -> None:
        """Commit records in order, waiting for the database as long as that takes.

        Raises:
            Fenced: another process owns a partition; what was not committed is dropped.
        """
        batch = [self._prepare(record) for record in records]
        await patiently(lambda: self._find_datastreams(batch), health=self._health)
        for part in sliced(batch):
            await self._commit_or_halve(part, ownership)

    async def close(self) -> None:
        """Close the connection to the database."""
        await self._session.close()

    def _prepare(self, record: Record) -> Prepared:
        prepared, step = prepare(record, self._marks[record.partition])
        self._marks[record.partition] = step.mark
        self._witness.saw(record, step)
        return prepared

    async def _find_datastreams(self, batch: Sequence[Prepared]) -> None:
        found = [(one, *storable(one)) for one in batch]
        await self._catalogue.register(
            (one.reading, observation)
            for one, good, _ in found
            if one.reading
            for observation in good
        )
        for one, good, refused in found:
            one.attach(good, refused, datastream=self._catalogue.datastream)
        if self._comparison is not None:
            await self._comparison.compare(
                [(one.reading, one.observations) for one in batch if one.reading]
            )

    def _forget(self) -> None:
        if self._comparison is not None:
            self._comparison.forget()

    async def _commit_or_halve(self, part: list[Prepared], ownership: Ownership) -> None:
        """Commit; when PostgreSQL refuses a value, find whose it is and keep that record.

        Of what takes it too long it gets half at a time, or it would never take it.
        """
        try:
            await patiently(lambda: self._commit(part, ownership), health=self._health)
        except _TooMuch as slow:
            log.warning("committing half at a time", extra=facts(records=len(part), why=str(slow)))
            await self._commit_halves(part, ownership)
        except DataRefused as refused:
            self._forget()  # what is refused was compared with, but is not stored
            if len(part) > 1:
                await self._commit_halves(part, ownership)
            elif part[0].observations:
                self._witness.refused(part[0], str(refused))
                part[0].refuse([Rejection(reason="record.refused", detail=str(refused))])
                await self._commit_or_halve(part, ownership)
            else:
                raise

    async def _commit_halves(self, part: list[Prepared], ownership: Ownership) -> None:
        middle = len(part) // 2
        await self._commit_or_halve(part[:middle], ownership)
        await self._commit_or_halve(part[middle:], ownership)

    async def _commit(self, part: Sequence[Prepared], ownership: Ownership) -> None:
        moves = ownership.moves(one.record for one in part)
        mark_moves = self._mark_moves(part)
        try:
            connection = await self._session.connection()
            with translated():
                await recollect(connection, part)
                await self._horizon.withhold(connection, part, now=datetime.now(UTC))
                batch = committing(
                    part,
                    [*moves, *mark_moves],
                    self._horizon.last_erasure,
                    registers=self._catalogue.registers,
                )
                with self._witness.timed(batch):
                    await commit(connection, batch, self._settings)
        except StoreUnavailable as unavailable:
            await self._session.close()
            if isinstance(unavailable, StoreTooSlow) and len(part) > 1:
                raise _TooMuch(str(unavailable)) from unavailable
            raise
        if any(one.withdrawals for one in part):
            self._forget()  # what is withdrawn is no past
        ownership.settle(moves)
        self._known_marks.update({becomes.partition: becomes for _, becomes in mark_moves})
        self._witness.committed(batch, [one.reading for one in part if one.reading])

    def _mark_moves(self, part: Sequence[Prepared]) -> Moves:
        last = {one.mark.partition: one.mark.place() for one in part}
        known = self._known_marks
        return [(known[number], mark) for number, mark in sorted(last.items())]


def committing(
    part: Sequence[Prepared],
    moves: Moves,
    last_erasure: int,
    *,
    registers: AbstractSet[int] = frozenset(),
) -> Committing:
    """Return what the transaction of a slice writes."""
    ledger, layout = Ledger(), lay_out(part)
    for one in part:
        ledger.enter(one)
    return Committing(
        moves=moves,
        last_erasure=last_erasure,
        layout=layout,
        ledger=ledger,
        # What a replay takes back may be of a datastream that this process has not seen.
        has_registers=bool(layout.again)
        or not registers.isdisjoint(row.datastream_id for row in layout.rows),
        dead_letters=[letter for one in part for letter in one.dead_letters],
    )
