"""Too many requests: counted by key or by address, answered 429, told in the headers of answers.

ASGI alone, so that both of our HTTP servers have the same one.
"""

import math
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from schemas.cities.keys import KeyRing, shown_key
from schemas.requests.callers import Address, NetworkText, address_of, grouped, networks, within
from schemas.requests.table import RequestTable, Verdict

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]
Problem: TypeAlias = Callable[[str], bytes]

_FORWARDED: Final = b"x-forwarded-for"
_KEY_HEADERS: Final = (b"authorization", b"x-api-key")
_FREE: Final = ("/health", "/ready", "/metrics")
_ANSWERS: Final = ("http.response.start", "websocket.http.response.start", "websocket.accept")


class RequestPolicy(BaseModel):
    """How many requests a caller may make, a live stream being one; what connections may cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address_requests: int = Field(
        3000, ge=1, description="most requests of an address without a key, per `seconds`"
    )
    key_requests: int = Field(
        60_000, ge=1, description="most requests of all who show a city's key, per `seconds`"
    )
    seconds: float = Field(60.0, gt=0, description="period over which requests are counted")
    address_connections: int = Field(
        256,
        ge=1,
        description="most open connections of an address, proxies and `unlimited` excepted",
    )
    head_seconds: float = Field(
        20.0, gt=0, description="how long the head of a request may take to arrive"
    )
    body_seconds: float = Field(60.0, gt=0, description="how long the rest of a request may take")
    stall_seconds: float = Field(
        60.0,
        gt=0,
        description="a caller who takes nothing of an answer for so long is dropped (Linux)",
    )
    trusted_proxies: tuple[NetworkText, ...] = Field(
        (),
        description="proxies whose X-Forwarded-For counts: a JSON array of addresses or networks",
    )
    unlimited: tuple[NetworkText, ...] = Field(
        ("127.0.0.0/8", "::1"),
        description="addresses without limits; by default this computer",
    )
    table_file: Path | None = Field(
        None,
        description="file in which all processes of this computer count; empty: each alone",
    )


class RequestLimit:
    """ASGI middleware that refuses callers who ask too often.

    Args:
        app: what answers the others.
        policy: how often is too often.
        keys: the keys as they are now.
        problem: body of an answer 429, with its sentence.
    """

    def __init__(
        self,
        app: Application,
        *,
        policy: RequestPolicy,
        keys: Callable[[], KeyRing],
        problem: Problem,
    ) -> None:
        self.app = app
        self._policy, self._keys, self._problem = policy, keys, problem
        self._table = RequestTable(policy.table_file)
        self._trusted = networks(policy.trusted_proxies)
        self._unlimited = networks(policy.unlimited)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, as ASGI has it."""
        counted = scope["type"] in ("http", "websocket") and scope["path"] not in _FREE
        caller, most = self._caller(scope) if counted else ("", 0)
        if not most:
            await self.app(scope, receive, send)
            return
        verdict = self._table.take(caller, most=most, seconds=self._policy.seconds)
        headers = self._headers(most, verdict)
        if verdict.wait_seconds > 0:
            await self._refuse(scope, send, verdict, headers)
            return

        async def told(message: Message) -> None:
            if message["type"] in _ANSWERS:
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        await self.app(scope, receive, told)

    def _caller(self, scope: Message) -> tuple[str, int]:
        """Return under what a request is counted, and how many are allowed; 0: all."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        key = _key(headers)
        city = self._keys().city_of(key, now=datetime.now(UTC)) if key else None
        if city is not None:
            return f"city {city}", self._policy.key_requests
        client = scope.get("client")
        peer = address_of(client[0]) if client else None
        if peer is None:
            return "nobody", self._policy.address_requests
        found = self._origin(peer, [value for name, value in headers if name == _FORWARDED])
        if within(found, self._unlimited):
            return "", 0
        return str(grouped(found)), self._policy.address_requests

    def _origin(self, peer: Address, forwarded: Sequence[bytes]) -> Address:
        """Return who asks: the last address that no proxy of ours vouches for.

        What stands before it was written by whoever wanted to.
        """
        chain = [part for line in forwarded for part in line.decode("latin-1").split(",")]
        while within(peer, self._trusted) and chain:
            told = address_of(chain.pop().strip())
            if told is None:
                return peer
            peer = told
        return peer

    def _headers(self, most: int, verdict: Verdict) -> list[tuple[bytes, bytes]]:
        return [
            (b"ratelimit-limit", b"%d" % most),
            (b"ratelimit-remaining", b"%d" % verdict.remaining),
            (b"ratelimit-reset", b"%d" % math.ceil(verdict.whole_seconds)),
            (b"ratelimit-policy", b"%d;w=%d" % (most, math.ceil(self._policy.seconds))),
        ]

    async def _refuse(
        self, scope: Message, send: Send, verdict: Verdict, headers: Iterable[tuple[bytes, bytes]]
    ) -> None:
        wait = max(1, math.ceil(verdict.wait_seconds))
        body = self._problem(f"too many requests; come back in {wait} s, or ask for more at once")
        told = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"retry-after", b"%d" % wait),
            *headers,
        ]
        kind = "websocket.http" if scope["type"] == "websocket" else "http"
        await send({"type": f"{kind}.response.start", "status": 429, "headers": told})
        await send({"type": f"{kind}.response.body", "body": body})


def _key(headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    """Return the key that is shown; of several headers the first, as whoever answers reads it."""
    told = {
        name.decode(): value.decode("latin-1")
        for name, value in reversed(headers)
        if name in _KEY_HEADERS
    }
    return shown_key(told)
