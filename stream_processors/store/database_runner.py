"""Runs a sink of the database: its batches, and its offsets, which the database keeps."""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from schemas import telemetry
from schemas.errors import BrokerUnavailable, Fenced
from schemas.journal import facts
from stream_processors.fair_share import FairShare
from stream_processors.group_consumer import member
from stream_processors.kafka_client import cluster_of, consumer, record_of
from stream_processors.kafka_pulse import pulse_of
from stream_processors.monitor import Monitor
from stream_processors.patience import patiently
from stream_processors.record import Record
from stream_processors.settings import StoreSettings
from stream_processors.store.appetite import Appetite
from stream_processors.store.lag import Lag
from stream_processors.store.ownership import Ownership
from stream_processors.store.place import Place, Start, recognised, start_of

log = logging.getLogger(__name__)


class Sink(Protocol):
    """Writes records to the database with their offsets, in one transaction.

    Attributes:
        topic: whose records it takes.
    """

    topic: str

    async def take_over(self, partitions: Sequence[int]) -> dict[int, Place]:
        """Return where the database is; raises `StoreUnavailable`."""

    def begin_anew(self, partition: int) -> None:
        """Forget what was remembered of a partition's log: there is another in its place."""

    async def write(self, records: Sequence[Record], ownership: Ownership) -> None:
        """Commit records in order; raises `Fenced`."""

    async def close(self) -> None:
        """Let go of the database."""


@dataclass
class Reading:
    """How far we have read in a partition.

    Attributes:
        position: the next offset that we expect.
        check: the next record is the last that we dealt with, if the log is the one we know.
    """

    position: int
    check: bool = False


