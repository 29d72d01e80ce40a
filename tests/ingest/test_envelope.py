"""What a message becomes, as a pure function."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.envelope import Envelope, readable
from ingest.message import Message
from schemas import wire
from schemas.privacy import WITHHELD
from schemas.vocabulary import Vocabulary
from schemas.wire import DeadLetter, Reading

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
TOPIC = b"city/stad-a/telraam/v2/9000001"


def seal(envelope: Envelope, topic: bytes, payload: bytes = b"{}") -> Reading | DeadLetter:
    return envelope.seal(Message(topic, payload), received_time=NOW)


def test_payload_and_circumstances_go_through_as_they_came(envelope: Envelope) -> None:
    message = Message(TOPIC, b"\x00\xff any bytes", 1, dup=True, retained=True, packet=3)

    reading = envelope.seal(message, received_time=NOW)

    assert reading == Reading(
        city="stad-a",
        source=TOPIC.decode(),
        received_time=NOW,
        payload=message.payload,
        dup=True,
        retained=True,
    )


def test_mapped_topic_belongs_to_the_city_that_maps_it(envelope: Envelope) -> None:
    reading = seal(envelope, "eigen/stad-b/één".encode())

    assert isinstance(reading, Reading)
    assert (reading.city, reading.source) == ("stad-b", "eigen/stad-b/één")


@pytest.mark.parametrize(
    ("topic", "reason", "city"),
    [
        (b"city/elders/telraam/v2/1", "topic.unknown-city", ""),
        (b"city/stad-a/telraam", "topic.malformed", "stad-a"),
        (b"city/stad-a/telraam/v2/1/2", "topic.malformed", "stad-a"),
        (b"city/stad-a/Telraam/v2/1", "topic.name", "stad-a"),
        (b"city/stad-a/telraam/v2/", "topic.name", "stad-a"),
        (b"city/stad-a/telraam/v2/a\x00b", "topic.malformed", "stad-a"),
        (b"city/stad-a/telraam/v2/\xff", "topic.malformed", "stad-a"),
        (b"city/\xd1\x95tad-a/telraam/v2/1", "topic.name", ""),
        (b"eigen/stad-a/\x1b[31m", "topic.malformed", "stad-a"),
        (b"eigen/stad-a/" + b"a" * 600, "topic.malformed", "stad-a"),
        (b"iets/anders", "topic.unmapped", ""),
        (b"", "topic.unmapped", ""),
        (b"city/stad-a/unheard/of/1", "profile.unknown", "stad-a"),
    ],
)
def test_message_without_a_place_becomes_a_dead_letter_without_content(
    envelope: Envelope, topic: bytes, reason: str, city: str
) -> None:
    letter = seal(envelope, topic, b"plate 1-ABC-234")

    assert isinstance(letter, DeadLetter)
    assert [one.reason for one in letter.rejections] == [reason]
    assert (letter.city, letter.payload, letter.payload_bytes) == (city, b"", 15)
    assert letter.payload_sha256 == hashlib.sha256(b"plate 1-ABC-234").hexdigest()


def test_too_large_payload_leaves_its_hash_and_beginning(envelope: Envelope) -> None:
    payload = b"0123456789" * 201

    letter = seal(envelope, TOPIC, payload)

    assert isinstance(letter, DeadLetter)
    assert letter.rejections[0].reason == "payload.too-large"
    assert letter.payload == payload[:100]
    assert letter.payload_bytes == 2010
    assert letter.payload_sha256 == hashlib.sha256(payload).hexdigest()
    assert letter.profile == "telraam/v2"


def test_too_large_payload_about_persons_leaves_no_beginning(envelope: Envelope) -> None:
    letter = seal(envelope, b"city/stad-a/dsmr/p1/1", b"/ISK5 " + b"1" * 3000)

    assert isinstance(letter, DeadLetter)
    assert (letter.rejections[0].reason, letter.payload) == ("payload.too-large", b"")


def test_unreadable_payload_about_persons_is_withheld(envelope: Envelope) -> None:
    reading = seal(envelope, b"city/stad-a/dsmr/p1/1", b"name: Jan Peeters \xff")

    assert isinstance(reading, Reading)
    assert reading.payload.startswith(WITHHELD)
    assert b"Peeters" not in reading.payload


def test_payload_of_exactly_the_limit_is_taken(envelope: Envelope) -> None:
    assert isinstance(seal(envelope, TOPIC, b"x" * 2000), Reading)


def test_every_reason_is_in_the_vocabulary() -> None:
    reasons = {"topic.unknown-city", "topic.malformed", "topic.name", "topic.unmapped"}
    reasons |= {"profile.unknown", "payload.too-large", "privacy.withheld"}

    assert reasons <= set(Vocabulary.load().rejections)


@given(
    topic=st.binary(max_size=700)
    | st.text(max_size=80).map(lambda text: text.encode(errors="replace"))
)
def test_every_message_can_be_written_to_kafka_and_kept_as_text(topic: bytes) -> None:
    assert "\x00" not in readable(topic)
    assert readable(topic).isprintable()
    wire.record_key("", readable(topic))
