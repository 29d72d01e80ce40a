"""Messages arrive: what the filter wants, in order, signed, until they are taken."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from api.settings import ApiSettings
from api.webhooks.settings import DeliveryPolicy
from api.webhooks.signature import signed
from tests.api.conftest import publish
from tests.api.webhooks.conftest import PATIENCE_SECONDS, QUICK, Receiver, sending

pytestmark = pytest.mark.embedded

PATH = "/live/webhooks"
TIME = datetime(2026, 5, 1, tzinfo=UTC)


async def made(http: httpx.AsyncClient, receiver: Receiver, **wishes: Any) -> Any:
    answer = await http.post(PATH, json={"url": receiver.url} | wishes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def told(http: httpx.AsyncClient, webhook: Any) -> Any:
    return (await http.get(f"{PATH}/{webhook['id']}")).json()


async def until(told: Callable[[], Awaitable[Any]], done: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not done(found := await told()):  # noqa: ASYNC110, as a caller sees it
            await asyncio.sleep(0.05)
    return found


async def test_message_is_signed_and_has_what_the_filter_wants(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    webhook = await made(http, receiver, filter={"theme": ["traffic", "energy"]})
    async with sending(settings):
        await publish(owner, *((n, TIME, float(n)) for n in (1, 2, 3, 4, 5)))
        await receiver.until(lambda: len(receiver.requests) == 1)
        done = await until(lambda: told(http, webhook), lambda one: one["delivered"] == 1)

    [(headers, body)] = receiver.requests
    content = json.loads(body)
    time = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    expected = signed(headers["webhook-id"], body, keys=[webhook["secret"]], now=time)
    assert expected == {name: headers[name] for name in expected}
    assert content["type"] == "observations.published"
    assert content["data"]["sequence"] == 1005 == done["sequence"]
    # The second is restricted, and this city's; the fourth is restricted and another's.
    assert [one["datastream"] for one in content["data"]["observations"]] == [1, 2, 5]
    assert content["timestamp"] == content["data"]["observations"][-1]["publishedTime"]


async def test_messages_are_full_at_most_and_in_order(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    await made(http, receiver)
    for batch in range(5):
        moment = TIME + timedelta(seconds=batch)
        await publish(owner, *((1, moment, float(n)) for n in range(20)))
    async with sending(settings, QUICK.model_copy(update={"observations": 30})):
        await receiver.until(lambda: len(receiver.sequences()) == 100)

    assert receiver.sequences() == list(range(1001, 1101))
    sizes = [len(body["data"]["observations"]) for _, body in receiver.taken()]
    assert max(sizes) <= 30


async def test_failed_message_comes_again_the_same_until_it_is_taken(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    webhook = await made(http, receiver)
    receiver.status = lambda number: 503 if number < 4 else 200
    async with sending(settings):
        await publish(owner, (1, TIME, 1))
        await receiver.until(lambda: len(receiver.requests) == 1)
        await publish(owner, (1, TIME, 2))
        await receiver.until(lambda: len(receiver.sequences()) == 2)
        done = await until(lambda: told(http, webhook), lambda one: one["delivered"] == 2)

    assert len({(headers["webhook-id"], body) for headers, body in receiver.requests[:4]}) == 1
    assert receiver.sequences() == [1001, 1002]
    assert "failure" not in done


async def test_restarts_repeat_nothing_but_a_message_with_its_id(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    await made(http, receiver)
    total = 0
    for _ in range(4):
        async with sending(settings):
            for number in range(5):
                moment = TIME + timedelta(seconds=number)
                await publish(owner, (1, moment, 1.0), (5, moment, 1.0))
            total += 10
            await receiver.more_than(total - 10)
    async with sending(settings):
        await receiver.until(lambda: len(receiver.sequences()) >= total)

    assert receiver.sequences() == list(range(1001, 1001 + total))
    bodies: dict[str, set[bytes]] = {}
    for headers, body in receiver.requests:
        bodies.setdefault(headers["webhook-id"], set()).add(body)
    assert {len(one) for one in bodies.values()} == {1}


async def test_two_processes_send_as_one(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    await made(http, receiver)
    async with sending(settings), sending(settings):
        for number in range(10):
            await publish(owner, (1, TIME + timedelta(seconds=number), 1.0))
        await receiver.until(lambda: len(receiver.sequences()) == 10)

    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == len(
        receiver.requests
    )


async def test_receiver_that_wants_no_more_is_left_alone_until_its_owner_asks(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    webhook = await made(http, receiver)
    receiver.status = lambda _: 410
    async with sending(settings):
        await publish(owner, (1, TIME, 1))
        off = await until(lambda: told(http, webhook), lambda one: one["state"] == "disabled")
        receiver.status = lambda _: 200
        await http.patch(f"{PATH}/{webhook['id']}", json={"state": "active"})
        on = await until(lambda: told(http, webhook), lambda one: one.get("delivered") == 1)

    assert "410" in off["reason"]
    assert (on["state"], on["sequence"]) == ("active", 1001)


async def test_receiver_that_is_away_for_long_is_disabled_with_the_reason(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    webhook = await made(http, receiver)
    receiver.status, receiver.headers = lambda _: 302, {"location": receiver.url}
    async with sending(settings, QUICK.model_copy(update={"disable_seconds": 0.5})):
        await publish(owner, (1, TIME, 1))
        off = await until(lambda: told(http, webhook), lambda one: one["state"] == "disabled")

    assert "no message was taken since" in off["reason"]
    assert "302: a redirect is not followed" in off["reason"]
    assert off["sequence"] == 1000


async def test_replay_sends_again_under_other_ids(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    webhook = await made(http, receiver)
    async with sending(settings):
        await publish(owner, (1, TIME, 1), (5, TIME, 1))
        await receiver.until(lambda: len(receiver.requests) == 1)
        await http.post(f"{PATH}/{webhook['id']}/replay", json={"sequence": 1001})
        await receiver.until(lambda: len(receiver.taken()) == 2)

    assert receiver.sequences() == [1001, 1002, 1002]


async def test_replay_of_what_is_no_longer_kept_says_where_it_is(
    http: httpx.AsyncClient, receiver: Receiver, owner: asyncpg.Connection
) -> None:
    webhook = await made(http, receiver)
    await publish(owner, (1, TIME, 1))
    await publish(owner, (1, TIME, 2))
    await owner.execute("delete from publication where first_sequence = 1001")
    answer = await http.post(f"{PATH}/{webhook['id']}/replay", json={"sequence": 1000})

    assert answer.status_code == 410
    assert "/observations.csv" in answer.json()["detail"]


async def test_webhook_that_fell_behind_what_is_kept_is_disabled_and_says_so(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    webhook = await made(http, receiver)
    await publish(owner, (1, TIME, 1))
    await publish(owner, (1, TIME, 2))
    await owner.execute("delete from publication where first_sequence = 1001")
    async with sending(settings):
        off = await until(lambda: told(http, webhook), lambda one: one["state"] == "disabled")

    assert "no longer kept" in off["reason"]
    assert receiver.requests == []


async def test_paused_webhook_hears_later_what_was_published_meanwhile(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    webhook = await made(http, receiver)
    await http.patch(f"{PATH}/{webhook['id']}", json={"state": "paused"})
    await publish(owner, (1, TIME, 1))
    async with sending(settings) as listener, httpx.AsyncClient() as figures:
        address = f"{listener.address}/metrics"

        async def metrics() -> str:
            try:
                return (await figures.get(address)).text
            except httpx.TransportError:
                return ""

        await until(metrics, lambda text: 'stadspuls_webhooks{state="paused"} 1.0' in text)
        assert receiver.requests == []
        await http.patch(f"{PATH}/{webhook['id']}", json={"state": "active"})
        await receiver.until(lambda: len(receiver.sequences()) == 1)


async def test_slow_receiver_does_not_hold_the_others_up(
    http: httpx.AsyncClient, receiver: Receiver, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    writers: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, one: writers.append(one), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    slow = (await http.post(PATH, json={"url": f"http://127.0.0.1:{port}/"})).json()
    await made(http, receiver)
    policy = DeliveryPolicy(interval_seconds=0, timeout_seconds=0.5, first_retry_seconds=60)
    async with sending(settings, policy):
        for number in range(3):
            await publish(owner, (1, TIME + timedelta(seconds=number), 1.0))
        await receiver.until(lambda: len(receiver.sequences()) == 3)
        late = await until(lambda: told(http, slow), lambda one: one.get("attempts") == 1)
    silent.close()
    for writer in writers:
        writer.transport.abort()

    assert "no answer within 0.5 s" in late["failure"]
