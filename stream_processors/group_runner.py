"""Runs normalise: batches from Kafka to Kafka, with offsets kept by the consumer group."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from schemas import telemetry
from schemas.cities.registry import Registry
from schemas.errors import BrokerUnavailable
from schemas.journal import facts
from schemas.journey import UNFOLLOWED, Journey
from schemas.rejection_log import RejectionLog
from schemas.wire import DEAD_LETTERS, OBSERVATIONS
from stream_processors import stops
from stream_processors.arrival import arrival_of
from stream_processors.fair_share import FairShare
from stream_processors.group_consumer import member
from stream_processors.group_offsets import Committed, Share, committed_places
from stream_processors.kafka_client import MAXIMUM_RECORD_BYTES, consumer, record_of
from stream_processors.kafka_pulse import pulse_of
from stream_processors.kafka_sink import KafkaSink
from stream_processors.monitor import Monitor
from stream_processors.outgoing import dead_letter_record, observations_record
from stream_processors.pace import Pace
from stream_processors.patience import patiently
from stream_processors.pipeline import Pipeline
from stream_processors.record import fingerprint
from stream_processors.settings import NormaliseSettings
from stream_processors.steps.passage import Arrival, Passage
from stream_processors.topology import TOPOLOGY

log = logging.getLogger(__name__)


class GroupRunner(ConsumerRebalanceListener):  # type: ignore[misc]
    """Takes readings, runs the steps, sends what they give, and then commits the offsets."""

    def __init__(
        self,
        settings: NormaliseSettings,
        registry: Registry,
        monitor: Monitor,
        journey: Journey = UNFOLLOWED,
    ) -> None:
        self._settings = settings
        self._journey = journey
        self._rejections = RejectionLog(log)
        self._monitor = monitor
        self._topology = TOPOLOGY["normalise"]
        self._pipeline = Pipeline.of(settings, registry)
        self._pace = Pace()
        self._sink = KafkaSink(settings.kafka, monitor.health)
        self._pulse = pulse_of(settings.kafka, monitor.health)
        self._consumer: AIOKafkaConsumer = None
        self._fair_share: FairShare
        self._is_member = False
        self._generation = 0
        self._shares: dict[int, Share] = {}

    async def run(self) -> None:
        """Work until cancelled; what was not committed is done again by whoever comes next."""
        try:
            await patiently(self._work, health=self._monitor.health)
        finally:
            await self._sink.close()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        """Let go; what was sent and not committed is sent again, and the store knows it."""
        self._let_go()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        """Note that the group has us; the next turn takes over what is assigned.

        Also what we had: the client's positions are new ones.
        """
        self._let_go()
        self._is_member = True

    async def _work(self) -> None:
        self._consumer = consumer(self._settings.kafka, group=self._topology.group)
        self._fair_share = FairShare(self._consumer)
        try:
            async with member(self._consumer, self._topology.topic, self):
                while True:
                    await self._turn()
        finally:
            self._is_member = False
            self._let_go()

    async def _turn(self) -> None:
        await self._take_over()
        async with self._pulse.awaited():
            found = await self._fair_share.take(
                self._settings.batch_records, wait_seconds=self._settings.fetch_wait_seconds
            )
        self._check_ends()
        self._pace.begin()
        done = await asyncio.gather(*(self._pass(*one) for one in found.items()))
        await self._commit({place: known for place, known in done if known is not None})
        if self._is_member:
            await self._pulse.feel(self._consumer, found)
        self._show(found)

    async def _take_over(self) -> None:
        """Begin with partitions that are ours since the last turn, a little before our place.

        Raises:
            BrokerUnavailable: Kafka does not answer this consumer.
        """
        fresh = [p for p in self._consumer.assignment() if p.partition not in self._shares]
        if not fresh:
            return
        generation = self._generation
        committed = await patiently(lambda: self._committed(fresh), health=self._monitor.health)
        try:
            async with self._pulse.awaited():
                beginnings = await self._consumer.beginning_offsets(fresh)
        except KafkaError as failure:
            raise BrokerUnavailable(f"Kafka does not answer: {failure!r}") from failure
        if generation != self._generation:
            return  # what is ours changed meanwhile
        for place in fresh:
            self._begin(place, committed[place], beginning=beginnings[place])

    async def _committed(self, fresh: Sequence[TopicPartition]) -> dict[TopicPartition, Committed]:
        return await committed_places(self._settings.kafka, self._topology.group, fresh)

    def _begin(self, place: TopicPartition, known: Committed, *, beginning: int) -> None:
        if 0 < known.offset < beginning:
            lost = beginning - known.offset
            told = facts(topic=place.topic, partition=place.partition, lost=lost)
            log.error("Kafka deleted records that were never read", extra=told)
            self._monitor.instruments.count(telemetry.RECORDS_LOST, lost, topic=place.topic)
        until = max(known.offset, beginning)
        memory = max(self._settings.redelivery_memory_records, 1)  # one, to recognise the log by
        start = max(until - memory, beginning)
        try:
            self._consumer.seek(place, start)
        except IllegalStateError:
            return  # it was taken from us in between; whoever has it now takes over
        self._shares[place.partition] = Share(start, until, known.fingerprint)

    async def _pass(
        self, place: TopicPartition, found: Sequence[ConsumerRecord]
    ) -> tuple[TopicPartition, Committed | None]:
        """Deal with records of one partition; return what to commit, if anything."""
        share = self._shares.get(place.partition)
        if share is None or not found:
            return place, None
        records = [record_of(one) for one in found]
        if share.is_another_log(records):
            self._from_beginning(place)
            return place, None
        if records[0].offset < share.position:
            # What we wanted is not there, and the client went to the log's beginning.
            self._tell_anew(place)
            share.warm_until = 0
        began = time.time_ns()
        passages = await self._read(place, [arrival_of(one) for one in records])
        if not passages:
            return place, None
        last = records[len(passages) - 1]
        share.position = last.offset + 1
        warm = [one for one in passages if one.arrival.offset < share.warm_until]
        fresh = passages[len(warm) :]
        if warm:
            self._pipeline.remember(place.partition, warm)
        if not fresh:
            return place, None
        await self._send(place.partition, self._pipeline.judge(place.partition, fresh), began)
        return place, Committed(share.position, fingerprint(last))

    async def _read(self, place: TopicPartition, arrivals: Sequence[Arrival]) -> list[Passage]:
        """Return what readings give, as many as the turn has time for.

        The others are fetched again. There are none when the partition was taken from us.
        """
        generation, passages = self._generation, []
        for arrival in arrivals:
            passages.append(self._pipeline.read(arrival))
            if await self._pace.is_over():
                break
        if generation != self._generation:
            return []
        if len(passages) < len(arrivals):
            with suppress(IllegalStateError):  # it is no longer ours, which we are told next
                self._consumer.seek(place, arrivals[len(passages)].offset)
        return passages

    def _check_ends(self) -> None:
        """Notice logs that end before our place; nothing would ever come from there."""
        for number, share in list(self._shares.items()):
            place = TopicPartition(self._topology.topic, number)
            end = self._consumer.highwater(place)
            if end is not None and end < share.position:
                self._from_beginning(place)

    def _from_beginning(self, place: TopicPartition) -> None:
        """Read a log that was made anew, forgetting what we have seen of it meanwhile."""
        self._tell_anew(place)
        self._consumer.seek(place, 0)
        self._shares[place.partition] = Share(position=0, warm_until=0)
        self._pipeline.forget(place.partition)

    def _tell_anew(self, place: TopicPartition) -> None:
        told = facts(topic=place.topic, partition=place.partition)
        log.warning("the log was made anew; reading it from its beginning", extra=told)

    async def _send(self, partition: int, passages: Sequence[Passage], began: int) -> None:
        fitted = [observations_record(one, maximum_bytes=MAXIMUM_RECORD_BYTES) for one in passages]
        await self._sink.send(OBSERVATIONS, partition, [record for _, record in fitted])
        letters = [
            dead_letter_record(passage, maximum_bytes=MAXIMUM_RECORD_BYTES)
            for passage, _ in fitted
            if passage.result.rejections
        ]
        await self._sink.send(DEAD_LETTERS, partition, letters)
        self._tell([passage for passage, _ in fitted], began)

    def _tell(self, passages: Sequence[Passage], began: int) -> None:
        stops.normalised(self._journey, began, passages)
        results = [passage.result for passage in passages]
        for one in results:
            if one.rejections:
                self._rejections.tell(one)
        outcomes = Counter((one.outcome, one.city, one.profile) for one in results)
        for (outcome, city, profile), count in outcomes.items():
            self._monitor.instruments.count(
                telemetry.READINGS, count, outcome=outcome, city=city, profile=profile
            )

    async def _commit(self, known: dict[TopicPartition, Committed]) -> None:
        ours = {place: one for place, one in known.items() if place.partition in self._shares}
        if not ours:
            return
        try:
            async with self._pulse.awaited():
                await self._consumer.commit(ours)
        except (KafkaError, IllegalStateError) as failure:
            # The partitions are another's now, or Kafka is away: it is done again, and the store
            # knows what it has seen.
            log.warning("offsets not committed", extra=facts(error=repr(failure)))

    def _let_go(self) -> None:
        self._generation += 1
        self._shares.clear()
        self._pipeline.forget_all()

    def _show(self, found: Iterable[TopicPartition]) -> None:
        instruments = self._monitor.instruments
        instruments.show(telemetry.PROFILES_STOPPED, self._pipeline.stopped())
        for place in found:
            share = self._shares.get(place.partition)
            # Of what was taken from us meanwhile the client tells no end.
            end = None if share is None else self._consumer.highwater(place)
            if share is not None and end is not None:
                lag = max(end - share.position, 0)
                instruments.show(telemetry.NORMALISE_LAG, lag, partition=str(place.partition))
