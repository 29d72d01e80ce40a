"""HTTP ingest in process, over a sink in memory: every answer, and what it leaves behind."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from ingest.counts import Counts
from ingest.envelope import Envelope
from ingest.http_access import Access
from ingest.http_app import create_app
from ingest.http_source import HttpSource
from ingest.memory_sink import MemorySink
from ingest.receipt_clock import ReceiptClock
from ingest.settings import HttpPolicy
from schemas.cities.keys import CityKey, hash_key
from schemas.rejection_log import RejectionLog
from schemas.wire import DeadLetter, Reading

TELRAAM = "/ingest/stad-a/telraam/v2/9000001"
KEY_A = {"Authorization": "Bearer sleutel-a"}
NDJSON = {**KEY_A, "Content-Type": "application/x-ndjson"}
POLICY = HttpPolicy(
    batch_bytes=20_000,
    batch_lines=10,
    read_bytes=30_000,
    read_seconds=0.2,
    window_messages=15,
    window_bytes=40_000,
    confirm_seconds=0.2,
    idempotency_keys=2,
)


class Door:
    """An application, what is behind it, and a client in front."""

    def __init__(self, envelope: Envelope, keys_file: Path, policy: HttpPolicy) -> None:
        self.sink, self.counts = MemorySink(), Counts()
        self.source = HttpSource(
            envelope=envelope,
            sink=self.sink,
            access=Access(keys_file),
            policy=policy,
            counts=self.counts,
            now=ReceiptClock(),
            rejections=RejectionLog(logging.getLogger("test")),
        )
        self.app: FastAPI = create_app(
            self.source, counts=self.counts, readiness=lambda: {"kafka": self.sink.ready}
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    async def post(self, path: str = TELRAAM, **arguments: Any) -> httpx.Response:
        """Post, with the first city's key unless told otherwise."""
        arguments.setdefault("headers", KEY_A)
        arguments.setdefault("content", b"{}")
        return await self.client.post(path, **arguments)


def write(keys_file: Path, content: bytes) -> None:
    """Change the key file."""
    keys_file.write_bytes(content)


@pytest.fixture
async def door(envelope: Envelope, keys_file: Path) -> AsyncIterator[Door]:
    """Yield a door whose sink confirms."""
    door = Door(envelope, keys_file, POLICY)
    work = asyncio.create_task(door.sink.run())
    await asyncio.sleep(0)
    yield door
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    await door.client.aclose()


async def test_payload_becomes_a_reading_before_it_is_answered(door: Door) -> None:
    headers = {**KEY_A, "Content-Type": "application/json"}
    response = await door.post(headers=headers, content=b'{"any": "bytes"}')

    assert (response.status_code, response.json()["status"]) == (202, 202)
    (reading,) = door.sink.items
    assert isinstance(reading, Reading)
    assert (reading.city, reading.source) == ("stad-a", "city/stad-a/telraam/v2/9000001")
    assert (reading.payload, reading.channel) == (b'{"any": "bytes"}', "http")
    assert reading.content_type == "application/json"


async def test_thing_may_be_left_out_where_the_payload_names_it(door: Door) -> None:
    response = await door.post("/ingest/stad-a/telraam/v2")

    assert response.status_code == 202
    assert [item.source for item in door.sink.items] == ["city/stad-a/telraam/v2"]


async def test_other_header_takes_the_key_too(door: Door) -> None:
    assert (await door.post(headers={"X-Api-Key": "sleutel-a"})).status_code == 202


BAD = [
    pytest.param({"headers": {}}, 401, "key.missing", id="no key"),
    pytest.param({"headers": {"X-Api-Key": "x"}}, 401, "key.unknown", id="unknown key"),
    pytest.param({"headers": {"X-Api-Key": b"\xff\xfe"}}, 401, "key.unknown", id="odd key"),
    pytest.param({"headers": {"Authorization": "Basic eA=="}}, 401, "key.missing", id="basic"),
    pytest.param({"headers": {"Authorization": "Bearer"}}, 401, "key.missing", id="no token"),
    pytest.param({"path": "/ingest/stad-b/telraam/v2/1"}, 403, "key.other-city", id="other city"),
    pytest.param({"path": "/ingest/elders/telraam/v2/1"}, 403, "key.other-city", id="no city"),
    pytest.param({"path": "/ingest/stad-a/un/heard/1"}, 404, "profile.unknown", id="no profile"),
    pytest.param({"path": "/ingest/stad-a/UN/heard/1"}, 404, "topic.name", id="capitals"),
    pytest.param({"path": "/ingest/stad-a/telraam/v2/%00"}, 404, "topic.malformed", id="NUL"),
    pytest.param({"path": "/ingest/stad-a/telraam/v2/%ff"}, 404, "topic.name", id="not UTF-8"),
    pytest.param({"path": "/ingest/stad-a/telraam/v2/%0a"}, 404, "topic.malformed", id="line end"),
    pytest.param({"path": "/ingest/stad-a/telraam/v2/a%2Fb"}, 404, "http.404", id="slash"),
    pytest.param({"path": "/ingest/stad-a/telraam/v2/a%3Fb"}, 404, "topic.name", id="question"),
    pytest.param({"path": "/ingest/stad-a/telraam/v2/" + "a" * 65}, 404, "topic.name", id="long"),
    pytest.param({"path": "/ingest/stad-a/telraam/v2/1/"}, 404, "http.404", id="trailing slash"),
    pytest.param({"path": "/ingest/stad-a"}, 404, "http.404", id="no route"),
    pytest.param({"content": b""}, 400, "payload.empty", id="empty"),
    pytest.param({"content": b"\n\n", "headers": NDJSON}, 400, "payload.empty", id="empty lines"),
    pytest.param({"content": b"{}\n" * 11, "headers": NDJSON}, 413, "batch.too-long", id="lines"),
    pytest.param({"content": b"x" * 2001}, 413, "payload.too-large", id="too large"),
    pytest.param(
        {"headers": {**KEY_A, "Content-Encoding": "gzip"}}, 415, "body.encoded", id="gzip"
    ),
    pytest.param(
        {"headers": {**KEY_A, "Idempotency-Key": "x" * 256}},
        400,
        "idempotency.malformed",
        id="long idempotency key",
    ),
]


