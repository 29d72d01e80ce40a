"""How events stand on the line: the bytes that are the same for all who listen in one way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from api.live.events import Event

_TEXT: Final = 0x81  # a whole text message (RFC 6455, 5.2); a server's is not masked
_SHORT, _MEDIUM = 126, 1 << 16


@dataclass(frozen=True, kw_only=True)
class Form:
    """A way to write to clients.

    Attributes:
        pack: events in their order, and the sequence that the client has then.
        alive: a sign of life, with the sequence up to which nothing is missing.
    """

    pack: Callable[[Sequence[Event], int], bytes]
    alive: Callable[[int], bytes]


def _sse_events(events: Sequence[Event], last: int) -> bytes:
    del last  # each event has an id
    return chunk(b"".join([b"id: %d\ndata: %b\n\n" % (one.sequence, one.json) for one in events]))


def _sse_alive(sequence: int) -> bytes:
    """Return a comment, and the id: who is sent little must not fall behind what is kept."""
    return chunk(b": alive\nid: %d\n\n" % sequence)


def chunk(content: bytes) -> bytes:
    """Return a chunk of an HTTP/1.1 body (RFC 9112, 7.1)."""
    return b"%x\r\n%b\r\n" % (len(content), content)


def _messages(events: Sequence[Event], last: int) -> bytes:
    observations = b",".join([one.json for one in events])
    return frame(
        b'{"type":"observations","sequence":%d,"observations":[%b]}' % (last, observations)
    )


def _message_alive(sequence: int) -> bytes:
    return frame(msgspec.json.encode({"type": "alive", "sequence": sequence}))


def frame(text: bytes) -> bytes:
    """Return a text message of a WebSocket."""
    size = len(text)
    if size < _SHORT:
        return bytes((_TEXT, size)) + text
    if size < _MEDIUM:
        return bytes((_TEXT, _SHORT)) + size.to_bytes(2) + text
    return bytes((_TEXT, _SHORT + 1)) + size.to_bytes(8) + text


SERVER_SENT_EVENTS: Final = Form(pack=_sse_events, alive=_sse_alive)
WEB_SOCKET: Final = Form(pack=_messages, alive=_message_alive)
