"""What is no body has a bound: an address or headers without end fill no memory."""

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest

from api.heads import MOST_BYTES
from api.settings import ApiSettings

from .conftest import ROOT, served

pytestmark = pytest.mark.embedded

BEGIN = b"GET /health HTTP/1.1\r\nHost: x\r\n"
CHUNKED = BEGIN.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n"


async def sent_without_end(address: str, begin: bytes, again: bytes) -> tuple[bytes, int]:
    """Send until the connection is closed; return the answer and how many bytes went out."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    answer = asyncio.create_task(reader.read())
    writer.write(begin)
    sent = 0
    while not answer.done() and sent < 100 * MOST_BYTES:
        writer.write(again)
        sent += len(again)
        await asyncio.wait([answer], timeout=0.001)
    found = await asyncio.wait_for(asyncio.gather(answer, return_exceptions=True), 5)
    writer.close()
    return (found[0] if isinstance(found[0], bytes) else b""), sent


async def test_a_head_without_end_is_refused(settings: ApiSettings) -> None:
    async with served(settings) as address:
        for begin, again in (
            (BEGIN + b"X: ", b"a" * 4096),
            (BEGIN, b"X: aaaaaaaaaaaa\r\n" * 256),
            (b"GET /", b"a" * 4096),
            (CHUNKED + b"0\r\n", b"X: aaaaaaaaaaaa\r\n" * 256),
            (CHUNKED + b"1;", b"a" * 4096),
        ):
            answer, sent = await sent_without_end(address, begin, again)
            assert sent < 100 * MOST_BYTES, begin
            assert not answer or b" 431 " in answer or b" 405 " in answer, answer


async def test_many_requests_on_one_connection_are_not_counted_together(
    settings: ApiSettings,
) -> None:
    async with served(settings) as address, httpx.AsyncClient(base_url=address) as http:
        for _ in range(5):
            answer = await http.get(ROOT, headers={"X-Long": "a" * (MOST_BYTES // 2)})
            assert answer.status_code == 200
