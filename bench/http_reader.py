"""A reader of one address: as many answers as it can get within a time, over some connections."""

import asyncio
import time
from typing import cast

import msgspec
import uvloop

from bench.child import say, told

_CONNECTIONS = 8


class Wanted(msgspec.Struct, frozen=True):
    """What a reader is told.

    Attributes:
        host: of the server.
        port: of the server.
        path: what is asked for, again and again.
        seconds: for so long.
    """

    host: str
    port: int
    path: str
    seconds: float


class Answers(msgspec.Struct, frozen=True):
    """What it says at the end.

    Attributes:
        count: answers that came whole.
        bytes: of the body of each.
        seconds: that it took.
    """

    count: int
    bytes: int
    seconds: float

    @property
    def per_second(self) -> float:
        """What was reached."""
        return self.count / self.seconds


class ReaderLine(asyncio.Protocol):
    """A connection that asks again when an answer has come.

    Attributes:
        count: answers so far.
        body_bytes: of the last of them.
    """

    def __init__(self, request: bytes) -> None:
        self.count = 0
        self.body_bytes = 0
        self.failed = asyncio.get_running_loop().create_future()
        self._request = request
        self._head = b""
        self._left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take what came; ask again at the end of an answer."""
        if not self._left:
            data = self._begun(self._head + data)
        self._left -= len(data)
        if not self._left and not self._head:
            self.count += 1
            self._transport.write(self._request)

    def close(self) -> None:
        """Ask no more."""
        self.failed.cancel()
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail: the server never closes by itself."""
        if not self.failed.done():
            self.failed.set_exception(exc or ConnectionResetError("the server hung up"))

    def _begun(self, received: bytes) -> bytes:
        """Read the head of an answer; return what of the body came with it."""
        head, end, body = received.partition(b"\r\n\r\n")
        self._head = b"" if end else received
        if not end:
            return b""
        if not head.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(head.decode("latin-1"))
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        self._left = self.body_bytes = int(length)
        return body


async def read(wanted: Wanted) -> Answers:
    """Read until the time is over."""
    request = (
        f"GET {wanted.path} HTTP/1.1\r\nHost: {wanted.host}:{wanted.port}\r\n"
        "Accept: application/n-quads\r\nAccept-Encoding: zstd\r\n\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    lines = [
        (await loop.create_connection(lambda: ReaderLine(request), wanted.host, wanted.port))[1]
        for _ in range(_CONNECTIONS)
    ]
    begin = time.perf_counter()
    before = sum(line.count for line in lines)
    await asyncio.wait(
        [line.failed for line in lines],
        timeout=wanted.seconds,
        return_when=asyncio.FIRST_COMPLETED,
    )
    for line in lines:
        if line.failed.done():
            line.failed.result()
    found = Answers(
        count=sum(line.count for line in lines) - before,
        bytes=max(line.body_bytes for line in lines),
        seconds=time.perf_counter() - begin,
    )
    for line in lines:
        line.close()
    return found


async def serve() -> None:
    """Read what is asked for, and tell; again until nothing is."""
    told()
    say("ready")
    while True:
        wanted = msgspec.json.decode(await asyncio.to_thread(told), type=Wanted)
        say(await read(wanted))


if __name__ == "__main__":
    uvloop.run(serve())
