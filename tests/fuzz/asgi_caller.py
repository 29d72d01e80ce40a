"""A caller of an ASGI application: asks as uvicorn would, takes what comes, and goes."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import unquote

import zstandard

Application: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]

_ENOUGH_BYTES = 8 << 20
PATIENCE_SECONDS = 120.0


class Request(NamedTuple):
    """A request as it stands on the line; the body may come in pieces."""

    method: str = "GET"
    target: bytes = b"/"
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: Sequence[bytes] = (b"",)


class Answer(NamedTuple):
    """What came back; of a stream without end only its beginning."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes
    whole: bool
    seconds: float

    @property
    def content(self) -> bytes:
        """The body as it was before it was compressed; of a whole answer only."""
        return _PLAIN[self.header(b"content-encoding")](self.body)

    def header(self, name: bytes) -> str:
        """Return the first header of a name, empty without one."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")


_PLAIN: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


async def ask(app: Application, request: Request) -> Answer:
    """Return the answer to a request; an error that the application lets out is let out.

    Raises:
        TimeoutError: there was none within two minutes.
    """
    began = time.monotonic()
    call = _Call(request)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await app(_scope(request), call.receive, call.send)
    return Answer(
        call.status, call.headers, b"".join(call.pieces), call.whole, time.monotonic() - began
    )


class _Call:
    def __init__(self, request: Request) -> None:
        self._coming = list(request.body) or [b""]  # a server tells of an empty body too
        self._enough = asyncio.Event()
        self.status, self.whole = 0, False
        self.headers: tuple[tuple[bytes, bytes], ...] = ()
        self.pieces: list[bytes] = []
        self._size = 0

    async def receive(self) -> dict[str, Any]:
        if self._coming:
            piece = self._coming.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self._coming)}
        await self._enough.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            assert not self.status, "an answer begins twice"
            self.status, self.headers = message["status"], tuple(message["headers"])
            return
        self.pieces.append(bytes(message.get("body", b"")))
        self._size += len(self.pieces[-1])
        self.whole = not message.get("more_body", False)
        endless = any(value.startswith(b"text/event-stream") for _, value in self.headers)
        if self.whole or endless or self._size > _ENOUGH_BYTES:
            self._enough.set()


def _scope(request: Request) -> dict[str, Any]:
    path, _, query = request.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "server": ("127.0.0.1", 8080),
        "client": ("127.0.0.1", 50_000),
        "root_path": "",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "headers": list(request.headers),
        "state": {},
    }
