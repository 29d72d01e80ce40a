"""The same over a WebSocket: text messages, and a close code that tells what to do."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import msgspec
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


async def serve(websocket: WebSocket, session: Session) -> None:
    """Send messages to a client that was accepted, until the end or until it goes."""
    async with session.hub.counted():
        sending = asyncio.create_task(session.run(), name="api.live.send")
        going = asyncio.create_task(_gone(websocket), name="api.live.gone")
        try:
            await asyncio.wait((sending, going), return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and not going.done():
                await _end(websocket, session, *sending.result())
        finally:
            sending.cancel()
            going.cancel()
            await asyncio.wait((sending, going))


async def refuse(websocket: WebSocket, error: Exception) -> None:
    """Accept a client that cannot be served, to tell a browser why: it shows no other answer."""
    await websocket.accept()
    await _close(websocket, type(error).__name__, str(error))


async def _end(websocket: WebSocket, session: Session, reason: str, detail: str) -> None:
    if not await session.line.has_room(seconds=session.settings.slow_seconds):
        session.line.cut()
    elif not session.line.closing:
        await _close(websocket, reason, detail)


async def _close(websocket: WebSocket, reason: str, detail: str) -> None:
    told = msgspec.json.encode({"type": "end", "reason": reason, "detail": detail}).decode()
    with suppress(WebSocketDisconnect, OSError):
        await websocket.send_text(told)
        await websocket.close(CODES.get(reason, _TRY_AGAIN_LATER), reason)


async def _gone(websocket: WebSocket) -> None:
    """Wait until the client goes; what it says meanwhile is nothing to us."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
