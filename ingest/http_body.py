"""The body of a request, read as far as the limits allow."""

import asyncio
import hashlib
from typing import NamedTuple

from fastapi import Request
from starlette.requests import ClientDisconnect

from ingest.http_problems import Problem
from ingest.http_window import Room


class Body(NamedTuple):
    """What was read.

    Attributes:
        content: the body, or its beginning when it is too large.
        size: bytes that were read; of a body beyond the reading limit, a little more than that.
        sha256: hash of what was read when it is too large, else empty.
    """

    content: bytes
    size: int
    sha256: str


class BodyReader:
    """Reads bodies.

    Args:
        limit: largest body that is taken.
        read_limit: how much of a larger one is read, to hash it.
        seconds: how long it may take.
    """

    def __init__(self, *, limit: int, read_limit: int, seconds: float) -> None:
        self._limit, self._read_limit, self._seconds = limit, max(limit, read_limit), seconds

    async def read(self, request: Request, room: Room) -> Body:
        """Return the body of a request, which takes its room in the window.

        Raises:
            Problem: 408 too slow, 400 broken off, 429 no room.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._read(request, room)
        except TimeoutError:
            detail = f"the body did not arrive in {self._seconds:g} seconds"
            raise Problem(408, "body.slow", detail, {"Connection": "close"}) from None
        except ClientDisconnect:
            raise Problem(400, "body.broken-off", "the body is not all there") from None

    async def _read(self, request: Request, room: Room) -> Body:
        pieces: list[bytes] = []
        digest, size = hashlib.sha256(), 0
        async for piece in request.stream():
            if size <= self._limit:
                room.hold(size=len(piece))
                pieces.append(piece)
            size += len(piece)
            digest.update(piece)
            if size > self._read_limit:
                break
        content = b"".join(pieces)
        if size <= self._limit:
            return Body(content, size, "")
        return Body(content[: self._limit], size, digest.hexdigest())
