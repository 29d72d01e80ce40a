"""Published observations as JSON, each written once for all who listen."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from api.datastreams import Facts
from api.identifiers import observation_id
from api.instants import instant_text, interval_text
from schemas.publication import PublishedObservation


@dataclass(frozen=True, slots=True)
class Event:
    """An observation on its way to the clients.

    Attributes:
        sequence: its place in the publication.
        published_time: when it was published.
        phenomenon_start: of the observation.
        json: the object that every face sends.
    """

    sequence: int
    published_time: datetime
    phenomenon_start: datetime
    facts: Facts
    quality: tuple[str, ...]
    json: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """The events of a row of the publication."""

    first_sequence: int
    last_sequence: int
    events: tuple[Event, ...]


def event_of(published: PublishedObservation, facts: Facts) -> Event:
    """Write an observation as an event."""
    start, end = published.phenomenon_start, published.phenomenon_end
    members = {
        "@iot.id": observation_id(published.datastream_id, start),
        "phenomenonTime": interval_text(start, end) if end else instant_text(start),
        "resultTime": published.result_time,
        "result": published.result,
        "quality": published.quality,
        "change": published.change,
        "sequence": published.sequence,
        "publishedTime": published.published_time,
    }
    json = b"{" + facts.json + b"," + msgspec.json.encode(members)[1:]
    return Event(
        published.sequence, published.published_time, start, facts, published.quality, json
    )
