"""The connection of uvicorn, with a bound on heads: as it is, a head without end fills memory."""

from typing import Any, Final

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES: Final = 65_536
_PROBLEM: Final = msgspec.json.encode(
    {
        "type": "about:blank",
        "title": "Request Header Fields Too Large",
        "status": 431,
        "reason": "head.too-large",
        "detail": f"address and headers have more than {MOST_BYTES} bytes",
    }
)
_ANSWER: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/problem+json\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(_PROBLEM), _PROBLEM)
)


class BoundedHeads(HttpToolsProtocol):
    """Refuses what goes on for `MOST_BYTES` and is no body: address, headers, trailers.

    What arrives whole in one read of the socket is let through, so a little more may pass.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._unread = 0

    def data_received(self, data: bytes) -> None:
        """Let the parser have what arrived."""
        self._unread += len(data)
        super().data_received(data)
        if self._unread > MOST_BYTES and not self.transport.is_closing():
            self.transport.write(_ANSWER)
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Begin to count anew behind the head."""
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Begin to count anew behind a piece of the body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Begin to count anew behind a request."""
        self._unread = 0
        super().on_message_complete()
