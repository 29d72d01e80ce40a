"""Stretches of a topic, read without a group: up to where the database is, or a piece of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.settings import KafkaConnection
from stream_processors.kafka_client import reader

_BATCH: Final = 5000
_FETCH_MS: Final = 200
_PATIENCE_FETCHES: Final = 100


class LogCut(Exception):
    """The log ended before the place where it must go on to."""


class Piece(NamedTuple):
    """A piece of a partition.

    Attributes:
        begin: its first offset.
        end: the offset after its last.
    """

    partition: int
    begin: int
    end: int


@asynccontextmanager
async def reading_from(kafka: KafkaConnection) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a consumer that belongs to no group and commits nothing."""
    consumer = reader(kafka)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def stretch(
    consumer: AIOKafkaConsumer, topic: str, since: datetime, ends: Mapping[int, int]
) -> AsyncIterator[Sequence[ConsumerRecord]]:
    """Yield the records that were written since a time and lie below the ends, in batches.

    Args:
        consumer: of `reading_from`.
        topic: the topic.
        since: the first record of each partition is the first written at or after this time.
        ends: by partition, the offset after the last record that is wanted.

    Raises:
        LogCut: nothing more comes although an end is not reached.
    """
    left = {TopicPartition(topic, number): end for number, end in ends.items()}
    consumer.assign(list(left))
    await _seek(consumer, left, since)
    left = {place: end for place, end in left.items() if await consumer.position(place) < end}
    patience = _PATIENCE_FETCHES
    while left:
        found = await consumer.getmany(*left, timeout_ms=_FETCH_MS, max_records=_BATCH)
        patience = _PATIENCE_FETCHES if found else patience - 1
        if patience == 0:
            raise LogCut(f"{topic} does not go on to {left}")
        for place, records in found.items():
            yield [one for one in records if one.offset < left[place]]
            if records[-1].offset + 1 >= left[place]:
                del left[place]


async def piece_of(consumer: AIOKafkaConsumer, topic: str, piece: Piece) -> list[ConsumerRecord]:
    """Return the records of a piece; what Kafka has deleted meanwhile is not among them.

    Raises:
        LogCut: nothing more comes although its end is not reached.
    """
    place = TopicPartition(topic, piece.partition)
    consumer.assign([place])
    consumer.seek(place, piece.begin)
    records: list[ConsumerRecord] = []
    patience = _PATIENCE_FETCHES
    while not records or records[-1].offset + 1 < piece.end:
        found = await consumer.getmany(
            place, timeout_ms=_FETCH_MS, max_records=piece.end - piece.begin
        )
        patience = _PATIENCE_FETCHES if found else patience - 1
        if patience == 0:
            raise LogCut(f"{topic} does not go on to {piece}")
        records += found.get(place, [])
    return [one for one in records if piece.begin <= one.offset < piece.end]


async def _seek(
    consumer: AIOKafkaConsumer, places: Mapping[TopicPartition, int], since: datetime
) -> None:
    """Go to the first record at or after a time; to the end where all are older.

    Apache Kafka answers nothing for those, the embedded Kafka a record without a timestamp.
    """
    millisecond = int(since.timestamp() * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(places, millisecond))
    for place, end in places.items():
        at = found.get(place)
        consumer.seek(place, at.offset if at is not None and at.timestamp >= 0 else end)
