"""What is no body has a bound: an address or headers without end fill no memory."""

import asyncio

import pytest
from fastapi import FastAPI

from deploy.stack.ports import free_port
from ingest.http_heads import MOST_BYTES
from ingest.http_server import HttpServer
from schemas.settings import HttpListener

BEGIN = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        (BEGIN + b"X: ", b"a" * 4096),
        (BEGIN, b"X: aaaaaaaaaaaa\r\n" * 256),
        (b"POST /", b"a" * 4096),
    ],
)
async def test_head_without_end_is_refused(begin: bytes, again: bytes) -> None:
    server = HttpServer(FastAPI(), HttpListener(port=free_port()))
    serving = asyncio.create_task(server.run_until_stopped())
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    answer = asyncio.create_task(reader.read())
    writer.write(begin)
    sent = 0

    while not answer.done() and sent < 100 * MOST_BYTES:
        writer.write(again)
        sent += len(again)
        await asyncio.wait([answer], timeout=0.001)
    writer.close()
    await server.stop(serving)

    assert sent < 100 * MOST_BYTES
    assert answer.exception() is not None or b"head.too-large" in answer.result()