@pytest.mark.parametrize(("arguments", "status", "reason"), BAD)
async def test_bad_request_is_answered_with_a_problem(
    door: Door, arguments: dict[str, Any], status: int, reason: str
) -> None:
    response = await door.post(**arguments)

    assert (response.status_code, response.json()["reason"]) == (status, reason)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert not [item for item in door.sink.items if isinstance(item, Reading)]


async def test_other_method_is_answered_with_a_problem(door: Door) -> None:
    response = await door.client.get(TELRAAM)

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "headers",
    [
        [("Content-Encoding", "identity"), ("Content-Encoding", "gzip")],
        [("Content-Encoding", "identity, gzip")],
        [("Transfer-Encoding", "gzip, chunked")],
    ],
)
async def test_encoded_body_is_refused_however_it_is_told(
    door: Door, headers: list[tuple[str, str]]
) -> None:
    answer = await door.post(headers=[*KEY_A.items(), *headers])

    assert answer.status_code == 415
    assert answer.json()["reason"] == "body.encoded"
    assert not door.sink.items


async def test_wrong_address_is_told_the_right_one(door: Door) -> None:
    answer = await door.post("/ingest/stad-a")

    assert answer.status_code == 404
    assert "/ingest/{city}/{vendor}/{model}/{thing}" in answer.json()["detail"]


async def test_missing_key_is_challenged(door: Door) -> None:
    response = await door.post(headers={})

    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_key_of_another_city_is_counted(door: Door) -> None:
    await door.post("/ingest/stad-b/telraam/v2/1")

    metrics = (await door.client.get("/metrics")).text
    expected = 'rejected_total{channel="http",reason="key.other-city"} 1.0'
    assert f"stadspuls_ingest_messages_{expected}" in metrics


async def test_key_opens_nothing_once_it_is_out_of_the_file(door: Door, keys_file: Path) -> None:
    assert (await door.post()).status_code == 202

    write(keys_file, b"[]")

    assert (await door.post()).status_code == 401


async def test_key_file_that_is_half_written_changes_nothing(door: Door, keys_file: Path) -> None:
    write(keys_file, b'[{"city": "st')
    assert (await door.post()).status_code == 202

    ring = (CityKey(city="stad-a", name="two", sha256=hash_key("nieuw")),)
    write(keys_file, msgspec.json.encode(ring))
    assert (await door.post(headers={"X-Api-Key": "nieuw"})).status_code == 202


async def test_too_large_body_leaves_a_dead_letter_with_its_hash(door: Door) -> None:
    body = b"0123456789" * 300

    assert (await door.post(content=body)).status_code == 413

    (letter,) = door.sink.items
    assert isinstance(letter, DeadLetter)
    assert (letter.payload, letter.payload_bytes) == (body[:100], 3000)
    assert letter.payload_sha256 == hashlib.sha256(body).hexdigest()
    assert (letter.channel, letter.source) == ("http", "city/stad-a/telraam/v2/9000001")


async def test_too_large_body_about_persons_leaves_no_beginning(door: Door) -> None:
    assert (await door.post("/ingest/stad-a/dsmr/p1/1", content=b"1" * 3000)).status_code == 413

    assert [item.payload for item in door.sink.items] == [b""]


async def test_endless_body_is_read_only_as_far_as_the_limit(door: Door) -> None:
    pieces = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal pieces
        while True:
            pieces += 1
            yield b"x" * 1000

    response = await door.post(content=endless())

    assert response.status_code == 413
    assert pieces < 40
    (letter,) = door.sink.items
    assert isinstance(letter, DeadLetter)
    assert "hash is of the first" in letter.rejections[0].detail


async def test_body_that_does_not_arrive_is_given_up(door: Door) -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    response = await door.post(content=stuck())

    assert (response.status_code, response.json()["reason"]) == (408, "body.slow")


