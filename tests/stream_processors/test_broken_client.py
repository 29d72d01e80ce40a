"""Kafka's client breaks in a way that it does not expect itself: the work goes on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import HeartbeatRequest

from deploy.stack.embedded_kafka import EmbeddedKafka
from schemas.settings import DatabaseConnection
from tests.stream_processors.packs import reading, write_pack
from tests.stream_processors.running import accounted, create, journey, send, until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]
_PATIENCE_SECONDS = 90
_CONSUMERS = 3


@pytest_asyncio.fixture
async def kafka(tmp_path: Path) -> AsyncIterator[EmbeddedKafka]:
    """Yield a Kafka of the test's own, with the topics."""
    async with EmbeddedKafka(tmp_path / "kafka") as service:
        await create(service.connection)
        yield service


@pytest.fixture
def breakages(monkeypatch: pytest.MonkeyPatch) -> "Counter[type]":
    """Return how often each kind of request is still to fail, as on uvloop's closed sockets."""
    left: Counter[type] = Counter()
    send_request = AIOKafkaClient.send

    async def breaking(self: Any, node_id: Any, request: Any, **wishes: Any) -> Any:
        if left[type(request)]:
            left[type(request)] -= 1
            raise RuntimeError("unable to perform operation; the handler is closed")
        return await send_request(self, node_id, request, **wishes)

    monkeypatch.setattr(AIOKafkaClient, "send", breaking)
    return left


async def observations(database: DatabaseConnection) -> int:
    """Return how many there are."""
    client = await asyncpg.connect(database.dsn.get_secret_value())
    try:
        return int(await client.fetchval("select count(*) from observation"))
    finally:
        await client.close()


@pytest.mark.parametrize("kind", [FetchRequest, HeartbeatRequest])
async def test_readings_are_stored_once_after_every_consumer_broke(
    kind: type,
    breakages: "Counter[type]",
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    tmp_path: Path,
) -> None:
    async def all_broke() -> bool:
        return not breakages[kind]

    await send(kafka.connection, [reading(n) for n in range(20)])
    quick = kafka.connection.model_copy(update={"session_seconds": 2.0})
    async with journey(quick, embedded_database, write_pack(tmp_path)):
        await accounted(embedded_database, 20)
        breakages[kind] = _CONSUMERS
        await until(all_broke, seconds=_PATIENCE_SECONDS)
        await send(kafka.connection, [reading(n) for n in range(20, 40)])
        await accounted(embedded_database, 40)

    assert await observations(embedded_database) == 40


async def test_readings_are_stored_once_after_every_consumer_heard_nothing_any_more(
    monkeypatch: pytest.MonkeyPatch,
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    tmp_path: Path,
) -> None:
    """Their requests for records are never answered; those of clients made later are."""
    fetching: set[AIOKafkaClient] = set()
    deaf: set[AIOKafkaClient] = set()
    send_request = AIOKafkaClient.send

    async def falling_silent(self: Any, node_id: Any, request: Any, **wishes: Any) -> Any:
        if isinstance(request, FetchRequest):
            fetching.add(self)
            if self in deaf:
                await asyncio.Future[None]()
        return await send_request(self, node_id, request, **wishes)

    monkeypatch.setattr(AIOKafkaClient, "send", falling_silent)
    await send(kafka.connection, [reading(n) for n in range(20)])
    quick = kafka.connection.model_copy(update={"session_seconds": 2.0})
    async with journey(quick, embedded_database, write_pack(tmp_path)):
        await accounted(embedded_database, 20)
        deaf |= fetching
        await send(kafka.connection, [reading(n) for n in range(20, 40)])
        await accounted(embedded_database, 40)

    assert deaf
    assert await observations(embedded_database) == 40
