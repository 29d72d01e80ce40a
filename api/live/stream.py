"""A client's stream: what it missed, then what comes, with signs of life in between."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.live.filters import Filter
from api.live.hub import Hub
from api.live.listeners import Audience, Listener
from api.settings import LiveSettings
from schemas.errors import PlatformError

_RETRY_MILLISECONDS = 3000
_REASONS = {
    "slow": "too much was waiting for this client; go on with the last id, or ask for less",
    "restart": "this server stops; come back",
    "key": "the key of this connection opens nothing any more; come back with another",
    "age": "this connection has lasted long enough; come back",
}


async def stream(
    hub: Hub,
    wanted: Filter,
    last: int | None,
    settings: LiveSettings,
    *,
    allowed: Callable[[], bool],
) -> AsyncGenerator[bytes, None]:
    """Yield the bytes of a stream until it ends; the last event tells why it did.

    Args:
        hub: whose events are passed on.
        wanted: which of them.
        last: the client has had everything up to here; `None`: from now on.
        settings: of the stream.
        allowed: whether the client's key still opens what it did; asked before anything is sent.
    """
    end_time = time.monotonic() + settings.connection_seconds
    listener = Listener(most_bytes=settings.buffer_bytes)
    listener.after = hub.position if last is None else last
    yield b"retry: %d\n" % _RETRY_MILLISECONDS + _alive(listener.after)
    try:
        async for missed in _catch_up(hub, wanted, listener):
            yield missed
        # No await since the hub's position was compared: nothing falls between.
        hub.join(listener, wanted)
        while not listener.ended and time.monotonic() < end_time:
            chunk = await listener.take(seconds=settings.keep_alive_seconds)
            if not allowed():
                listener.end("key")
            if not listener.ended:
                yield chunk or _alive(max(hub.position, listener.after))
        yield _end(listener.ended or "age", _REASONS[listener.ended or "age"])
    except PlatformError as error:
        yield _end(type(error).__name__, str(error))
    finally:
        hub.leave(listener, wanted)


async def _catch_up(hub: Hub, wanted: Filter, listener: Listener) -> AsyncIterator[bytes]:
    """Yield what a client missed, until it has all that the hub has passed on."""
    alone = Audience(wanted)
    while listener.after < hub.position:
        missed = await hub.missed(listener.after)
        for batch in missed:
            listener.after = batch.last_sequence
            chunk = alone.chosen(batch.events, version=hub.directory.version)
            if chunk:
                yield chunk


def _alive(sequence: int) -> bytes:
    """Return a comment, and the id: who is sent little must not fall behind what is kept."""
    return b": alive\nid: %d\n\n" % sequence


def _end(reason: str, detail: str) -> bytes:
    data = msgspec.json.encode({"reason": reason, "detail": detail})
    return b"event: end\ndata: %b\n\n" % data


class LiveResponse(Response):
    """Sends a stream until it ends or the client goes."""

    media_type = "text/event-stream"

    def __init__(
        self,
        hub: Hub,
        wanted: Filter,
        last: int | None,
        settings: LiveSettings,
        *,
        allowed: Callable[[], bool],
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._hub = hub
        self._wanted = wanted
        self._last = last
        self._settings = settings
        self._allowed = allowed

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI has it."""
        async with self._hub.counted():
            sending = asyncio.create_task(self._send(send), name="api.live.send")
            going = asyncio.create_task(_gone(receive), name="api.live.gone")
            try:
                await asyncio.wait((sending, going), return_when=asyncio.FIRST_COMPLETED)
            finally:
                sending.cancel()
                going.cancel()
                await asyncio.wait((sending, going))

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        pieces = stream(self._hub, self._wanted, self._last, self._settings, allowed=self._allowed)
        async with aclosing(pieces):
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
