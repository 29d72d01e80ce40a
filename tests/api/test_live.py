"""The live stream: in order, once, without gap, only what is asked for and allowed."""

import asyncio
import gc
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import CoroutineType
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from websockets.frames import Frame, Opcode

from api.access import EVERYBODY
from api.datastreams import Facts
from api.lines import Line
from api.live.audiences import Audiences, wanted_events
from api.live.events import Batch, event_of
from api.live.filters import Filter, filter_of
from api.live.forms import SERVER_SENT_EVENTS, WEB_SOCKET, frame
from api.live.listeners import Listener
from api.live.position import Position
from api.live.vigil import Vigil
from api.settings import ApiSettings, LiveSettings
from schemas.cities.keys import CityKey, hash_key
from schemas.publication import PublishedObservation
from schemas.requests.limit import RequestPolicy
from schemas.vocabulary import Vocabulary

from .conftest import KEYS, as_city, publish, served, until_told

TIME = datetime(2026, 5, 1, tzinfo=UTC)


@pytest_asyncio.fixture(name="address")
async def _address(settings: ApiSettings) -> AsyncIterator[str]:
    async with served(settings) as address:
        yield address


class Events:
    """The events of one stream, read as a browser reads them."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.last_id = ""
        self._lines = answer.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        """Return type and data of the next event; comments and bare ids are passed over."""
        kind, data = "message", ""
        async for line in self._lines:
            if not line and data:
                return kind, json.loads(data)
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data = value
        raise EOFError

    async def take(self, number: int) -> list[Any]:
        """Return the data of the next events."""
        async with asyncio.timeout(90):
            return [(await self.next())[1] for _ in range(number)]

    async def begun(self) -> "Events":
        """Wait for the first id, from which on nothing is missed."""
        async for line in self._lines:
            if line.startswith("id: "):
                self.last_id = line[4:]
                return self
        raise EOFError


@asynccontextmanager
async def listening(address: str, path: str = "", **headers: str) -> AsyncIterator[Events]:
    """Yield a stream that has begun."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        httpx.AsyncClient(base_url=address, timeout=30) as http,
        http.stream("GET", f"/live/observations{path}", headers=named) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield await Events(answer).begun()


@pytest.mark.embedded
async def test_what_is_published_arrives_with_what_belongs_to_it(
    address: str, owner: asyncpg.Connection
) -> None:
    async with listening(address) as events:
        await publish(owner, (1, TIME, 12.5))
        [event] = await events.take(1)

    assert event == {
        "datastream": 1, "city": "zonnedorp", "theme": "traffic", "thing": "teller-1",
        "observedProperty": "car-count", "unit": "1", "@iot.id": "1_20260501T000000Z",
        "phenomenonTime": "2026-05-01T00:00:00Z", "resultTime": "2026-05-01T00:00:00Z",
        "result": 12.5, "quality": [], "change": "new", "sequence": 1001,
        "publishedTime": event["publishedTime"],
    }  # fmt: skip


