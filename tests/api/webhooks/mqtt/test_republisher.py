"""What is open goes to the broker, without a gap, and its last value stays there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from api.settings import ApiSettings
from deploy.mosquitto import GATEWAY, LIVE
from deploy.stack import Stack
from deploy.stack.mosquitto import Mosquitto
from tests.api.webhooks.mqtt.listening import (
    PATIENCE_SECONDS,
    TIME,
    client_of,
    listening,
    public,
    republishing,
    started,
    store,
    until_true,
)

pytestmark = pytest.mark.embedded


@pytest.mark.real
async def test_open_observations_come_on_their_topics_and_the_last_ones_stay(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(public(broker)) as early, started(settings, broker, owner, early):
        await store(owner, *((n, TIME, float(n)) for n in (1, 2, 3, 4, 5)))
        last = await store(owner, (1, TIME - timedelta(days=1), 99.0))
        await early.until(lambda: early.position >= last)
    async with listening(public(broker)) as late:
        await late.until(lambda: late.position >= last)
        await late.until(lambda: len(late.sequences) == 3)

    first = [(t, one["datastream"]) for t, one, _ in early.heard if isinstance(one, dict)]
    assert {number for _, number in first} == {1, 3, 5}
    assert ("live/zonnedorp/traffic/1", 1) in first
    assert early.sequences[-1] == last
    kept = {one["datastream"]: one["result"] for _, one, _ in late.heard if isinstance(one, dict)}
    assert kept == {1: 1.0, 3: 3.0, 5: 5.0}
    assert all(retained for _, _, retained in late.heard)


@pytest.mark.real
async def test_restarts_of_ours_and_of_the_broker_leave_no_gap(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(public(broker)) as subscriber:
        async with started(settings, broker, owner, subscriber):
            first = await store(owner, (1, TIME, 1.0))
            await subscriber.until(lambda: subscriber.position >= first)
        for number in range(5):
            await store(owner, (1, TIME + timedelta(seconds=number), 2.0))
        async with republishing(settings, broker.connection_as(LIVE)):
            await subscriber.until(lambda: subscriber.position >= first + 5)
            subscriber.subscribed.clear()
            await broker.stop()
            last = await store(owner, (1, TIME + timedelta(minutes=1), 3.0))
            await broker.start()
            await subscriber.until(lambda: subscriber.position >= last)
            await subscriber.until(lambda: last in subscriber.sequences)

    assert set(subscriber.sequences) == set(range(first, last + 1))


@pytest.mark.real
async def test_last_value_is_taken_back_when_its_datastream_is_open_no_more(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(public(broker)) as subscriber:
        async with started(settings, broker, owner, subscriber):
            last = await store(owner, (1, TIME, 1.0))
            await subscriber.until(lambda: subscriber.position >= last)
        await owner.execute("update datastream set open = false where datastream_id = 1")
        async with republishing(settings, broker.connection_as(LIVE)):
            taken_back = ("live/zonnedorp/traffic/1", None, False)
            await subscriber.until(lambda: taken_back in subscriber.heard)
            await until_true(owner, "select not exists (select from mqtt_retained)")
    async with listening(public(broker)) as late:
        await late.until(lambda: late.position >= last)

    assert late.sequences == []


@pytest.mark.real
async def test_last_value_is_taken_back_though_its_sender_was_killed_right_behind_it(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    topic = "live/zonnedorp/traffic/1"
    async with listening(public(broker)) as subscriber, AsyncExitStack() as held:
        async with started(settings, broker, owner, subscriber):
            before = await store(owner, (2, TIME, 0.0))
            await until_true(owner, f"select sequence >= {before} from mqtt_position")
            await held.enter_async_context(nobody_notes_positions(settings))
            await store(owner, (1, TIME, 1.0))
            await subscriber.until(lambda: topic in (one for one, _, _ in subscriber.heard))
        await held.aclose()
        await owner.execute("update datastream set open = false where datastream_id = 1")
        async with republishing(settings, broker.connection_as(LIVE)):
            await subscriber.until(lambda: (topic, None, False) in subscriber.heard)


@asynccontextmanager
async def nobody_notes_positions(settings: ApiSettings) -> AsyncIterator[None]:
    """Let a sender come no further than to the messages of what it read."""
    connection = await asyncpg.connect(settings.database.dsn.get_secret_value())
    try:
        async with connection.transaction():
            await connection.execute("lock table mqtt_position in exclusive mode")
            yield
    finally:
        await connection.close()


@pytest.mark.real
async def test_anybody_reads_and_nobody_else_writes(
    settings: ApiSettings, owner: asyncpg.Connection, broker: Mosquitto
) -> None:
    async with listening(broker.connection_as(GATEWAY)) as subscriber:
        async with client_of(public(broker)) as client:
            await client.publish("live/zonnedorp/traffic/1", b'{"sequence":666}', qos=1)
        async with started(settings, broker, owner, subscriber):
            last = await store(owner, (1, TIME, 1.0))
            await subscriber.until(lambda: last in subscriber.sequences)

    assert 666 not in subscriber.sequences


async def test_embedded_broker_takes_them_too(
    settings: ApiSettings, owner: asyncpg.Connection, embedded_stack: Stack
) -> None:
    service = embedded_stack.mqtt_service
    async with (
        listening(service.connection_as(GATEWAY)) as subscriber,
        republishing(settings, service.connection_as(LIVE)),
    ):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not subscriber.sequences:
                await store(owner, (1, TIME, 1.0))
                await asyncio.sleep(0.1)

    assert {topic for topic, _, _ in subscriber.heard} >= {"live/zonnedorp/traffic/1"}
