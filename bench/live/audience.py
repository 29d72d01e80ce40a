"""A process full of clients: connects them, counts what they hear, says when it heard it."""

import asyncio
import socket
import time
from datetime import datetime
from typing import Final, Literal, cast

import msgspec
import uvloop

from bench.child import say, told

_MARK: Final = b"\ndata: "
_TIME: Final = b'"publishedTime":"'
_SAMPLED: Final = 16  # of so many pieces one is looked at for the time when it was published
_TOLD: Final = 2000  # of those at most
_AT_ONCE: Final = 200
_LINE: Final = 64


class Clients(msgspec.Struct, frozen=True):
    """Who is to listen.

    Attributes:
        host: of the server.
        port: of the server.
        queries: of the clients, without the question mark.
        frozen: whether they stop reading once they are connected.
    """

    host: str
    port: int
    queries: list[str]
    frozen: bool = False


class Heard(msgspec.Struct, frozen=True):
    """What they heard since they were last asked.

    Attributes:
        events: observations, each client's counted.
        bytes: of all.
        connected: clients whose connection stands.
        delays_ms: a sample of the times from publication to arrival.
    """

    events: int
    bytes: int
    connected: int
    delays_ms: list[float]


class Crowd:
    """What the clients heard."""

    def __init__(self) -> None:
        self.lines: list[ClientLine] = []
        self.events = self.bytes = self._pieces = 0
        self._delays: list[float] = []

    def take(self, data: bytes, seam: bytes) -> None:
        """Count a piece; `seam` is what a mark at its begin began with."""
        self.events += data.count(_MARK) + (seam + data[: len(_MARK) - 1]).count(_MARK)
        self.bytes += len(data)
        self._pieces += 1
        if not self._pieces % _SAMPLED:
            place = data.find(_TIME)
            text = data[place + len(_TIME) : place + _LINE].partition(b'"')[0]
            if place >= 0 and text.endswith(b"Z"):
                published = datetime.fromisoformat(text.decode()).timestamp()
                self._delays.append(1000 * (time.time() - published))

    def heard(self) -> Heard:
        """Return what was heard, and begin anew."""
        connected = sum(not line.lost.done() for line in self.lines)
        sample = self._delays[:: 1 + len(self._delays) // _TOLD]
        heard = Heard(self.events, self.bytes, connected, sample)
        self.events = self.bytes = 0
        self._delays = []
        return heard


class ClientLine(asyncio.Protocol):
    """A client.

    Attributes:
        begun: done when the answer has begun.
        lost: done when the connection is gone.
    """

    def __init__(self, crowd: Crowd, request: bytes, *, frozen: bool) -> None:
        loop = asyncio.get_running_loop()
        self.begun: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[None] = loop.create_future()
        self._crowd, self._request, self._frozen = crowd, request, frozen
        self._seam = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count what came."""
        if not self.begun.done():
            self.begun.set_result(None)
            if self._frozen:
                self._transport.pause_reading()
        self._crowd.take(data, self.seam(data))

    def seam(self, data: bytes) -> bytes:
        """Return what stood before a piece, as far as a mark can begin in it."""
        before = self._seam
        self._seam = (before + data)[1 - len(_MARK) :]
        return before

    def connection_lost(self, _: Exception | None) -> None:
        """Note it."""
        for future in (self.begun, self.lost):
            if not future.done():
                future.set_result(None)


async def connect(crowd: Crowd, clients: Clients) -> None:
    """Connect the clients, some at a time, until each has the begin of its answer."""
    loop = asyncio.get_running_loop()

    async def one(query: str) -> None:
        head = f"GET /live/observations?{query} HTTP/1.1\r\nHost: {clients.host}\r\n\r\n"

        def line() -> ClientLine:
            return ClientLine(crowd, head.encode(), frozen=clients.frozen)

        opened = socket.socket()
        opened.setblocking(False)  # noqa: FBT003
        await loop.sock_connect(opened, (clients.host, clients.port))
        _, made = await loop.create_connection(line, sock=opened)
        crowd.lines.append(made)
        await made.begun

    for begin in range(0, len(clients.queries), _AT_ONCE):
        await asyncio.gather(*map(one, clients.queries[begin : begin + _AT_ONCE]))


async def serve() -> None:
    """Connect clients and tell what they heard, as asked; until nothing is."""
    told()
    say("ready")
    crowd = Crowd()
    while line := await asyncio.to_thread(told):
        wish = msgspec.json.decode(line, type=Clients | Literal["heard"])
        if isinstance(wish, Clients):
            await connect(crowd, wish)
        say(crowd.heard())


if __name__ == "__main__":
    uvloop.run(serve())
