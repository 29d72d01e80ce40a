"""Asks a server politely: few requests at a time, waiting when told to, within a budget."""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Final, Self

import httpx

from deploy.ldes_check.answer import ANY_FORMAT, Answer
from deploy.ldes_check.limits import Limits

LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_WAIT_SECONDS: Final = 0.5
_NAME: Final = "stadspuls-ldes-check"
# A page in another origin is visited like any other, so CORS is asked for as a browser would.
_ORIGIN: Final = "https://check.invalid"


class Spent(Exception):
    """The budget of the check is used up; what was seen until then counts.

    Attributes:
        what: the bound that was reached.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Visitor:
    """Makes the requests of one check.

    Attributes:
        limits: what it may ask.
        requests: how many were made.
        bytes: how much was read.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.requests = 0
        self.bytes = 0
        self._began = time.monotonic()
        self._turns = asyncio.Semaphore(limits.concurrency)
        self._client = httpx.AsyncClient(
            follow_redirects=True,
            timeout=limits.request_seconds,
            headers={"User-Agent": _NAME, "Origin": _ORIGIN},
        )
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._client)
        return self

    async def __aexit__(self, *details: object) -> None:
        await self._open.aclose()

    @property
    def seconds(self) -> float:
        """How long the check has lasted."""
        return time.monotonic() - self._began

    def spent_share(self) -> float:
        """Return how much of the budget is used up, from 0 to 1 and beyond."""
        return max(self.bytes / self.limits.bytes, self.seconds / self.limits.seconds)

    async def ask(self, url: str, *, accept: str = ANY_FORMAT, etag: str = "") -> Answer:
        """Return the answer to a GET, after redirects and after waiting as told.

        Raises:
            Spent: no more may be asked.
        """
        headers = {"Accept": accept} | ({"If-None-Match": etag} if etag else {})
        put_off: list[tuple[int, str]] = []
        async with self._turns:
            while True:
                answer = await self._ask_once(url, headers, tuple(put_off))
                if answer.status not in LATER or len(put_off) + 1 >= self.limits.tries:
                    return answer
                put_off.append((answer.status, answer.headers.get("retry-after", "")))
                await asyncio.sleep(self._wait(put_off))

    async def _ask_once(
        self, url: str, headers: dict[str, str], put_off: tuple[tuple[int, str], ...]
    ) -> Answer:
        if self.spent_share() >= 1:
            raise Spent("bytes" if self.bytes >= self.limits.bytes else "seconds")
        self.requests += 1
        try:
            async with self._client.stream("GET", url, headers=headers) as response:
                body = await self._read(response)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            words = str(failure) or type(failure).__name__
            return Answer(asked=url, url=url, status=0, headers={}, trouble=words)
        return Answer(
            asked=url,
            url=str(response.url.copy_with(fragment=None)),
            status=response.status_code,
            headers=response.headers,
            body=body,
            put_off=put_off,
        )

    async def _read(self, response: httpx.Response) -> bytes:
        parts = []
        async for part in response.aiter_bytes():
            self.bytes += len(part)
            if self.bytes > self.limits.bytes:
                raise Spent("bytes")
            parts.append(part)
        return b"".join(parts)

    def _wait(self, put_off: list[tuple[int, str]]) -> float:
        """Return how long to wait: as told, else twice as long each time."""
        told = put_off[-1][1]
        seconds = float(told) if told.isdigit() else _FIRST_WAIT_SECONDS * 2 ** len(put_off)
        return min(seconds, self.limits.longest_wait_seconds)