async def test_batch_is_answered_line_by_line_in_order(door: Door) -> None:
    lines = [b"1", b"", b"x" * 2001, b" 2\r"]

    response = await door.post(content=b"\n".join(lines), headers=NDJSON)

    assert response.status_code == 207
    results = response.json()["results"]
    assert [one["status"] for one in results] == [202, 413, 202]
    assert results[1]["reason"] == "payload.too-large"
    readings = [item for item in door.sink.items if isinstance(item, Reading)]
    assert [reading.payload for reading in readings] == [b"1", b"2"]


async def test_items_of_a_batch_have_different_received_times(door: Door) -> None:
    await door.post(content=b"{}\n{}\n{}", headers=NDJSON)

    assert len({item.received_time for item in door.sink.items}) == 3


async def test_repetition_is_answered_the_same_and_produces_nothing(door: Door) -> None:
    headers = {**KEY_A, "Idempotency-Key": "k1"}

    first = await door.post(headers=headers, content=b"1")
    again = await door.post(headers=headers, content=b"1")

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (
        None,
        "true",
    )
    assert len(door.sink.items) == 1


async def test_batch_is_repeated_as_a_whole(door: Door) -> None:
    headers = {**NDJSON, "Idempotency-Key": "k1"}

    results = [await door.post(headers=headers, content=b"1\n2") for _ in range(2)]

    assert [one.status_code for one in results] == [207, 207]
    assert len(door.sink.items) == 2


@pytest.mark.parametrize("change", [{"content": b"2"}, {"path": TELRAAM + "2"}])
async def test_idempotency_key_for_another_request_is_refused(
    door: Door, change: dict[str, Any]
) -> None:
    headers = {**KEY_A, "Idempotency-Key": "k1"}
    await door.post(headers=headers, content=b"1")

    response = await door.post(**{"headers": headers, "content": b"1", **change})

    assert (response.status_code, response.json()["reason"]) == (422, "idempotency.reused")


async def test_same_idempotency_key_of_another_city_is_another(door: Door) -> None:
    await door.post(headers={**KEY_A, "Idempotency-Key": "k1"}, content=b"1")

    response = await door.post(
        "/ingest/stad-b/telraam/v2/1",
        headers={"X-Api-Key": "sleutel-b", "Idempotency-Key": "k1"},
        content=b"2",
    )

    assert response.status_code == 202


async def test_oldest_idempotency_key_is_forgotten_first(door: Door) -> None:
    for key in ("k1", "k2", "k3"):
        await door.post(headers={**KEY_A, "Idempotency-Key": key})

    again = await door.post(headers={**KEY_A, "Idempotency-Key": "k1"})

    assert "idempotency-replayed" not in again.headers


async def test_nothing_is_taken_while_storage_is_down(door: Door) -> None:
    door.sink.stalled = True

    response = await door.post()

    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert door.sink.unconfirmed == 0


class _Unaware(MemorySink):
    """Does not notice that nothing is confirmed, as in the first seconds of an outage."""

    @property
    def ready(self) -> bool:
        return True


async def test_repetition_waits_for_what_is_on_its_way(
    envelope: Envelope, keys_file: Path
) -> None:
    door = Door(envelope, keys_file, POLICY)
    door.sink.__class__ = _Unaware
    headers = {**KEY_A, "Idempotency-Key": "k1"}
    assert (await door.post(headers=headers)).status_code == 503

    work = asyncio.create_task(door.sink.run())
    again = await door.post(headers=headers)

    assert again.status_code == 202
    assert len(door.sink.items) == 1
    work.cancel()
    await door.client.aclose()


@pytest.mark.parametrize(
    ("body", "count"), [(b"{}\n" * 9, 2), (b"x" * 1900 + b"\n" + b"y" * 18_000, 3)]
)
async def test_more_than_the_window_is_turned_away_and_room_comes_back(
    envelope: Envelope, keys_file: Path, body: bytes, count: int
) -> None:
    door = Door(envelope, keys_file, POLICY)
    door.sink.__class__ = _Unaware
    answers = [(await door.post(content=body, headers=NDJSON)).status_code for _ in range(count)]
    assert answers == [503] * (count - 1) + [429]

    work = asyncio.create_task(door.sink.run())
    await door.sink.drain()

    assert (await door.post(content=body, headers=NDJSON)).status_code == 207
    work.cancel()
    await door.client.aclose()


async def test_ready_says_no_without_storage_and_health_says_alive(door: Door) -> None:
    assert (await door.client.get("/ready")).status_code == 200
    door.sink.stalled = True

    response = await door.client.get("/ready")

    assert (response.status_code, response.json()) == (503, {"kafka": False})
    assert (await door.client.get("/health")).json() == {"status": "alive"}


async def test_openapi_names_the_interface(door: Door) -> None:
    paths = (await door.client.get("/openapi.json")).json()["paths"]

    assert {"/ingest/{city}/{vendor}/{model}", "/ingest/{city}/{vendor}/{model}/{thing}"} < set(
        paths
    )
