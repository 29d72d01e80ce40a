"""Dead letters are grouped, weighed against what was received, and replayed with one effect."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from api.dead_letters.letters import Wanted as Letters
from api.dead_letters.letters import read_groups
from deploy.dead_letter_replay import Wanted, replay
from deploy.sql import query
from deploy.stack.embedded_kafka import EmbeddedKafka
from schemas.settings import DatabaseConnection
from schemas.wire import DeadLetter, Reading, Rejection
from stream_processors.statements import statement
from stream_processors.store.dead_letter import columns_of
from tests.stream_processors.packs import RECEIVED, reading, write_pack
from tests.stream_processors.running import accounted, create, journey, send, until

pytestmark = pytest.mark.embedded
BROKEN = 3


@pytest_asyncio.fixture
async def kafka(tmp_path: Path) -> AsyncIterator[EmbeddedKafka]:
    """Yield a Kafka of the test's own, with the topics."""
    async with EmbeddedKafka(tmp_path / "kafka") as service:
        await create(service.connection)
        yield service


@pytest_asyncio.fixture
async def client(embedded_database: DatabaseConnection) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def letters(client: asyncpg.Connection) -> list[DeadLetter]:
    """Keep a dead letter of each of three minutes."""
    made = [_letter(number) for number in range(BROKEN)]
    await client.execute(
        statement("stream_processors.store", "keep_dead_letters"), *columns_of(made)
    )
    return made


async def test_letter_is_replayed_until_it_is_mended_and_gives_each_observation_once(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    client: asyncpg.Connection,
    tmp_path: Path,
) -> None:
    pack = write_pack(tmp_path)
    connection, wanted = kafka.connection, Wanted(city="stad-a")
    async with journey(connection, embedded_database, pack):
        await send(connection, [reading(9), *(_broken(number) for number in range(BROKEN))])
        await until(lambda: _open(client, BROKEN))
        before = await _letters(client)
        assert len(await replay(client, connection, wanted)) == BROKEN
        await accounted(embedded_database, 1 + 2 * BROKEN)
        await until(lambda: _open(client, BROKEN))
    # Rejected once more: the same letters are open again, with the place of now.
    assert await _letters(client) == [(number, place + BROKEN) for number, place in before]

    _mend(pack)
    async with journey(connection, embedded_database, pack):
        assert len(await replay(client, connection, wanted)) == BROKEN
        assert await replay(client, connection, wanted) == []
        # As if it had been killed between sending and marking.
        await client.execute("update dead_letter set replayed_at = null")
        assert len(await replay(client, connection, wanted)) == BROKEN
        await accounted(embedded_database, 1 + 4 * BROKEN)

    sums = await client.fetchrow(
        "select sum(observations)::int, sum(duplicates)::int, sum(corrections)::int from account"
    )
    assert await client.fetchval("select count(*) from observation") == 1 + BROKEN
    assert tuple(sums or ()) == (1 + BROKEN, BROKEN, 0)
    assert await _open(client, 0)


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        (Wanted(city="stad-b"), 0),
        (Wanted(profile="proef/teller"), BROKEN),
        (Wanted(profile="proef/meter"), 0),
        (Wanted(reason="payload.malformed"), 0),
        (Wanted(since=RECEIVED + timedelta(minutes=2)), 1),
        (Wanted(ids=[-1]), 0),
    ],
    ids=str,
)
async def test_replay_takes_what_is_wanted_and_a_dry_run_tells_how_many(
    kafka: EmbeddedKafka,
    client: asyncpg.Connection,
    letters: list[DeadLetter],
    wanted: Wanted,
    taken: int,
) -> None:
    told = await client.fetchrow(query("dead_letters_replayable"), *wanted)

    assert tuple(told or ()) == (taken, 0)
    assert await _open(client, BROKEN)
    assert len(await replay(client, kafka.connection, wanted)) == taken
    assert await _open(client, BROKEN - taken)


