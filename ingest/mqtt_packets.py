"""MQTT packets out of a buffer: the PUBLISH packets decoded, the others as they are."""

from typing import Final

from ingest.message import Message

PUBLISH: Final = 0x30
_KIND: Final = 0xF0
_RETAIN, _QOS, _DUP = 0x01, 0x06, 0x08
_MORE, _DIGIT = 0x80, 0x7F
_LONGEST_LENGTH: Final = 4
_TEXT_LENGTH: Final = 2


class MalformedPacket(ValueError):
    """The bytes are no MQTT packet."""


def take_publishes(buffer: bytes, position: int, *, version_5: bool) -> tuple[list[Message], int]:
    """Return the whole PUBLISH packets from a position on, and the position after them.

    It ends at a packet of another kind, or at one that is not all there yet.

    Raises:
        MalformedPacket: a PUBLISH is not one.
    """
    messages: list[Message] = []
    add, size = messages.append, len(buffer)
    while position < size and buffer[position] & _KIND == PUBLISH:
        flags = buffer[position]
        start, end = _frame(buffer, position)
        if end > size or not start:
            break
        if end - start <= _TEXT_LENGTH:
            raise MalformedPacket("a PUBLISH has no topic")
        payload = start + _TEXT_LENGTH + (buffer[start] << 8 | buffer[start + 1])
        topic, packet = buffer[start + _TEXT_LENGTH : payload], 0
        if flags & _QOS:
            packet = int.from_bytes(buffer[payload : payload + 2])
            payload += 2
        if version_5:
            payload = _after_properties(buffer, payload, end)
        if payload > end:
            raise MalformedPacket("a PUBLISH ends within its header")
        add(
            Message(
                topic,
                buffer[payload:end],
                (flags & _QOS) >> 1,
                flags & _DUP != 0,
                flags & _RETAIN != 0,
                packet,
            )
        )
        position = end
    return messages, position


def take_packet(buffer: bytes, position: int) -> tuple[int, bytes, int] | None:
    """Return the packet at a position: first byte, body, position after it.

    `None` when it is not all there yet.

    Raises:
        MalformedPacket: its length is not one.
    """
    if position >= len(buffer):
        return None
    start, end = _frame(buffer, position)
    if not start or end > len(buffer):
        return None
    return buffer[position], buffer[start:end], end


def missing_bytes(buffer: bytes, position: int) -> int:
    """Return how many bytes the packet at a position still lacks, 0 when that is not known."""
    if position >= len(buffer):
        return 0
    start, end = _frame(buffer, position)
    return max(0, end - len(buffer)) if start else 0


def _frame(buffer: bytes, position: int) -> tuple[int, int]:
    """Return where a packet's body starts and ends; (0, 0) while its length is not all there."""
    length = shift = 0
    for place in range(position + 1, position + 1 + _LONGEST_LENGTH):
        if place >= len(buffer):
            return 0, 0
        digit = buffer[place]
        length |= (digit & _DIGIT) << shift
        if not digit & _MORE:
            return place + 1, place + 1 + length
        shift += 7
    raise MalformedPacket("a packet's length has more than four bytes")


def _after_properties(buffer: bytes, position: int, end: int) -> int:
    # A property length is written as a packet length is; what stands in them, we do not need.
    if position >= end:
        raise MalformedPacket("a PUBLISH ends before its properties")
    start, after = _frame(buffer, position - 1)
    if not start:
        raise MalformedPacket("a PUBLISH ends within its properties")
    return after
