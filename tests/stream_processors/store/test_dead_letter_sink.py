"""Dead letters from Kafka are kept, each once."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from schemas import wire
from schemas.errors import Fenced
from schemas.settings import DatabaseConnection
from schemas.wire import DeadLetter, Rejection
from stream_processors.monitor import Monitor
from stream_processors.record import Record
from stream_processors.settings import StoreSettings
from stream_processors.store.dead_letter_sink import DeadLetterSink
from stream_processors.store.ownership import Ownership
from tests.stream_processors.scene import NOON, metric


@pytest_asyncio.fixture
async def client(
    database: DatabaseConnection,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def sink(database: DatabaseConnection) -> AsyncIterator[DeadLetterSink]:
    made = DeadLetterSink(StoreSettings(database=database), Monitor())
    yield made
    await made.close()


def _letter(offset: int, **fields: Any) -> DeadLetter:
    payload = b"\xff\0 broken"
    given: dict[str, Any] = {
        "city": "stad-a",
        "source": "city/stad-a/v/m/t",
        "received_time": NOON,
        "rejections": (Rejection(reason="payload.malformed", detail='say "no" \\ {x}'),),
        "payload": payload,
        "payload_bytes": len(payload),
        "payload_sha256": hashlib.sha256(payload).hexdigest(),
        "station": "normalise",
        "partition": 0,
        "offset": offset,
    }
    return DeadLetter(**(given | fields))


def _record(offset: int, value: bytes) -> Record:
    return Record(
        topic=wire.DEAD_LETTERS, partition=0, offset=offset, timestamp=5, key=b"k", value=value
    )


async def _keep(sink: DeadLetterSink, *letters: DeadLetter | bytes, first: int = 0) -> Ownership:
    ownership = Ownership(known=await sink.take_over([0]))
    values = [one if isinstance(one, bytes) else wire.encode(one) for one in letters]
    await sink.write([_record(first + n, one) for n, one in enumerate(values)], ownership)
    return ownership


async def test_dead_letter_is_kept_as_it_came(
    sink: DeadLetterSink, client: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    odd = (Rejection(reason='a "b",{c}', detail="nul \0", where="x[0]"),)
    await _keep(sink, _letter(3), _letter(4, rejections=odd, source="nul \0"))

    rows = await client.fetch("select * from dead_letter order by reading_offset")
    assert [row["reasons"] for row in rows] == [["payload.malformed"], ['a "b",{c}']]
    assert rows[0]["payload"] == b"\xff\0 broken"
    assert rows[1]["source"] == "nul \ufffd"


async def test_dead_letter_that_comes_twice_is_kept_once(
    sink: DeadLetterSink, client: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await _keep(sink, _letter(3))
    another = _letter(4, payload_sha256="another")
    await _keep(sink, _letter(3), another, another, first=1)

    assert await client.fetchval("select count(*) from dead_letter") == 2


async def test_record_that_is_no_dead_letter_is_kept_as_one(
    sink: DeadLetterSink, client: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await _keep(sink, b"\xff", _letter(1))

    reasons = await client.fetch("select reasons from dead_letter order by 1")
    assert [row[0] for row in reasons] == [["payload.malformed"], ["wire.unknown"]]


async def test_old_owner_cannot_commit(sink: DeadLetterSink) -> None:
    old = Ownership(known=await sink.take_over([0]))
    await _keep(sink, _letter(1))

    with pytest.raises(Fenced):
        await sink.write([_record(0, wire.encode(_letter(1)))], old)


async def test_dead_letters_are_counted_by_station(sink: DeadLetterSink) -> None:
    await _keep(sink, _letter(1), _letter(2, station="ingest"))

    assert metric(sink._monitor, "stadspuls_store_dead_letters_total", station="ingest") == 1


async def test_letter_that_comes_again_after_a_replay_is_open_with_the_reason_of_now(
    sink: DeadLetterSink, client: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    now = (Rejection(reason="field.unit", detail="another"),)
    await _keep(sink, _letter(3))
    await _keep(sink, _letter(9, rejections=now, profile_version=2), first=1)
    untouched = await client.fetchrow("select reasons, replayed_at from dead_letter")
    await client.execute("update dead_letter set replayed_at = now()")

    await _keep(sink, _letter(10, rejections=now, profile_version=2), first=2)

    opened = await client.fetchrow(
        "select reasons, replayed_at, reading_offset, profile_version from dead_letter"
    )
    assert tuple(untouched or ()) == (["payload.malformed"], None)
    assert tuple(opened or ()) == (["field.unit"], None, 10, 2)
