"""The connection of uvicorn, bounded: as it is, a head without end fills memory and lasts."""

import asyncio
from http import HTTPStatus
from typing import Any, Final

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from schemas.requests.connection_watch import ConnectionTable, ConnectionWatch

MOST_BYTES: Final = 65_536


def _refusal(status: HTTPStatus, detail: str) -> bytes:
    problem = {"title": status.phrase, "status": status.value, "detail": detail}
    body = msgspec.json.encode(problem)
    return (
        b"HTTP/1.1 %d %b\r\ncontent-type: application/problem+json\r\n"
        b"content-length: %d\r\nconnection: close\r\n\r\n%b"
        % (status, status.phrase.encode(), len(body), body)
    )


_TOO_LARGE: Final = _refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    f"address and headers have more than {MOST_BYTES} bytes",
)
_TOO_SLOW: Final = _refusal(HTTPStatus.REQUEST_TIMEOUT, "the request did not arrive in time")
_TOO_MANY: Final = _refusal(
    HTTPStatus.TOO_MANY_REQUESTS, "this address has too many connections; close some"
)


class BoundedHeads(HttpToolsProtocol):
    """Refuses what is too large, too slow, or one connection too many of its caller.

    Too large is what goes on for `MOST_BYTES` and is no body: address, headers, trailers. What
    arrives whole in one read of the socket is let through, so a little more may pass.

    Args:
        table: connections of this server.
    """

    # With more than thirty attributes an object has a dictionary of its own, of 1.4 kB.
    __slots__ = ("_unread", "watch")

    def __init__(self, *args: Any, table: ConnectionTable, **options: Any) -> None:
        super().__init__(*args, **options)
        self._unread = 0
        self.watch = ConnectionWatch(table, self._late)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, or refuse to."""
        super().connection_made(transport)
        if not self.watch.opened(transport):
            self._refuse(_TOO_MANY)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        self.watch.closed()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Let the parser have what arrived."""
        self._unread += len(data)
        self.watch.head_begins()
        super().data_received(data)
        if self._unread > MOST_BYTES:
            self._refuse(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Begin to count anew behind the head."""
        self._unread = 0
        self.watch.body_begins()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Begin to count anew behind a piece of the body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Begin to count anew behind a request."""
        self._unread = 0
        self.watch.ends()
        super().on_message_complete()

    def _late(self) -> None:
        # Who has said nothing is told nothing, as a browser opens connections ahead; and nothing
        # is written into an answer.
        is_answered = self.cycle is None or self.cycle.response_complete
        self._refuse(_TOO_SLOW if self._unread and is_answered else b"")

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
