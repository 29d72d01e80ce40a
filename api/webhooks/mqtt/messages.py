"""Published observations as MQTT messages."""

from collections.abc import Iterable, Iterator, MutableMapping
from datetime import datetime
from typing import Final, NamedTuple

from api.datastreams import Facts
from api.live.events import Event

POSITION_TOPIC: Final = "live/sequence"
"""Retained: everything up to this sequence was sent before it."""


class LiveMessage(NamedTuple):
    """A message.

    Attributes:
        retained: whether the broker keeps it for who subscribes later.
    """

    topic: str
    payload: bytes
    retained: bool


def topic_of(facts: Facts) -> str:
    """Return the topic of a datastream."""
    return f"live/{facts.city}/{facts.theme}/{facts.datastream_id}"


def messages_of(
    events: Iterator[Event], newest: MutableMapping[int, datetime]
) -> Iterator[LiveMessage]:
    """Yield the messages of what is open; what comes late does not become the last value.

    Args:
        events: in their order.
        newest: by datastream the newest begin of a phenomenon; kept up to date.
    """
    for event in events:
        facts = event.facts
        if not facts.open:
            continue
        known = newest.get(facts.datastream_id)
        is_newest = known is None or event.phenomenon_start >= known
        if is_newest:
            newest[facts.datastream_id] = event.phenomenon_start
        yield LiveMessage(topic_of(facts), event.json, is_newest)


def taken_back(topics: Iterable[str]) -> Iterator[LiveMessage]:
    """Yield the messages that take last values back: empty ones (MQTT 3.1.1, 3.3.1.3)."""
    for topic in topics:
        yield LiveMessage(topic, b"", retained=True)
