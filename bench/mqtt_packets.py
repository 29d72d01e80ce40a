"""MQTT 3.1.1 packets as bytes: just those that a publisher and a relay need; pure."""

from typing import Final, NamedTuple

from schemas.settings import MqttConnection

CONNACK: Final = b"\x20\x02"
SUBACK: Final = 0x90
PUBACK: Final = b"\x40\x02"
PUBACK_BYTES: Final = 4
_CONNECT, _SUBSCRIBE, _PUBLISH_QOS_1, _PUBLISH = 0x10, 0x82, 0x32, 0x30
_KIND: Final = 0xF0
_CLEAN_SESSION, _WITH_PASSWORD, _WITH_USERNAME = 0x02, 0x40, 0x80
_LEVEL_3_1_1: Final = 4
_KEEP_ALIVE: Final = b"\xff\xff"  # the longest: longer than any run
_QOS_1: Final = b"\x01"
_MORE, _DIGIT = 0x80, 0x7F
_PACKET_NUMBERS: Final = 65_535


class Taken(NamedTuple):
    """What `take_publishes` found.

    Attributes:
        publishes: number of PUBLISH packets.
        acknowledgements: their PUBACKs, in order, as one piece.
        position: after the last whole packet.
    """

    publishes: int
    acknowledgements: bytes
    position: int


def connect(connection: MqttConnection, client_id: str, *, clean: bool) -> bytes:
    """Return a CONNECT with so long a keep-alive that no ping is due.

    Args:
        connection: who we are.
        client_id: name of the session.
        clean: begin without an earlier session, and leave none.
    """
    flags, credentials = _CLEAN_SESSION if clean else 0, b""
    if connection.username is not None and connection.password is not None:
        flags |= _WITH_USERNAME | _WITH_PASSWORD
        credentials = _text(connection.username) + _text(connection.password.get_secret_value())
    header = _text("MQTT") + bytes([_LEVEL_3_1_1, flags]) + _KEEP_ALIVE
    return _packet(_CONNECT, header + _text(client_id) + credentials)


def subscribe(topic_filter: str) -> bytes:
    """Return a SUBSCRIBE at QoS 1."""
    return _packet(_SUBSCRIBE, b"\x00\x01" + _text(topic_filter) + _QOS_1)


def publish(topic: str, payload: bytes, packet: int) -> bytes:
    """Return a PUBLISH at QoS 1."""
    return _packet(_PUBLISH_QOS_1, _text(topic) + packet.to_bytes(2) + payload)


def packet_number(place: int) -> int:
    """Return the packet number of a connection's message, by its place from 0."""
    return place % _PACKET_NUMBERS + 1


def take_publishes(buffer: bytes) -> Taken:
    """Look at the whole PUBLISH packets of QoS 1 at the beginning of a buffer.

    Raises:
        ValueError: there is a packet of another kind.
    """
    numbers: list[bytes] = []
    position, size = 0, len(buffer)
    while position < size:
        if buffer[position] & _KIND != _PUBLISH:
            raise ValueError(f"a packet of kind {buffer[position]:#x} where a PUBLISH belongs")
        length = shift = 0
        start = position + 1
        while start < size and buffer[start] & _MORE:
            length |= (buffer[start] & _DIGIT) << shift
            shift += 7
            start += 1
        if start >= size:
            break
        length |= buffer[start] << shift
        start += 1
        if start + length > size:
            break
        number = start + 2 + (buffer[start] << 8 | buffer[start + 1])
        numbers.append(buffer[number : number + 2])
        position = start + length
    return Taken(len(numbers), PUBACK.join([b"", *numbers]), position)


def _packet(kind: int, body: bytes) -> bytes:
    digits, count = bytearray(), len(body)
    while True:
        count, digit = count >> 7, count & _DIGIT
        digits.append(digit | _MORE if count else digit)
        if not count:
            return bytes([kind]) + digits + body


def _text(words: str) -> bytes:
    return len(words.encode()).to_bytes(2) + words.encode()