async def test_letter_without_its_whole_payload_stays(
    kafka: EmbeddedKafka, client: asyncpg.Connection, letters: list[DeadLetter]
) -> None:
    await client.execute("update dead_letter set payload = substr(payload, 1, 3)")

    assert await replay(client, kafka.connection, Wanted()) == []
    assert tuple(await client.fetchrow(query("dead_letters_replayable"), *Wanted()) or ()) == (
        0,
        3,
    )


async def test_letters_are_counted_by_any_of_their_marks(
    client: asyncpg.Connection, letters: list[DeadLetter]
) -> None:
    async def groups(by: str | None) -> list[tuple[object, ...]]:
        rows = await read_groups(client, Letters(), by)
        names = ("city", "profile", "reason", "letters", "replayed")
        return [tuple(row.get(name) for name in names) for row in rows]

    assert await groups("city") == [("stad-a", None, None, BROKEN, 0)]
    assert await groups("profile") == [(None, "proef/teller", None, BROKEN, 0)]
    assert await groups("reason") == [
        (None, None, "payload.no-known-field", BROKEN, 0),
        (None, None, "time.missing", BROKEN, 0),
    ]
    assert [row[:4] for row in await groups(None)] == [
        ("stad-a", "proef/teller", "payload.no-known-field", BROKEN),
        ("stad-a", "proef/teller", "time.missing", BROKEN),
    ]


async def test_share_is_what_was_rejected_of_what_was_received(
    client: asyncpg.Connection,
) -> None:
    await client.execute(
        "insert into account (city, profile, hour, normalised, empty, rejected) values "
        "('stad-a', 'proef/teller', $1, 3, 4, 1), ('stad-a', 'proef/meter', $1, 5, 0, 0), "
        "('stad-b', 'proef/teller', $1, 0, 0, 2), ('stad-a', 'proef/teller', $2, 0, 0, 9)",
        RECEIVED,
        RECEIVED - timedelta(hours=1),
    )
    at_gateway = [_letter(n, station="ingest", profile="") for n in range(2)]
    at_gateway.append(_letter(2, station="ingest"))
    await client.execute(
        statement("stream_processors.store", "keep_dead_letters"), *columns_of(at_gateway)
    )

    async def shares(city: str | None, begin: datetime) -> list[tuple[object, ...]]:
        rows = await client.fetch(query("rejected_shares"), city, None, begin)
        return [tuple(row) for row in rows]

    assert await shares("stad-a", RECEIVED + timedelta(minutes=59)) == [
        ("stad-a", "", 2, 2, 1.0),
        ("stad-a", "proef/teller", 9, 2, 2 / 9),
    ]
    assert await shares("stad-b", RECEIVED) == [("stad-b", "proef/teller", 2, 2, 1.0)]
    assert await shares(None, RECEIVED + timedelta(hours=1)) == []


def _broken(number: int) -> Reading:
    payload = b'{"cars": %d, "time": "2026-06-01T12:%02d:00Z"}' % (number, number)
    return reading(number, payload=payload)


def _letter(number: int, **fields: Any) -> DeadLetter:
    broken = _broken(number)
    reasons = ("payload.no-known-field", "time.missing")
    given: dict[str, Any] = {
        "city": "stad-a",
        "source": broken.source,
        "received_time": broken.received_time,
        "rejections": tuple(Rejection(reason=one, detail="so") for one in reasons),
        "payload": broken.payload,
        "payload_bytes": len(broken.payload),
        "payload_sha256": hashlib.sha256(broken.payload).hexdigest(),
        "station": "normalise",
        "profile": "proef/teller",
        "profile_version": 1,
        "partition": 0,
        "offset": number,
    }
    return DeadLetter(**(given | fields))


async def _letters(client: asyncpg.Connection) -> list[tuple[int, int]]:
    rows = await client.fetch("select dead_letter_id, reading_offset from dead_letter order by 1")
    return [(row[0], row[1]) for row in rows]


async def _open(client: asyncpg.Connection, number: int) -> bool:
    found = await client.fetchval("select count(*) from dead_letter where replayed_at is null")
    return bool(found == number)


def _mend(pack: Path) -> None:
    file = pack / "profiles/proef/teller.yaml"
    text = file.read_text().replace("path: car\n", "path: cars || car\n")
    file.write_text(text.replace("version: 1", "version: 2"))
