"""A message becomes a reading in our envelope, or a dead letter with the reason."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from ingest.gates import Gate
from ingest.message import Message
from ingest.ports import Item
from schemas.errors import ReadingRejected
from schemas.topics import MAXIMUM_TOPIC_BYTES, Address, Routes
from schemas.wire import Channel, DeadLetter, Reading, Rejection

_TOPICS_REMEMBERED: Final = 1 << 16


class Place(NamedTuple):
    """Where the messages of a topic belong."""

    address: Address
    source: str
    gate: Gate


class Envelope:
    """Seals messages. Knows cities and profiles, no vendor's format, and does no input or output.

    Args:
        routes: what topics mean.
        gate_of: finds the gate of an address, or raises `ReadingRejected`.
        payload_bytes: largest payload that becomes a reading.
        beginning_bytes: how much of a larger one may be kept.
    """

    def __init__(
        self,
        routes: Routes,
        gate_of: Callable[[Address], Gate],
        *,
        payload_bytes: int,
        beginning_bytes: int,
    ) -> None:
        self._routes, self._gate_of = routes, gate_of
        self.payload_bytes, self._beginning_bytes = payload_bytes, beginning_bytes
        self.place = lru_cache(_TOPICS_REMEMBERED)(self._place)

    def seal(
        self,
        message: Message,
        *,
        received_time: datetime,
        channel: Channel = "mqtt",
        content_type: str = "",
    ) -> Item:
        """Return what a message becomes."""
        payload = message.payload
        try:
            address, source, gate = self.place(message.topic)
        except ReadingRejected as rejected:
            return self.dead_letter(message, rejected, received_time, channel=channel)
        if len(payload) > self.payload_bytes:
            too_large = ReadingRejected("payload.too-large", self.too_large(len(payload)))
            return self.dead_letter(message, too_large, received_time, channel=channel)
        return Reading(
            city=address.city,
            source=source,
            received_time=received_time,
            payload=payload if gate.admit is None else gate.admit(payload),
            channel=channel,
            content_type=content_type,
            qos=message.qos,
            dup=message.dup,
            retained=message.retained,
        )

    def too_large(self, size: int) -> str:
        """Return the sentence for a payload that is too large."""
        return f"the payload has {size} bytes; {self.payload_bytes} are allowed"

    def dead_letter(
        self,
        message: Message,
        rejected: ReadingRejected,
        received_time: datetime,
        *,
        channel: Channel,
        sha256: str = "",
        size: int = 0,
    ) -> DeadLetter:
        """Return the dead letter of a message.

        Without a profile nobody can tell what is personal in it, so nothing of its content is
        kept then: its size and hash tell the owner which message it was.

        Args:
            message: the message; of a very large one the beginning is enough, with what follows.
            rejected: why.
            received_time: when it came.
            channel: the way in.
            sha256: hash of the whole payload, when `message` has only its beginning.
            size: its size in bytes, likewise.
        """
        payload, city, profile, kept = message.payload, "", "", 0
        try:
            (city, profile, _), _, gate = self.place(message.topic)
            kept = self._beginning_bytes if gate.keeps_beginning else 0
        except ReadingRejected:
            city, profile = self._known_part(message.topic)
        return DeadLetter(
            city=city,
            source=readable(message.topic),
            received_time=received_time,
            rejections=(Rejection(reason=rejected.reason, detail=rejected.detail),),
            payload=payload[:kept],
            payload_bytes=size or len(payload),
            payload_sha256=sha256 or hashlib.sha256(payload).hexdigest(),
            station="ingest",
            channel=channel,
            profile=profile,
        )

    def _place(self, topic: bytes) -> Place:
        source = readable(topic)
        if source.encode() != topic or len(topic) > MAXIMUM_TOPIC_BYTES:
            raise ReadingRejected(
                "topic.malformed",
                f"the topic is no printable UTF-8, or longer than {MAXIMUM_TOPIC_BYTES} bytes",
            )
        address = self._routes.address(source)
        return Place(address, source, self._gate_of(address))

    def _known_part(self, topic: bytes) -> tuple[str, str]:
        """Return the city and profile of a topic whose gate is not known, as far as they are."""
        try:
            city, profile, _ = self._routes.address(readable(topic))
        except ReadingRejected:
            second = topic.split(b"/", 2)[1:2] if topic.startswith(b"city/") else []
            name = second[0].decode(errors="replace") if second else ""
            return (name if name in self._routes.cities else ""), ""
        return city, profile


def readable(topic: bytes) -> str:
    """Return a topic as text that every part can keep: no control characters, not too long."""
    text = topic[:MAXIMUM_TOPIC_BYTES].decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
