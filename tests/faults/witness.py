"""A client of the live stream that writes down what it hears, through restarts and cuts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from schemas.settings import HttpListener

_PAUSE_SECONDS = 0.1
_TIMEOUT = httpx.Timeout(5, read=20)


class Witness:
    """Hears every observation that a city's key opens, and resumes by the last id.

    Attributes:
        heard: sequences, in the order in which they came.
        connections: how often it connected.
    """

    def __init__(self, listener: HttpListener, key: str, last: int) -> None:
        self._address = f"{listener.address}/live/observations"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._last = last
        self.heard: list[int] = []
        self.connections = 0

    async def listen(self) -> None:
        """Listen until cancelled."""
        while True:
            with contextlib.suppress(httpx.HTTPError):
                await self._hear()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def until(self, sequence: int, *, seconds: float = 90) -> None:
        """Return when a sequence was heard.

        Raises:
            TimeoutError: it was not, and nothing else for so long.
        """
        while self._last < sequence:
            before = self._last
            async with asyncio.timeout(seconds):
                while self._last == before:  # noqa: ASYNC110 - another task's state
                    await asyncio.sleep(_PAUSE_SECONDS)

    async def _hear(self) -> None:
        headers = {**self._headers, "Last-Event-ID": str(self._last)}
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT) as client,
            client.stream("GET", self._address, headers=headers) as answer,
        ):
            answer.raise_for_status()
            self.connections += 1
            number = self._last
            async for line in answer.aiter_lines():
                if line.startswith("id: "):
                    number = int(line.removeprefix("id: "))
                elif line.startswith("data: ") and number != self._last:
                    self._last = number
                    self.heard.append(number)


@asynccontextmanager
async def witnessing(listener: HttpListener, key: str, last: int) -> AsyncIterator[Witness]:
    """Yield a witness that listens; what was published before is not for it."""
    witness = Witness(listener, key, last)
    task = asyncio.create_task(witness.listen(), name="witness")
    try:
        yield witness
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
