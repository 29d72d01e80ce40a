"""The WebSocket: the same events and filters as the stream, with words for who is let go."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.settings import ApiSettings, LiveSettings
from schemas.requests.limit import RequestPolicy

from .conftest import as_city, publish, served, until_told

pytestmark = pytest.mark.embedded

TIME = datetime(2026, 5, 1, tzinfo=UTC)


@pytest_asyncio.fixture(name="address")
async def _address(settings: ApiSettings) -> AsyncIterator[str]:
    async with served(settings) as address:
        yield address


class Messages:
    """What a client hears."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.sequence = -1
        self._observations: list[Any] = []

    async def next(self) -> Any:
        """Return the next message."""
        async with asyncio.timeout(60):
            message = json.loads(await self.connection.recv())
        self.sequence = message.get("sequence", self.sequence)
        return message

    async def take(self, number: int) -> list[Any]:
        """Return observations, in their order."""
        while len(self._observations) < number:
            message = await self.next()
            assert message["type"] in ("observations", "alive"), message
            self._observations += message.get("observations", [])
        taken, self._observations = self._observations[:number], self._observations[number:]
        return taken

    async def end(self) -> tuple[Any, int, str]:
        """Return what is said at last, and the close code with its reason."""
        last: Any = None
        with suppress(ConnectionClosed):
            while True:
                last = await self.next()
        return last, self.connection.close_code or 0, self.connection.close_reason or ""


@asynccontextmanager
async def listening(address: str, path: str = "", **headers: str) -> AsyncIterator[Messages]:
    """Yield a WebSocket from whose first message on nothing is missed."""
    url = f"{address.replace('http', 'ws', 1)}/live/ws{path}"
    async with connect(url, additional_headers=headers, compression=None) as connection:
        messages = Messages(connection)
        assert (await messages.next())["type"] == "alive"
        yield messages


async def test_a_message_has_observations_and_the_place_to_go_on_from(
    address: str, owner: asyncpg.Connection
) -> None:
    async with listening(address) as messages:
        await publish(owner, (1, TIME, 12.5), (2, TIME, 1), (5, TIME, 2))
        message = await messages.next()
    async with (
        httpx.AsyncClient(base_url=address) as http,
        http.stream("GET", "/live/observations?lastEventId=1000") as stream,
    ):
        lines = stream.aiter_lines()
        events: list[Any] = []
        while len(events) < 2:
            line = await anext(lines)
            events += [json.loads(line[6:])] if line.startswith("data: ") else []

    assert (message["type"], message["sequence"]) == ("observations", 1003)
    assert message["observations"] == events
    assert [one["datastream"] for one in events] == [1, 5]


async def test_a_client_goes_on_where_it_left_off_under_writers(
    address: str, settings: ApiSettings
) -> None:
    async def write() -> None:
        writer = await asyncpg.connect(settings.database.dsn.get_secret_value())
        for number in range(50):
            moment = TIME + timedelta(seconds=number)
            await publish(writer, (1, moment, 1), (2, moment, 2), (3, moment, 3))
        await writer.close()

    writers = [asyncio.create_task(write()) for _ in range(2)]
    found: list[int] = []
    last = 1000
    while len(found) < 200:
        async with listening(address, f"?lastEventId={last}") as messages:
            for _ in range(7):
                message = await messages.next()
                found += [one["sequence"] for one in message.get("observations", [])]
                if len(found) >= 200:
                    break
            last = messages.sequence
    await asyncio.gather(*writers)

    # The second of every three is of a restricted datastream.
    assert found == [1001 + n for n in range(300) if n % 3 != 1]