class DatabaseRunner(ConsumerRebalanceListener):  # type: ignore[misc]
    """Reads a topic from where the database is, and hands it to a sink."""

    def __init__(
        self, settings: StoreSettings, sink: Sink, monitor: Monitor, *, group: str
    ) -> None:
        self._settings = settings
        self._sink = sink
        self._monitor = monitor
        self._group = group
        self._pulse = pulse_of(settings.kafka, monitor.health)
        self._appetite = Appetite(settings.batch_records)
        self._consumer: AIOKafkaConsumer = None
        self._fair_share: FairShare
        self._lag: Lag
        self._is_member = False
        self._generation = 0
        self._ownership = Ownership()
        self._readings: dict[int, Reading] = {}

    async def run(self) -> None:
        """Read and write until cancelled; a batch under way is then written wholly or not."""
        try:
            await patiently(self._work, health=self._monitor.health)
        finally:
            await self._sink.close()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        """Let go of what may be another's; a commit under way is decided by its offsets."""
        self._let_go()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        """Note that the group has us; the next turn takes over what is assigned.

        Also what we had: the client's positions are new ones.
        """
        self._let_go()
        self._is_member = True

    async def _work(self) -> None:
        self._consumer = consumer(self._settings.kafka, group=self._group)
        self._fair_share = FairShare(self._consumer)
        self._lag = Lag(
            self._consumer, self._sink.topic, self._ownership, self._monitor.instruments
        )
        try:
            async with member(self._consumer, self._sink.topic, self), self._lag.watched():
                while True:
                    await self._turn()
        finally:
            self._is_member = False
            self._let_go()

    async def _turn(self) -> None:
        await self._take_over()
        async with self._pulse.awaited():
            found = await self._fair_share.take(
                self._appetite.records, wait_seconds=self._settings.fetch_wait_seconds
            )
        records = [one for place, batch in found.items() for one in self._expected(place, batch)]
        self._check_ends()
        if records:
            await self._write(records)
        if self._is_member:
            await self._pulse.feel(self._consumer, found)
        self._lag.show()

    async def _write(self, records: Sequence[Record]) -> None:
        began = time.monotonic()
        try:
            await self._sink.write(records, self._ownership)
        except Fenced as fenced:
            told = facts(topic=self._sink.topic, why=str(fenced))
            log.warning("dropped a batch", extra=told)
            self._monitor.instruments.count(telemetry.FENCED)
            self._let_go()
        self._appetite.took(len(records), time.monotonic() - began)

    async def _take_over(self) -> None:
        """Begin with partitions that are ours since the last turn.

        Raises:
            BrokerUnavailable: Kafka does not answer this consumer.
        """
        fresh = [p for p in self._consumer.assignment() if p.partition not in self._readings]
        if not fresh:
            return
        generation = self._generation
        known = await patiently(lambda: self._known(fresh), health=self._monitor.health)
        try:
            async with self._pulse.awaited():
                beginnings = await self._consumer.beginning_offsets(fresh)
        except KafkaError as failure:
            raise BrokerUnavailable(f"Kafka does not answer: {failure!r}") from failure
        if generation != self._generation:
            return  # what is ours changed meanwhile
        for place in fresh:
            start = start_of(
                known[place.partition],
                cluster=self._ownership.cluster,
                beginning=beginnings[place],
            )
            self._begin(place, known[place.partition], start)

    async def _known(self, fresh: Sequence[TopicPartition]) -> dict[int, Place]:
        self._ownership.cluster = await cluster_of(self._settings.kafka)
        return await self._sink.take_over([place.partition for place in fresh])

    def _begin(self, place: TopicPartition, known: Place, start: Start) -> None:
        number = place.partition
        if start.anew:
            self._begin_anew(number, start.anew)
        if start.lost:
            self._tell_lost(number, start.lost)
        try:
            self._consumer.seek(place, start.offset)
        except IllegalStateError:
            return  # it was taken from us in between; whoever has it now takes over
        self._ownership.known[number] = known
        self._readings[number] = Reading(position=start.offset, check=start.check)

    def _expected(self, place: TopicPartition, found: Sequence[ConsumerRecord]) -> list[Record]:
        """Return the records that come next; a log that is not the one we know begins anew."""
        reading = self._readings.get(place.partition)
        if reading is None or not found:
            return []
        records = [record_of(one) for one in found]
        if records[0].offset < reading.position:
            # What we wanted is not there, and the client went to the log's beginning.
            self._begin_anew(place.partition, f"it has no offset {reading.position}")
            reading.position, reading.check = records[0].offset, False
        elif reading.check:
            reading.check = False
            known = self._ownership.known[place.partition]
            if recognised(known, records[0]):
                reading.position = records.pop(0).offset + 1
            elif records[0].offset < known.next_offset:
                self._from_beginning(place, "the record before our place is another one")
                return []
        self._advance(place.partition, reading, records)
        return records

    def _check_ends(self) -> None:
        """Notice logs that end before our place; nothing would ever come from there."""
        for number, reading in list(self._readings.items()):
            place = TopicPartition(self._sink.topic, number)
            end = self._consumer.highwater(place)
            needed = reading.position + 1 if reading.check else reading.position
            if end is not None and end < needed:
                self._from_beginning(place, f"it ends at {end}, before {needed}")

    def _from_beginning(self, place: TopicPartition, why: str) -> None:
        """Read a log from its first record; the place in the database changes with a commit."""
        self._begin_anew(place.partition, why)
        self._consumer.seek(place, 0)
        self._readings[place.partition] = Reading(position=0)

    def _advance(self, partition: int, reading: Reading, records: Sequence[Record]) -> None:
        for record in records:
            if record.offset > reading.position and reading.position > 0:
                self._tell_lost(partition, record.offset - reading.position)
            reading.position = record.offset + 1

    def _begin_anew(self, partition: int, why: str) -> None:
        told = facts(topic=self._sink.topic, partition=partition, why=why)
        log.warning("the log was made anew; reading it from its beginning", extra=told)
        self._sink.begin_anew(partition)

    def _tell_lost(self, partition: int, lost: int) -> None:
        told = facts(topic=self._sink.topic, partition=partition, lost=lost)
        log.error("Kafka deleted records that were never read", extra=told)
        self._monitor.instruments.count(telemetry.RECORDS_LOST, lost, topic=self._sink.topic)

    def _let_go(self) -> None:
        self._generation += 1
        self._readings.clear()
        self._ownership.known.clear()
