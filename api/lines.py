"""The line under a live stream: its bytes written at once, by whoever has them for many.

The servers' own `send` costs five times as much for each client, and cannot cut off one who reads
nothing. So the connections of uvicorn give what lies under them to the application, as an
extension of its scope; they reach into uvicorn, which is why pyproject.toml holds it.
"""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeAlias

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from api.heads import BoundedHeads
from schemas.errors import NotSupported
from schemas.requests.connection_watch import ConnectionTable

_EXTENSION: Final = "stadspuls.line"


class Line:
    """What lies under the answers of a connection.

    Args:
        transport: of the connection.
        drained: waits until the transport wants to be written to.

    Attributes:
        when_lost: called when the connection is lost.
    """

    def __init__(
        self, transport: asyncio.Transport, drained: Callable[[], Awaitable[Any]]
    ) -> None:
        self._transport = transport
        self._drained = drained
        self._written_bytes = 0
        self._rest: Rest | None = None
        self.when_lost: Callable[[], None] = _nothing

    @property
    def waiting_bytes(self) -> int:
        """How much was written and not taken by the system yet."""
        return self._transport.get_write_buffer_size()

    @property
    def untaken_bytes(self) -> int:
        """How much was written and not acknowledged by the client's computer yet."""
        return self.waiting_bytes + self._unacknowledged_bytes()

    @property
    def taken_bytes(self) -> int:
        """How much of what was written was; what stood on the line before counts below zero."""
        return self._written_bytes - self.untaken_bytes

    @property
    def closing(self) -> bool:
        """Whether the connection is gone, or about to be."""
        return self._transport.is_closing()

    def bound(self, system_bytes: int) -> None:
        """Let the system hold so much for the client, so that we notice when it takes nothing."""
        connection = self._transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, system_bytes)

    def write(self, piece: bytes) -> None:
        """Write bytes that are whole in the connection's protocol; never blocks."""
        self._written_bytes += len(piece)
        self._transport.write(piece)

    def cut(self) -> None:
        """End the connection at once, whatever waits."""
        self._transport.abort()

    async def has_room(self, *, seconds: float) -> bool:
        """Wait until little waits; `False` when it did not come to that in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._drained()
        except TimeoutError:
            return False
        return True

    def goes_on(self, rest: "Rest") -> None:
        """Leave the rest of an answer that lasts to `Lasting`."""
        self._rest = rest

    def rest(self) -> "Rest | None":
        """Return what gives the rest of an answer, if one was left; it is left no more."""
        rest, self._rest = self._rest, None
        return rest

    def _unacknowledged_bytes(self) -> int:
        """Ask Linux what it holds for the client (tcp(7), SIOCOUTQ); 0 where nobody can tell."""
        connection = self._transport.get_extra_info("socket")
        if connection is not None and connection.fileno() >= 0:
            with suppress(OSError):
                held = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
                return int(struct.unpack("i", held)[0])
        return 0


Rest: TypeAlias = Callable[[Send], Awaitable[None]]
"""Gives the rest of an answer that has begun."""


def _nothing() -> None:
    return None


class Lasting:
    """The outermost application: gives the rest of answers that last.

    What stands around the one that began them (middleware, routing) has returned by then: two
    dozen frames and what they hold would be kept for each client, a third of its memory.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI has it."""
        await self.app(dict(scope), receive, send)  # a copy: what they add to it goes, too
        line = scope.get("extensions", {}).get(_EXTENSION)
        rest = line.rest() if isinstance(line, Line) else None
        if rest is not None:
            _forget(scope)
            await rest(send)


def _forget(scope: Scope) -> None:
    """Let go of a request of which uvicorn needs the method alone, until its answer ends."""
    method = scope.get("method", "")
    scope["headers"].clear()
    scope.clear()
    scope["method"] = method


def line_of(connection: HTTPConnection) -> Line:
    """Return the line under a request.

    Raises:
        NotSupported: another server than ours runs the application.
    """
    line = connection.scope.get("extensions", {}).get(_EXTENSION)
    if not isinstance(line, Line):
        raise NotSupported("live streams need the server that `stadspuls run api` is")
    return line


class HttpLine(BoundedHeads):
    """uvicorn's connection, with the line in the scope."""

    __slots__ = ("line",)

    def handle_websocket_upgrade(self) -> None:
        """Give the connection to the other protocol, which counts it from now on."""
        self.watch.closed()
        super().handle_websocket_upgrade()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, with a line."""
        super().connection_made(transport)
        self.line = Line(transport, self.flow.drain)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who writes to it."""
        super().connection_lost(exc)
        self.line.when_lost()

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: self.line}  # type: ignore[dict-item]


class WebSocketLine(WebSocketsSansIOProtocol):
    """uvicorn's connection of a WebSocket, with the line in the scope.

    Args:
        table: connections of this server.
    """

    def __init__(self, *args: Any, table: ConnectionTable, **options: Any) -> None:
        super().__init__(*args, **options)
        self._table = table
        self._leave: Callable[[], None] | None = None
        self._line: Line | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it."""
        peer = transport.get_extra_info("peername")
        self._leave = self._table.enter(peer[0] if peer else "")
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        if self._leave is not None:
            self._leave()
        super().connection_lost(exc)
        if self._line is not None:
            self._line.when_lost()

    def handle_connect(self, event: Request) -> None:
        """Begin; the application is run in the loop's next turn."""
        super().handle_connect(event)
        if not self.close_sent:
            self._line = Line(self.transport, self.writable.wait)
            self.scope["extensions"][_EXTENSION] = self._line  # type: ignore[assignment]

    def send_receive_event_to_app(self) -> None:
        """Forget what a client says: it is nothing to us, and nobody waits for it."""
        self.frames = []

    def keepalive_timeout(self) -> None:
        """Let go of who answers no ping; what waits for him will not be read either."""
        super().keepalive_timeout()
        self.transport.abort()