async def test_filters_choose_and_restricted_streams_need_the_key(
    address: str, owner: asyncpg.Connection
) -> None:
    await publish(owner, *((n, TIME, float(n)) for n in (1, 2, 3, 4, 5)))
    expected = {"?theme=traffic": [1, 5], "?datastream=1,3": [1, 3], "?bbox=4,51,5,52": [1]}

    for path, datastreams in expected.items():
        async with listening(address, f"{path}&lastEventId=1000") as messages:
            found = await messages.take(len(datastreams))
            assert (path, [one["datastream"] for one in found]) == (path, datastreams)
    async with listening(address, "?lastEventId=1000", **as_city("zonnedorp")) as messages:
        assert [one["datastream"] for one in await messages.take(4)] == [1, 2, 3, 5]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("?colour=red", {}, 400),
        ("?lastEventId=x", {}, 400),
        ("?datastream=99", {}, 404),
        ("", {"X-Api-Key": "wrong"}, 401),
    ],
)
async def test_what_is_wrong_with_a_request_is_told_before_anything_is_accepted(
    address: str, path: str, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with listening(address, path, **headers):
            pass

    response = refused.value.response
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(response.body or b"")["status"] == status


async def test_what_cannot_be_resumed_says_where_the_history_is(
    address: str, owner: asyncpg.Connection
) -> None:
    await publish(owner, (1, TIME, 1))
    await publish(owner, (1, TIME, 2))
    await owner.execute("delete from publication where first_sequence = 1001")

    ends = {}
    for last in (1000, 5000):
        url = f"{address.replace('http', 'ws', 1)}/live/ws?lastEventId={last}"
        async with connect(url) as connection:
            ends[last] = await Messages(connection).end()

    assert ends[1000][1:] == (4410, "NoLongerKept")
    assert "/observations.csv" in ends[1000][0]["detail"]
    assert ends[5000][1:] == (4409, "NotYet")


async def test_pages_of_any_origin_may_listen_as_they_may_ask(
    address: str, owner: asyncpg.Connection
) -> None:
    async with listening(address, Origin="https://dashboard.example") as messages:
        await publish(owner, (1, TIME, 1))

        assert len(await messages.take(1)) == 1


async def test_a_connection_ends_in_time_and_when_we_stop(settings: ApiSettings) -> None:
    quick = LiveSettings(connection_seconds=0.1, keep_alive_seconds=0.1)
    async with (
        served(settings.model_copy(update={"live": quick})) as address,
        listening(address) as messages,
    ):
        told, code, reason = await messages.end()
        assert (told["type"], told["reason"], code, reason) == ("end", "age", 1001, "age")
    async with served(settings) as address:
        stopping = listening(address)
        messages = await stopping.__aenter__()
    told, code, reason = await messages.end()
    await stopping.__aexit__(None, None, None)

    assert (told["reason"], code, reason) == ("restart", 1012, "restart")


async def test_a_connection_is_cut_when_its_key_opens_nothing_any_more(
    settings: ApiSettings, keys_file: Path
) -> None:
    quick = settings.live.model_copy(update={"keep_alive_seconds": 1})
    async with (
        served(settings.model_copy(update={"live": quick})) as address,
        listening(address, **as_city("zonnedorp")) as messages,
    ):
        keys_file.write_bytes(b"[]")  # noqa: ASYNC240 - a few bytes

        assert (await messages.end())[1:] == (1008, "key")


async def test_who_speaks_at_length_is_let_go(address: str) -> None:
    async with listening(address) as messages:
        await messages.connection.send("x" * 5000)

        assert (await messages.end())[1] == 1009


async def test_who_speaks_and_leaves_is_noticed_though_nobody_listens_to_it(
    settings: ApiSettings,
) -> None:
    quiet = settings.live.model_copy(update={"keep_alive_seconds": 3600})
    async with (
        served(settings.model_copy(update={"live": quiet})) as address,
        httpx.AsyncClient(base_url=address) as http,
        asyncio.timeout(90),
    ):
        async with listening(address) as messages:
            for _ in range(50):
                await messages.connection.send("x" * 100)
            assert "stadspuls_api_live_clients 1.0" in (await http.get("/metrics")).text
            messages.connection.transport.abort()
        await until_told(http, "stadspuls_api_live_clients 0.0")


async def test_a_client_that_reads_nothing_is_let_go_and_resumes(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    small = settings.live.model_copy(update={"buffer_bytes": 1024, "slow_seconds": 0.2})
    async with served(settings.model_copy(update={"live": small})) as address:
        url = f"{address.replace('http', 'ws', 1)}/live/ws"
        async with (
            connect(url, max_queue=1, compression=None, ping_interval=None) as frozen,
            httpx.AsyncClient(base_url=address) as http,
        ):
            frozen.transport.pause_reading()
            dropped = 'stadspuls_api_live_dropped_total{reason="slow"} 1.0'
            async with asyncio.timeout(120):
                while dropped not in (await http.get("/metrics")).text:
                    await publish(owner, *((1, TIME, float(n)) for n in range(2000)))
                while "stadspuls_api_live_clients 0.0" not in (await http.get("/metrics")).text:
                    await publish(owner, (1, TIME, 0.25))
            frozen.transport.abort()
        last = await publish(owner, (1, TIME, 0.5))
        async with listening(address, f"?lastEventId={last - 1}") as messages:
            assert [one["sequence"] for one in await messages.take(1)] == [last]


async def test_handshakes_count_as_requests(settings: ApiSettings) -> None:
    policy = RequestPolicy(address_requests=2, unlimited=())
    async with (
        served(settings.model_copy(update={"requests": policy})) as address,
        listening(address),
        listening(address),
    ):
        with pytest.raises(InvalidStatus) as refused:
            await listening(address).__aenter__()

    assert refused.value.response.status_code == 429
    assert "retry-after" in refused.value.response.headers
