"""What a replay would do: the transactions of the store, each taken back at its end."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from schemas.cities.registry import Registry
from schemas.settings import DatabaseConnection
from schemas.wire import OBSERVATIONS
from stream_processors.database import Connection, Session, translated
from stream_processors.kafka_client import MAXIMUM_RECORD_BYTES
from stream_processors.outgoing import observations_record
from stream_processors.record import Record
from stream_processors.replay.known_datastreams import KnownDatastreams
from stream_processors.replay.target import Outcome
from stream_processors.settings import StoreSettings
from stream_processors.steps.passage import Passage
from stream_processors.store.high_water import HighWater
from stream_processors.store.horizon import Horizon
from stream_processors.store.lane import TEMPORARY_TABLES
from stream_processors.store.observation_sink import committing
from stream_processors.store.prepared import Prepared, prepare, storable
from stream_processors.store.recollection import recollect
from stream_processors.store.slices import sliced
from stream_processors.store.transaction import commit


class Rehearsal:
    """Counts what the store would do, and leaves everything as it was.

    Each transaction is judged by the database as it is, not as the ones before would leave it: a
    key that several readings tell may count once for each transaction. What its dataset no longer
    keeps is not told apart.

    Args:
        database: where the store writes; its lane is held as the store holds it.
        registry: the cities as the platform knows them.
    """

    def __init__(self, database: DatabaseConnection, registry: Registry) -> None:
        self._settings = StoreSettings(database=database)
        self._session = Session(database, name="stadspuls-rehearsal", prepared=TEMPORARY_TABLES)
        self._datastreams = KnownDatastreams(registry)
        self._horizon = Horizon()
        self._counts: Counter[str] = Counter()

    async def bring(self, partition: int, passages: Sequence[Passage]) -> None:
        """Count what the store would do with what readings give.

        Raises:
            StoreUnavailable: the database does not answer.
            DataRefused: PostgreSQL does not take a value.
        """
        batch = [_prepared(partition, one) for one in passages]
        connection = await self._session.connection()
        with translated():
            await self._attach(connection, batch)
            for part in sliced(batch):
                await self._rehearse(connection, part)

    async def outcome(self) -> Outcome:
        """Return what would come of all."""
        return Outcome(**self._counts)

    async def close(self) -> None:
        """Let go of the database."""
        await self._session.close()

    async def _attach(self, connection: Connection, batch: Sequence[Prepared]) -> None:
        found = [(one, *storable(one)) for one in batch]
        await self._datastreams.look_up(
            connection,
            (
                (one.reading, observation)
                for one, good, _ in found
                if one.reading
                for observation in good
            ),
        )
        for one, good, refused in found:
            one.attach(good, refused, datastream=self._datastreams.datastream)

    async def _rehearse(self, connection: Connection, part: Sequence[Prepared]) -> None:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await recollect(connection, part)
            await self._horizon.read(connection)
            await self._horizon.withhold(connection, part, now=datetime.now(UTC))
            batch = committing(part, (), self._horizon.last_erasure)
            await commit(connection, batch, self._settings)
        finally:
            await transaction.rollback()
        for counts in batch.ledger.replays.values():
            self._counts.update(vars(counts))


def _prepared(partition: int, passage: Passage) -> Prepared:
    passage, outgoing = observations_record(passage, maximum_bytes=MAXIMUM_RECORD_BYTES)
    record = Record(
        topic=OBSERVATIONS,
        partition=partition,
        offset=passage.result.offset,
        timestamp=int(time.time() * 1000),
        key=outgoing.key,
        value=outgoing.value,
    )
    prepared, _ = prepare(record, HighWater(partition=partition))
    return prepared
