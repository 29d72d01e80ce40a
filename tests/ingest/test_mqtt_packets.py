"""Packets out of a buffer, against packets written by hand."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message import Message
from ingest.mqtt_packets import MalformedPacket, missing_bytes, take_packet, take_publishes

MESSAGES = st.builds(
    Message,
    topic=st.binary(min_size=1, max_size=20),
    payload=st.binary(max_size=300),
    qos=st.just(1),
    dup=st.booleans(),
    retained=st.booleans(),
    packet=st.integers(1, 65535),
) | st.builds(
    Message,
    topic=st.binary(min_size=1, max_size=20),
    payload=st.binary(max_size=20),
    qos=st.just(0),
)


def publish(message: Message, properties: bytes | None = None) -> bytes:
    """Write a PUBLISH packet, for MQTT 5 when there are properties."""
    body = struct.pack("!H", len(message.topic)) + message.topic
    if message.qos:
        body += struct.pack("!H", message.packet)
    if properties is not None:
        body += length(len(properties)) + properties
    flags = 0x30 | message.dup << 3 | message.qos << 1 | message.retained
    body += message.payload
    return bytes([flags]) + length(len(body)) + body


def length(size: int) -> bytes:
    """Write MQTT's variable byte integer."""
    digits = bytearray()
    while size > 127:
        digits.append(size % 128 | 128)
        size //= 128
    return bytes([*digits, size])


@given(st.lists(MESSAGES, max_size=5))
def test_messages_come_out_as_they_were_written(messages: list[Message]) -> None:
    buffer = b"".join(publish(message) for message in messages)

    assert take_publishes(buffer, 0, version_5=False) == (messages, len(buffer))


@given(st.lists(MESSAGES, max_size=5), st.binary(max_size=200))
def test_properties_of_mqtt_5_are_passed_over(messages: list[Message], properties: bytes) -> None:
    buffer = b"".join(publish(message, properties) for message in messages)

    assert take_publishes(buffer, 0, version_5=True) == (messages, len(buffer))


@given(MESSAGES, MESSAGES, st.data())
def test_message_that_is_not_all_there_waits(
    first: Message, second: Message, data: st.DataObject
) -> None:
    whole, part = publish(first), publish(second)
    cut = data.draw(st.integers(0, len(part) - 1))
    buffer = whole + part[:cut]

    assert take_publishes(buffer, 0, version_5=False) == ([first], len(whole))
    assert take_packet(buffer, len(whole)) is None
    assert missing_bytes(buffer, len(whole)) in (0, len(part) - cut)


def test_other_packet_ends_the_run_and_comes_out_whole() -> None:
    message = Message(b"a", b"b", 1, packet=7)
    buffer = publish(message) + b"\xd0\x00" + publish(message)

    messages, position = take_publishes(buffer, 0, version_5=False)

    assert messages == [message]
    assert take_packet(buffer, position) == (0xD0, b"", position + 2)


@pytest.mark.parametrize(
    ("buffer", "version_5"),
    [
        (b"\x30\x00", False),
        (b"\x30\x02\x00\x05", False),
        (b"\x32\x04\x00\x01a\x00", False),
        (b"\x30\x03\x00\x01a", True),
        (b"\x30\x04\x00\x01a\x05", True),
        (b"\x30\xff\xff\xff\xff\x01", False),
    ],
)
def test_malformed_publish_is_told(buffer: bytes, version_5: bool) -> None:
    with pytest.raises(MalformedPacket):
        take_publishes(buffer, 0, version_5=version_5)


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_give_packets_or_are_told_malformed(buffer: bytes, version_5: bool) -> None:
    try:
        _, position = take_publishes(buffer, 0, version_5=version_5)
        take_packet(buffer, position)
    except MalformedPacket:
        return
    assert position <= len(buffer)
