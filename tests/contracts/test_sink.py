"""What every sink of the database promises its runner, asked of the fake and of the real ones."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from schemas.errors import Fenced
from schemas.settings import DatabaseConnection
from stream_processors.monitor import Monitor
from stream_processors.record import Record
from stream_processors.settings import StoreSettings
from stream_processors.store.database_runner import Sink
from stream_processors.store.dead_letter_sink import DeadLetterSink
from stream_processors.store.observation_sink import ObservationSink
from stream_processors.store.ownership import Ownership
from stream_processors.store.place import Place, recognised
from tests.stream_processors.memory_sink import MemorySink
from tests.stream_processors.scene import Numbers


class SinkContract(ABC):
    """The promises; a class for each sink says how to make two on the same database."""

    @abstractmethod
    def make_sink(self) -> Sink:
        """Return a sink; all of a test have one database."""

    @pytest_asyncio.fixture
    async def sink(self) -> AsyncIterator[Sink]:
        made = self.make_sink()
        yield made
        await made.close()

    @pytest_asyncio.fixture
    async def other(self) -> AsyncIterator[Sink]:
        made = self.make_sink()
        yield made
        await made.close()

    async def test_partition_that_is_new_begins_at_its_beginning(self, sink: Sink) -> None:
        found = await sink.take_over([0, 3])

        assert found == {n: Place(topic=sink.topic, partition=n) for n in (0, 3)}

    async def test_next_owner_finds_the_place_after_the_last_record(
        self, sink: Sink, other: Sink
    ) -> None:
        ownership = await owned(sink, 0, 1)
        records = [record(sink, offset) for offset in range(3)]
        await sink.write([*records, record(sink, 0, partition=1)], ownership)

        found = await other.take_over([0, 1])
        assert [found[n].next_offset for n in (0, 1)] == [3, 1]
        assert found[0].cluster == "one"
        assert recognised(found[0], records[-1])
        assert ownership.known == found

    async def test_records_go_on_where_they_ended(self, sink: Sink, other: Sink) -> None:
        ownership = await owned(sink, 0)
        for offset in range(3):
            await sink.write([record(sink, offset)], ownership)

        assert (await other.take_over([0]))[0].next_offset == 3

    async def test_old_owner_is_fenced_and_moves_nothing(self, sink: Sink, other: Sink) -> None:
        old, new = await owned(sink, 0, 1), await owned(other, 0, 1)
        await other.write([record(other, 0)], new)
        with pytest.raises(Fenced):
            await sink.write([record(sink, 0), record(sink, 0, partition=1)], old)

        assert (await other.take_over([0, 1])) == new.known

    async def test_partition_that_was_taken_away_is_fenced(self, sink: Sink, other: Sink) -> None:
        ownership = await owned(sink, 0)
        ownership.known.clear()
        with pytest.raises(Fenced):
            await sink.write([record(sink, 0)], ownership)

        assert (await other.take_over([0]))[0].next_offset == 0


class TestMemorySink(SinkContract):
    """The fake."""

    @pytest.fixture(autouse=True)
    def _database(self) -> None:
        self.places: dict[int, Place] = {}

    def make_sink(self) -> Sink:
        return MemorySink(self.places)


class TestObservationSink(SinkContract):
    """Observations, on both databases."""

    @pytest.fixture(autouse=True)
    def _database(self, database: DatabaseConnection) -> None:
        self.settings = StoreSettings(database=database)

    def make_sink(self) -> Sink:
        return ObservationSink(self.settings, Numbers(), Monitor())


class TestDeadLetterSink(SinkContract):
    """Dead letters, on both databases."""

    @pytest.fixture(autouse=True)
    def _database(self, database: DatabaseConnection) -> None:
        self.settings = StoreSettings(database=database)

    def make_sink(self) -> Sink:
        return DeadLetterSink(self.settings, Monitor())


async def owned(sink: Sink, *partitions: int) -> Ownership:
    """Return what a runner holds that has taken partitions over."""
    return Ownership(cluster="one", known=await sink.take_over(partitions))


def record(sink: Sink, offset: int, *, partition: int = 0) -> Record:
    """Return a record that no sink can read: each keeps it all the same."""
    return Record(
        topic=sink.topic,
        partition=partition,
        offset=offset,
        timestamp=1_780_000_000_000 + offset,
        key=b"k",
        value=b"%d" % offset,
    )
