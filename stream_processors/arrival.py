"""Records of `city.readings` as readings; one that is none is kept with the reason."""

from datetime import UTC, datetime

from schemas.wire import Reading, Rejection, read_reading
from stream_processors.record import Record
from stream_processors.steps.passage import Arrival


def arrival_of(record: Record) -> Arrival:
    """Return the reading of a record; of a wire that we do not know, what can be told of it."""
    if record.tombstone:
        return _erased(record)
    try:
        reading = read_reading(record.headers, record.value)
    except (ValueError, AttributeError, TypeError) as unknown:
        return _unreadable(record, str(unknown))
    if reading.received_time.tzinfo is None:
        return _unreadable(record, "the record header receivedTime has no offset")
    return Arrival(partition=record.partition, offset=record.offset, reading=reading)


def _erased(record: Record) -> Arrival:
    city, _, source = record.key.decode(errors="replace").partition("/")
    received = datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)
    reading = Reading(city=city, source=source, received_time=received, payload=b"")
    return Arrival(partition=record.partition, offset=record.offset, reading=reading, erased=True)


def _unreadable(record: Record, why: str) -> Arrival:
    return Arrival(
        partition=record.partition,
        offset=record.offset,
        refusal=Rejection(reason="wire.unknown", detail=why),
        reading=Reading(
            city="",
            source=record.key.decode(errors="replace"),
            received_time=datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC),
            payload=record.value,
        ),
    )
