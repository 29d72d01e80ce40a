"""What Kafka has deleted, or never had since its log was made anew: it cannot be brought again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.cities.registry import Registry
from schemas.wire import READINGS
from stream_processors.arrival import arrival_of
from stream_processors.database import Connection
from stream_processors.kafka_client import record_of
from stream_processors.kafka_log import Piece, piece_of
from stream_processors.replay.selection import Selection
from stream_processors.statements import statement

_COUNT: Final = statement(__package__, "count_beyond_reach")


class BeyondReach(NamedTuple):
    """What Kafka has no more.

    Attributes:
        before: received before this time, it is not there; `None` when all is.
        readings: how many of those asked for are so, as the database accounts for them by the
            hour; it knows no sources.
    """

    before: datetime | None = None
    readings: int = 0


async def beyond_reach(
    consumer: AIOKafkaConsumer,
    connection: Connection,
    selection: Selection,
    *,
    registry: Registry,
    ends: Mapping[int, int],
) -> BeyondReach:
    """Return which of the readings asked for Kafka has no more."""
    before = await _oldest(consumer, ends)
    profiles = selection.profiles(registry)
    pairs = [f"{city}/{one}" for city, found in (profiles or {}).items() for one in found]
    readings = await connection.fetchval(
        _COUNT,
        before,
        selection.city,
        None if profiles is None else pairs,
        selection.since,
        selection.until,
    )
    return BeyondReach(before, int(readings)) if readings else BeyondReach()


async def _oldest(consumer: AIOKafkaConsumer, ends: Mapping[int, int]) -> datetime:
    """Return since when Kafka has all.

    A partition from which nothing was deleted tells nothing, unless that is so of all: then the
    log begins with its first reading.
    """
    places = [TopicPartition(READINGS, number) for number in ends]
    firsts: list[tuple[int, datetime]] = []
    for place, begin in (await consumer.beginning_offsets(places)).items():
        if begin < ends[place.partition]:
            piece = Piece(place.partition, begin, begin + 1)
            found = [record_of(one) for one in await piece_of(consumer, READINGS, piece)]
            firsts += [(begin, arrival_of(one).reading.received_time) for one in found]
    cut = [time for begin, time in firsts if begin > 0]
    return max(cut) if cut else min((time for _, time in firsts), default=datetime.now(UTC))
