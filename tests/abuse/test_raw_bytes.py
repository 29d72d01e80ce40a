"""Whatever bytes are sent to our HTTP servers: refused or answered, never an error of ours."""

import asyncio
import logging
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.abuse.servers import HONEST, KEPT, QUICK, Serve, Site, said

_POST = b"POST /refuses HTTP/1.1\r\nHost: x\r\n"
_SOCKET = b"GET /speaks HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
_PIECES = (
    KEPT,
    HONEST,
    KEPT.replace(b"1.1", b"1.0"),
    KEPT.replace(b"1.1", b"9.9"),
    KEPT.replace(b"Host: x", b"X: " + b"x" * 100_000),
    KEPT.replace(b"Host: x", b"X: y\r\n" * 20_000 + b"Host: x"),
    KEPT.replace(b"Host: x", b"Host: \x00\xff\r\n folded"),
    KEPT.replace(b"Host: x", b"Host : x\r\nHost: y\r\n: z"),
    KEPT.replace(b"Host: x\r\n", b""),
    KEPT.replace(b"\r\n", b"\n"),
    KEPT.replace(b"/health", b"/" + b"h" * 100_000),
    KEPT.replace(b"/health", b"/%zz%00/../\xc3\x28?%"),
    KEPT.replace(b"/health", b"http://[::1/health#x"),
    KEPT.replace(b"/health", b"//:99999999/health"),
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS begins
    _POST + b"Content-Length: 5\r\n\r\nhello",
    _POST + b"Content-Length: -5\r\n\r\nhello",
    _POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    _POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    _POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    _POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    _POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx\r\n",
    _POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\nzz\r\n",
    _POST + b"Transfer-Encoding: gzip, chunked\r\nExpect: 100-continue\r\n\r\n5;" + b"e" * 70_000,
    _SOCKET + b"\r\n",
    _SOCKET + b"Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: x\r\n\r\n\x81\xff",
    _SOCKET + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n\x81\xff",
    b"\r\n" * 2_000,
)


def _sayings() -> list[bytes]:
    """Return every piece alone, and pieces joined and cut off as chance will have it."""
    some = st.lists(st.one_of(st.sampled_from(_PIECES), st.binary(max_size=50)), max_size=4)

    @settings(
        max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(pieces=some, cut=st.integers(0, 300))
    def collect(pieces: list[bytes], cut: int) -> None:
        whole = b"".join(pieces)
        sayings.append(whole[: max(0, len(whole) - cut)])

    sayings = list(_PIECES)
    collect()
    return sayings


async def test_any_bytes_are_answered_or_refused_and_the_connection_ends(
    serving: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """In bounded time: `said` returns when the server has closed."""
    async with serving(Site().app, QUICK) as port:
        sayings = _sayings()
        answers = await asyncio.gather(*(said(port, one) for one in sayings))
        assert b"alive" in await said(port, HONEST)

    for sent, answer in zip(sayings, answers, strict=True):
        found = {int(status) for status in re.findall(rb"(?m)^HTTP/1\.1 (\d{3})", answer)}
        assert all(status < 500 for status in found), (sent[:200], answer[:500])
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
