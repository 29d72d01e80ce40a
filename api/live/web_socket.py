"""The same over a WebSocket: text messages, and a close code that tells what to do."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import msgspec
from starlette.types import Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.live.session import Session
from api.problems import NoLongerKept, NotYet

CODES: Final[Mapping[str, int]] = {
    "restart": 1012,
    "age": 1001,
    "slow": 1013,
    "key": 1008,
    NoLongerKept.__name__: 4410,
    NotYet.__name__: 4409,
}
_TRY_AGAIN_LATER: Final = 1013


async def serve(session: Session, send: Send) -> None:
    """Send messages to a client that was accepted, until the end or until it goes."""
    with session.hub.counted():
        reason, detail = await session.run()
        line = session.line
        if line.closing:
            return
        if not await line.has_room(seconds=session.settings.slow_seconds):
            line.cut()
        elif not line.closing:
            await _close(send, reason, detail)


async def refuse(websocket: WebSocket, error: Exception) -> None:
    """Accept a client that cannot be served, to tell a browser why: it shows no other answer."""
    await websocket.accept()
    await _close(websocket.send, type(error).__name__, str(error))


async def _close(send: Send, reason: str, detail: str) -> None:
    told = msgspec.json.encode({"type": "end", "reason": reason, "detail": detail}).decode()
    code = CODES.get(reason, _TRY_AGAIN_LATER)
    with suppress(WebSocketDisconnect, OSError):
        await send({"type": "websocket.send", "text": told})
        await send({"type": "websocket.close", "code": code, "reason": reason})
