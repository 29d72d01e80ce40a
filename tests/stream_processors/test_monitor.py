"""The little HTTP server of a processor."""

import asyncio

import httpx

from deploy.stack.ports import free_port
from schemas import telemetry
from schemas.settings import HttpListener
from stream_processors.monitor import Monitor, served


async def test_readiness_says_what_is_waited_for() -> None:
    monitor = Monitor()
    listener = HttpListener(port=free_port())
    async with served(monitor, listener), httpx.AsyncClient(base_url=listener.address) as client:
        before = await client.get("/ready")
        monitor.health.is_ready()
        after = await client.get("/ready")
        monitor.health.waits_for("the database")
        later = await client.get("/ready")

    assert (before.status_code, after.status_code, later.status_code) == (503, 200, 503)
    assert later.json() == {"ready": False, "waitingFor": "the database"}


async def test_process_is_ready_when_everything_in_it_is() -> None:
    monitor = Monitor()
    beside = monitor.another()
    monitor.health.is_ready()

    assert monitor.answer("/ready")[0] == 503
    beside.health.is_ready()
    assert monitor.answer("/ready")[0] == 200


async def test_metrics_are_those_of_the_closed_list() -> None:
    monitor = Monitor()
    listener = HttpListener(port=free_port())
    monitor.instruments.count(telemetry.FENCED)
    monitor.instruments.show(telemetry.STORE_LAG, 7, topic="t", partition="0")
    monitor.instruments.observe(telemetry.STORE_SECONDS, 0.2)
    async with served(monitor, listener), httpx.AsyncClient(base_url=listener.address) as client:
        text = (await client.get("/metrics")).text

    assert "stadspuls_store_fenced_total 1.0" in text
    assert 'stadspuls_store_lag_records{partition="0",topic="t"} 7.0' in text
    assert "stadspuls_store_batch_seconds_count 1.0" in text


async def test_caller_that_speaks_no_http_hurts_nobody() -> None:
    listener = HttpListener(port=free_port())
    async with served(Monitor(), listener), httpx.AsyncClient() as client:
        for nonsense in (b"\r\n\r\n", b"x" * 100_000, b""):
            _, writer = await asyncio.open_connection(listener.host, listener.port)
            writer.write(nonsense)
            writer.close()
        answer = await client.get(f"{listener.address}/elsewhere")

    assert answer.status_code == 404


async def test_without_a_listener_nothing_is_served() -> None:
    async with served(Monitor(), None):
        pass
