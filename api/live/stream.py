"""Server-Sent Events: a session whose line is the body of an answer without end."""

from contextlib import suppress
from functools import partial

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.live.forms import chunk
from api.live.session import Session

_RETRY_MILLISECONDS = 3000


class LiveResponse(Response):
    """Sends a stream until it ends or the client goes; the last event tells why it did."""

    media_type = "text/event-stream"

    def __init__(self, session: Session) -> None:
        super().__init__(
            headers={
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
                "Transfer-Encoding": "chunked",
            }
        )
        del self.headers["content-length"]
        self._session = session

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        """Begin the answer, as ASGI has it; `Lasting` goes on with it."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        begin = b"retry: %d\n" % _RETRY_MILLISECONDS
        await send({"type": "http.response.body", "body": begin, "more_body": True})
        self._session.line.goes_on(partial(_stay, self._session))


async def _stay(session: Session, send: Send) -> None:
    with session.hub.counted():
        reason, detail = await session.run()
        line = session.line
        if line.closing:
            return
        line.write(chunk(_end(reason, detail)))
        if not await line.has_room(seconds=session.settings.slow_seconds):
            line.cut()
            return
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b""})


def _end(reason: str, detail: str) -> bytes:
    data = msgspec.json.encode({"reason": reason, "detail": detail})
    return b"event: end\ndata: %b\n\n" % data
