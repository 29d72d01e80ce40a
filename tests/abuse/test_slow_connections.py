"""Who says little, or slowly, or takes nothing off, holds a connection for a bounded time."""

import asyncio
from contextlib import suppress

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect

from schemas.requests.limit import RequestPolicy
from tests.abuse.servers import (
    HONEST,
    KEPT,
    PATIENCE_SECONDS,
    QUICK,
    Serve,
    Site,
    api_server,
    said,
)  # fmt: skip


@pytest.mark.parametrize(
    "begin",
    [b"GET /hea", b"GET /health HTTP/1.1\r\nX: ", b"\r\n\r\n", KEPT + b"\r\n"],
    ids=["address", "header", "empty lines", "second request"],
)
async def test_head_that_trickles_is_cut_off_and_others_are_answered(
    serving: Serve, begin: bytes
) -> None:
    async with serving(Site().app, QUICK) as port:
        slow = [asyncio.create_task(said(port, begin, b"\r\n"[:1])) for _ in range(20)]
        assert b"alive" in await said(port, HONEST)
        answers = await asyncio.gather(*slow)

    assert {answer.split(b"\r\n")[0] for answer in answers} <= {
        b"", b"HTTP/1.1 408 Request Timeout", b"HTTP/1.1 400 Bad Request", b"HTTP/1.1 200 OK",
    }  # fmt: skip


async def test_who_says_nothing_is_told_nothing(serving: Serve) -> None:
    async with serving(Site().app, QUICK) as port:
        assert await said(port, b"") == b""
        assert b" 408 " in await said(port, b"GET /hea")


async def test_body_that_trickles_is_cut_off_behind_its_answer(serving: Serve) -> None:
    head = b"POST /refuses HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"

    async with serving(Site().app, QUICK) as port:
        answer = await said(port, head, b"x")

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b" 408 " not in answer


async def test_who_takes_nothing_off_is_dropped(serving: Serve) -> None:
    site = Site()
    async with serving(site.app, QUICK) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        writer.write(HONEST.replace(b"/health", b"/endless"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert b"alive" in await said(port, HONEST)
            await site.gone.wait()
        writer.close()


async def test_caller_has_so_many_connections_and_room_comes_back(serving: Serve) -> None:
    policy = RequestPolicy(address_connections=3, unlimited=(), head_seconds=PATIENCE_SECONDS)
    async with serving(Site().app, RequestPolicy()) as port:
        assert b"alive" in await said(port, HONEST)
    async with serving(Site().app, policy) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for _, writer in held:
            writer.write(b"GET /")
        assert b" 429 " in await said(port, b"")
        held[0][1].close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while b"alive" not in await said(port, HONEST):
                pass
        for _, writer in held:
            writer.close()


async def test_proxies_and_this_computer_may_have_more(serving: Serve) -> None:
    policy = RequestPolicy(
        address_connections=1, unlimited=(), trusted_proxies=("127.0.0.0/8",), head_seconds=30
    )
    async with serving(Site().app, policy) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        assert b"alive" in await said(port, HONEST)
        for _, writer in held:
            writer.close()


async def test_web_socket_is_a_connection_until_it_ends() -> None:
    app = Site().app

    @app.websocket("/speaks")
    async def speak(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        with suppress(WebSocketDisconnect):
            await socket.receive_text()

    policy = RequestPolicy(address_connections=2, unlimited=(), head_seconds=PATIENCE_SECONDS)
    async with api_server(app, policy) as port:
        async with connect(f"ws://127.0.0.1:{port}/speaks") as one:
            assert await one.recv() == "hello"
            _, held = await asyncio.open_connection("127.0.0.1", port)
            assert b" 429 " in await said(port, b"")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while b"alive" not in await said(port, HONEST):
                pass
        held.close()