@pytest.mark.embedded
async def test_a_client_goes_on_where_it_left_off_under_writers(
    address: str, settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    total = 600

    async def write() -> None:
        writer = await asyncpg.connect(settings.database.dsn.get_secret_value())
        for number in range(total // 3 // 4):
            moment = TIME + timedelta(seconds=number)
            await publish(writer, (1, moment, 1), (2, moment, 2), (3, moment, 3), (1, moment, 4))
        await writer.close()

    writers = [asyncio.create_task(write()) for _ in range(3)]
    found: list[int] = []
    last = "1000"
    while len(found) < total * 3 // 4:
        async with listening(address, Last_Event_ID=last) as events:
            number = min(37, total * 3 // 4 - len(found))
            found += [event["sequence"] for event in await events.take(number)]
            last = events.last_id
    await asyncio.gather(*writers)

    assert len(found) == len(set(found))
    assert found == sorted(found)
    published = await owner.fetchval("select last_sequence from publication_lane")
    # The second of every four is of a restricted datastream.
    assert found == [n for n in range(1001, published + 1) if (n - 1001) % 4 != 1]


@pytest.mark.embedded
async def test_filters_choose_and_restricted_streams_need_the_key(
    address: str, owner: asyncpg.Connection
) -> None:
    batch = [(n, TIME, float(n)) for n in (1, 2, 3, 4, 5)]
    expected = {
        "": [1, 3, 5],
        "?city=zonnedorp": [1, 5],
        "?theme=traffic&city=maanstad": [],
        "?datastream=1,3": [1, 3],
        "?observedProperty=pm10&observedProperty=state": [3, 5],
        "?thing=teller-2": [5],
        "?thing=3": [3],
        "?bbox=4,51,5,52": [1],
    }
    await publish(owner, *batch)
    await publish(owner, (1, TIME, 99))

    for path, datastreams in expected.items():
        async with listening(address, path, Last_Event_ID="1000") as events:
            found = await events.take(len(datastreams))
            assert (path, [event["datastream"] for event in found]) == (path, datastreams)
    async with listening(address, "?lastEventId=1000", **as_city("zonnedorp")) as events:
        assert [event["datastream"] for event in await events.take(4)] == [1, 2, 3, 5]


@pytest.mark.embedded
async def test_a_datastream_that_is_new_or_becomes_restricted_is_noticed(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    quick = LiveSettings(poll_seconds=0.05, refresh_seconds=0.1)
    async with (
        served(settings.model_copy(update={"live": quick})) as address,
        listening(address) as events,
    ):
        await owner.execute(
            "insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name,"
            " unit, interval_seconds, title, description, observation_type, unit_of_measurement,"
            " open) select thing_id, sensor_id, observed_property_id, dataset_id, 'new', unit,"
            " 0, title, description, observation_type, unit_of_measurement, true"
            " from datastream where datastream_id = 1"
        )
        await publish(owner, (6, TIME, 1))
        assert (await events.take(1))[0]["datastream"] == 6

        await owner.execute("update datastream set open = false where datastream_id = 6")
        heard = 0
        async with asyncio.timeout(90):
            while heard != 1:  # until only the open one of a batch is heard
                await publish(owner, (6, TIME, 1), (1, TIME, 1))
                found = [(await events.take(1))[0]["datastream"]]
                while found[-1] != 1:
                    found += [(await events.take(1))[0]["datastream"]]
                heard = len(found)
                await asyncio.sleep(0.05)


@pytest.mark.embedded
async def test_what_cannot_be_resumed_says_where_the_history_is(
    address: str, owner: asyncpg.Connection
) -> None:
    await publish(owner, (1, TIME, 1))
    await publish(owner, (1, TIME, 2))
    await owner.execute("delete from publication where first_sequence = 1001")
    async with httpx.AsyncClient(base_url=address) as http:
        answers = [
            await http.get("/live/observations", headers={"Last-Event-ID": last})
            for last in ("999", "1000", "5000", "x", "-1", "9" * 30)
        ]

    assert [one.status_code for one in answers] == [410, 410, 409, 400, 400, 400]
    assert "/observations.csv" in answers[0].json()["detail"]


@pytest.mark.embedded
async def test_a_quiet_stream_gives_signs_of_life_with_the_newest_id(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    quick = LiveSettings(poll_seconds=0.1, keep_alive_seconds=1)
    async with (
        served(settings.model_copy(update={"live": quick})) as address,
        listening(address, "?theme=energy") as events,
    ):
        last = await publish(owner, (1, TIME, 1))
        async with asyncio.timeout(90):
            while events.last_id != str(last):
                await events.begun()


@pytest.mark.embedded
async def test_a_connection_ends_in_time_and_when_we_stop(settings: ApiSettings) -> None:
    short = settings.model_copy(update={"live": LiveSettings(connection_seconds=0.1,
                                                             keep_alive_seconds=0.1)})  # fmt: skip
    async with served(short) as address, listening(address) as events:
        assert await events.next() == ("end", {"reason": "age", "detail": "this connection has "
                                               "lasted long enough; come back"})  # fmt: skip
    begin = asyncio.get_running_loop().time()
    async with served(settings) as address:
        stopping = listening(address)
        events = await stopping.__aenter__()
    kind, told = await events.next()
    await stopping.__aexit__(None, None, None)

    assert (kind, told["reason"]) == ("end", "restart")
    assert asyncio.get_running_loop().time() - begin < 4


@pytest.mark.embedded
async def test_more_clients_than_allowed_are_told_to_come_later(settings: ApiSettings) -> None:
    one = settings.model_copy(update={"live": LiveSettings(clients=1)})
    async with (
        served(one) as address,
        listening(address),
        httpx.AsyncClient(base_url=address) as http,
    ):
        second = await http.get("/live/observations")
        figures = (await http.get("/metrics")).text

    assert second.status_code == 503
    assert "retry-after" in second.headers
    assert "stadspuls_api_live_clients 1.0" in figures


FACTS = Facts(
    datastream_id=1, city="a", theme="t", thing_id=1, thing="x", observed_property="p", unit="1",
    interval_seconds=0, open=True, licence="", longitude=None, latitude=None,
)  # fmt: skip


def batch_of(number: int) -> Batch:
    events = tuple(
        event_of(PublishedObservation(n, TIME, 1, TIME, TIME + timedelta(hours=1), TIME, n), FACTS)
        for n in range(number)
    )
    return Batch(0, number - 1, events)


class Paper(Line):
    """A line that keeps what is written to it."""

    def __init__(self) -> None:
        self.written = b""
        self.unread = self.taken = 0

    @property
    def waiting_bytes(self) -> int:
        return self.unread

    @property
    def untaken_bytes(self) -> int:
        return self.unread

    @property
    def taken_bytes(self) -> int:
        return self.taken

    @property
    def closing(self) -> bool:
        return False

    def write(self, piece: bytes) -> None:
        self.written += piece


def listener_on(line: Line) -> Listener:
    return Listener(line, most_bytes=1000, allowed=lambda: True)


def test_a_client_that_is_too_slow_is_let_go_and_the_others_are_not() -> None:
    slow, quick = Paper(), Paper()
    slow.unread = 1001
    listeners = [listener_on(slow), listener_on(quick)]

    taken = [one.put(b"x") for one in listeners]

    assert taken == [False, True]
    assert [one.ended for one in listeners] == ["slow", ""]
    assert (slow.written, quick.written) == (b"", b"x")


def test_a_client_that_reads_nothing_of_little_is_let_go_too() -> None:
    line = Paper()
    listener = listener_on(line)

    looks = []
    for line.taken, line.unread in (
        (100, 500),
        (101, 600),
        (701, 0),
        (701, 0),
        (702, 1),
        (702, 2),
    ):
        looks.append(listener.look())

    assert looks == [True, True, True, True, True, False]
    assert listener.ended == "slow"


@pytest.mark.embedded
async def test_a_frozen_client_is_let_go_though_the_system_has_room_for_all_that_it_is_sent(
    settings: ApiSettings, owner: asyncpg.Connection
) -> None:
    quick = settings.live.model_copy(update={"keep_alive_seconds": 1})
    patient = RequestPolicy(stall_seconds=3600)  # else the system lets it go after a minute
    changed = settings.model_copy(update={"live": quick, "requests": patient})
    async with served(changed) as address, listening(address) as others:
        with socket.socket() as frozen:
            frozen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            url = httpx.URL(address)
            frozen.connect((url.host, url.port))
            frozen.sendall(b"GET /live/observations HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(120), httpx.AsyncClient(base_url=address) as http:
                await until_told(http, "stadspuls_api_live_clients 2.0")
                await publish(owner, *((1, TIME, float(n)) for n in range(200)))
                await others.take(200)
                await until_told(http, 'stadspuls_api_live_dropped_total{reason="slow"} 1.0')
                await until_told(http, "stadspuls_api_live_clients 1.0")
        last = await publish(owner, (1, TIME, 0.5))
        assert [one["sequence"] for one in await others.take(1)] == [last]


@pytest.mark.embedded
async def test_a_client_that_leaves_is_noticed_though_it_is_sent_nothing(
    settings: ApiSettings,
) -> None:
    quiet = settings.live.model_copy(update={"keep_alive_seconds": 3600})
    async with (
        served(settings.model_copy(update={"live": quiet})) as address,
        httpx.AsyncClient(base_url=address) as http,
        asyncio.timeout(90),
    ):
        async with listening(address):
            await until_told(http, "stadspuls_api_live_clients 1.0")
        await until_told(http, "stadspuls_api_live_clients 0.0")


async def test_signs_of_life_come_to_each_in_turn_until_it_ends() -> None:
    position = Position()
    position.move(7)
    vigil, papers = Vigil(0.01, position), [Paper() for _ in range(3)]
    listeners = [listener_on(one) for one in papers]
    for one in listeners:
        vigil.add(one, SERVER_SENT_EVENTS)
    listeners[0].leave()
    keeping = asyncio.create_task(vigil.keep())
    sign = SERVER_SENT_EVENTS.alive(7)
    async with asyncio.timeout(90):
        while papers[2].written.count(sign) < 3:  # noqa: ASYNC110 - paper tells who asks
            await asyncio.sleep(0.01)
    keeping.cancel()

    assert papers[0].written == b""
    assert abs(papers[1].written.count(sign) - papers[2].written.count(sign)) <= 1
    assert papers[1].written.replace(sign, b"") == b""


def test_a_listener_that_is_old_enough_ends_at_its_next_sign_of_life() -> None:
    paper = Paper()
    listener = Listener(paper, most_bytes=1000, allowed=lambda: True, until=0.0)

    assert not listener.attend(b"x")
    assert (listener.ended, paper.written) == ("age", b"")


def test_who_wants_the_same_shares_a_filter() -> None:
    audiences = Audiences()
    first, second = (Filter(caller=EVERYBODY, cities=frozenset({"a"})) for _ in range(2))
    audiences.join(listener_on(Paper()), first, SERVER_SENT_EVENTS)

    assert audiences.same(second, SERVER_SENT_EVENTS) is first
    assert audiences.same(second, WEB_SOCKET) is second


def test_all_who_want_the_same_get_the_same_bytes_once() -> None:
    audiences, wanted = Audiences(), Filter(caller=EVERYBODY)
    listeners = {listener_on(Paper()) for _ in range(3)}
    for one in listeners:
        audiences.join(one, wanted, SERVER_SENT_EVENTS)
    batch = batch_of(2)

    [(piece, to)] = audiences.chosen([batch])

    assert set(to) == listeners
    assert piece == SERVER_SENT_EVENTS.pack(batch.events, 1)
    assert b'"phenomenonTime":"2026-05-01T00:00:00Z/2026-05-01T01:00:00Z"' in piece


def test_those_who_come_and_go_hear_what_is_chosen_while_they_are_there() -> None:
    audiences = Audiences()
    one, other = Filter(caller=EVERYBODY), Filter(caller=EVERYBODY, datastreams=frozenset({1}))
    nobody = Filter(caller=EVERYBODY, cities=frozenset({"b"}))
    first, second, third = (listener_on(Paper()) for _ in range(3))
    audiences.join(first, one, SERVER_SENT_EVENTS)
    audiences.chosen([batch_of(1)])
    audiences.join(second, other, WEB_SOCKET)
    audiences.join(third, nobody, WEB_SOCKET)

    both = {to for _, to in audiences.chosen([batch_of(1)])}
    audiences.leave(first, one, SERVER_SENT_EVENTS)
    alone = [to for _, to in audiences.chosen([batch_of(1)])]

    assert both == {(first,), (second,)}
    assert alone == [(second,)]


def test_facts_that_changed_choose_anew() -> None:
    audiences, wanted = Audiences(), Filter(caller=EVERYBODY)
    audiences.join(listener_on(Paper()), wanted, WEB_SOCKET)
    audiences.chosen([batch_of(1)])
    closed = replace(batch_of(1).events[0], facts=replace(FACTS, open=False))

    assert audiences.chosen([Batch(0, 0, (closed,))]) == []


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 70_000])
def test_frame_is_what_the_protocol_says(size: int) -> None:
    text = b"x" * size

    expected = Frame(Opcode.TEXT, text).serialize(mask=False)
    assert frame(text) == expected


def test_quality_leaves_out_flagged_observations() -> None:
    flagged = PublishedObservation(1, TIME, 1, TIME, None, TIME, 5, ("range.high",))
    batch = Batch(1, 1, (event_of(flagged, FACTS),))
    strict = Filter(caller=EVERYBODY, unwanted=frozenset({"range.high"}))

    assert wanted_events(batch, strict) == []
    assert wanted_events(batch, Filter(caller=EVERYBODY)) == list(batch.events)


def test_flag_chooses_flagged_observations_alone() -> None:
    plain = event_of(PublishedObservation(1, TIME, 1, TIME, None, TIME, 5), FACTS)
    flagged = event_of(
        PublishedObservation(2, TIME, 1, TIME, None, TIME, 5, ("rate.steep",)), FACTS
    )
    batch = Batch(1, 2, (plain, flagged))
    wanted = filter_of([("flag", "warning")], EVERYBODY, Vocabulary.load())
    other = filter_of([("flag", "range.high")], EVERYBODY, Vocabulary.load())

    assert wanted_events(batch, wanted) == [flagged]
    assert wanted_events(batch, other) == []


@pytest.mark.embedded
@pytest.mark.parametrize("how", ["expires", "is taken back"])
async def test_open_connection_is_cut_when_its_key_opens_nothing_any_more(
    settings: ApiSettings, owner: asyncpg.Connection, keys_file: Path, how: str
) -> None:
    quick = settings.live.model_copy(update={"keep_alive_seconds": 1})
    async with served(settings.model_copy(update={"live": quick})) as address:
        async with listening(address, **as_city("zonnedorp")) as events:
            soon = datetime.now(UTC) + timedelta(seconds=0.5)
            now = CityKey(
                city="zonnedorp", name="old", sha256=hash_key(KEYS["zonnedorp"]), expires_time=soon
            )
            keys = [now] if how == "expires" else []
            keys_file.write_bytes(msgspec.json.encode(keys))  # noqa: ASYNC240 - a few bytes
            async with asyncio.timeout(30):
                kind, told = await events.next()

        async with httpx.AsyncClient(base_url=address) as http:
            refused = await http.get("/live/observations", headers=as_city("zonnedorp"))

    assert (kind, told["reason"]) == ("end", "key")
    assert refused.status_code == 401


@pytest.mark.embedded
async def test_what_stands_around_an_answer_is_let_go_of_while_the_answer_lasts(
    settings: ApiSettings,
) -> None:
    async with served(settings) as address:
        before = running()
        async with listening(address):
            more = running() - before

    assert more["_stay"] == 1
    assert [one for one in more if "Middleware" in one or "Route" in one] == []


def running() -> Counter[str]:
    """Return what was begun and not ended, by name."""
    gc.collect()
    return Counter(one.__qualname__ for one in gc.get_objects() if isinstance(one, CoroutineType))
