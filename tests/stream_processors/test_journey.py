"""Readings through Kafka, normalise and store into the database."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from deploy.stack.embedded_kafka import EmbeddedKafka
from schemas import wire
from schemas.settings import DatabaseConnection
from tests.stream_processors.packs import reading, write_pack
from tests.stream_processors.running import (
    accounted,
    create,
    journey,
    log_of,
    send,
    send_raw,
    until,
)

pytestmark = pytest.mark.embedded


@pytest_asyncio.fixture
async def kafka(tmp_path: Path) -> AsyncIterator[EmbeddedKafka]:
    """Yield a Kafka of the test's own, with the topics."""
    async with EmbeddedKafka(tmp_path / "kafka") as service:
        await create(service.connection)
        yield service


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path)


@pytest_asyncio.fixture
async def database_client(
    embedded_database: DatabaseConnection,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(embedded_database.dsn.get_secret_value())
    yield connection
    await connection.close()


async def test_readings_become_observations_and_dead_letters(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    database_client: "asyncpg.Connection[asyncpg.Record]",
    pack: Path,
) -> None:
    await send(kafka.connection, [reading(n) for n in range(5)], partition=0)
    await send(kafka.connection, [reading(9, payload=b"{")], partition=1)
    await send_raw(kafka.connection, wire.READINGS, [(b"k", b"v", [("wire", b"9")])], partition=1)
    await send(kafka.connection, [reading(7, thing="sluis")], partition=1)

    async with journey(kafka.connection, embedded_database, pack):
        await accounted(embedded_database, 8)

        async def both_letters() -> bool:
            return bool(await database_client.fetchval("select count(*) = 2 from dead_letter"))

        await until(both_letters)

    values = await database_client.fetch("select result_number from observation order by sequence")
    letters = await database_client.fetch("select * from dead_letter order by reading_offset")
    things = await database_client.fetch("select name, open from thing order by name")
    assert sorted(row["result_number"] for row in values) == [0, 1, 2, 3, 4, 7]
    assert [
        (row["reasons"], row["reading_partition"], row["reading_offset"]) for row in letters
    ] == [
        (["payload.malformed"], 1, 0),
        (["wire.unknown"], 1, 1),
    ]
    assert [tuple(row) for row in things] == [("brug", True), ("sluis", True)]


_KNOWN = wire.reading_headers(reading())
POISON: dict[str, tuple[bytes, list[tuple[str, bytes]], str]] = {
    "of a wire to come": (b"0", [("wire", b"9")], "wire.unknown"),
    "no headers": (b"1", [], "wire.unknown"),
    "no UTF-8": (b"2", [*_KNOWN, ("city", b"\xff")], "wire.unknown"),
    "no zone": (b"3", [*_KNOWN, ("receivedTime", b"2026-06-01T12:00:00")], "wire.unknown"),
    "half": (b'{"car": 1', _KNOWN, "payload.malformed"),
    "deep": (b"[" * 100_000, _KNOWN, "payload.too-deep"),
}
"""Records that no processor can read: payload, headers (the last of a name counts), reason.

The payloads differ, for the same from the same source at the same time is one dead letter."""


async def test_poison_in_the_middle_of_batches_is_kept_and_the_others_go_on(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    database_client: "asyncpg.Connection[asyncpg.Record]",
    pack: Path,
) -> None:
    records = []
    for number, (payload, headers, _) in enumerate(POISON.values()):
        good = reading(number)
        key = wire.record_key(good.city, good.source)
        records += [(key, good.payload, wire.reading_headers(good)), (key, payload, headers)]
    await send_raw(kafka.connection, wire.OBSERVATIONS, [(b"k", b"no JSON", [])])
    await send_raw(kafka.connection, wire.READINGS, records)

    async def all_there() -> bool:
        letters = await database_client.fetchval("select count(*) from dead_letter")
        good = await database_client.fetchval("select count(*) from observation")
        return bool((letters, good) == (len(POISON) + 1, len(POISON)))

    async with journey(kafka.connection, embedded_database, pack):
        await until(all_there, seconds=90)

    values = await database_client.fetch("select result_number from observation order by 1")
    letters = await database_client.fetch(
        "select reasons[1], reading_offset from dead_letter where station = 'normalise' order by 2"
    )
    assert [row[0] for row in values] == [*range(len(POISON))]
    assert [tuple(row) for row in letters] == [
        (reason, 2 * number + 1) for number, (_, _, reason) in enumerate(POISON.values())
    ]


async def test_each_reading_is_one_record_in_the_same_partition_and_order(
    kafka: EmbeddedKafka, embedded_database: DatabaseConnection, pack: Path
) -> None:
    await send(kafka.connection, [reading(n) for n in range(50)], partition=1)

    async with journey(kafka.connection, embedded_database, pack):
        await accounted(embedded_database, 50)

    records = await log_of(kafka.connection, wire.OBSERVATIONS, 1)
    assert [wire.read_normalised(one.value).offset for one in records] == list(range(50))


async def test_restart_neither_loses_nor_doubles(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    database_client: "asyncpg.Connection[asyncpg.Record]",
    pack: Path,
) -> None:
    for part in range(3):
        await send(kafka.connection, [reading(part * 20 + n) for n in range(20)])
        async with journey(kafka.connection, embedded_database, pack):
            await accounted(embedded_database, (part + 1) * 20)

    account = await database_client.fetchrow(
        "select sum(normalised)::int, sum(observations)::int, sum(duplicates)::int from account"
    )
    assert tuple(account or ()) == (60, 60, 0)


async def test_kafka_that_begins_empty_is_read_from_its_beginning(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    database_client: "asyncpg.Connection[asyncpg.Record]",
    pack: Path,
) -> None:
    await send(kafka.connection, [reading(n) for n in range(10)])
    async with journey(kafka.connection, embedded_database, pack):
        await accounted(embedded_database, 10)
    await kafka.stop()
    await kafka.start()
    await create(kafka.connection)
    # More than before, so that the stored offset lies inside of the new log.
    await send(kafka.connection, [reading(n) for n in range(10, 40)])

    async with journey(kafka.connection, embedded_database, pack):
        await accounted(embedded_database, 40)

    assert await database_client.fetchval("select count(*) from observation") == 40


async def test_kafka_that_restarts_empty_under_a_running_store_loses_nothing(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    database_client: "asyncpg.Connection[asyncpg.Record]",
    pack: Path,
) -> None:
    await send(kafka.connection, [reading(n) for n in range(10)])
    async with journey(kafka.connection, embedded_database, pack):
        await accounted(embedded_database, 10)
        await kafka.kill()
        await kafka.start()
        await create(kafka.connection)
        await send(kafka.connection, [reading(n) for n in range(10, 15)])
        await accounted(embedded_database, 15)

    assert await database_client.fetchval("select count(*) from observation") == 15


async def test_several_processes_share_the_work_and_its_order(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    database_client: "asyncpg.Connection[asyncpg.Record]",
    pack: Path,
) -> None:
    """A second pair joins and leaves again while readings come."""
    for partition in range(2):
        batch = [reading(n, thing=f"t{partition}") for n in range(200)]
        await send(kafka.connection, batch, partition=partition)
    async with journey(kafka.connection, embedded_database, pack):
        async with journey(kafka.connection, embedded_database, pack):
            for partition in range(2):
                batch = [reading(200 + n, thing=f"t{partition}") for n in range(200)]
                await send(kafka.connection, batch, partition=partition)
            await accounted(embedded_database, 500)
        await send(kafka.connection, [reading(400 + n, thing="t0") for n in range(100)])
        await accounted(embedded_database, 900)

    row = await database_client.fetchrow(
        "select sum(normalised)::int, sum(observations)::int, "
        "sum(normalised + empty + rejected)::int from account"
    )
    sequences = await database_client.fetch("select sequence from observation order by 1")
    assert tuple(row or ()) == (900, 900, 900)
    assert [one[0] for one in sequences] == list(range(1, 901))


async def test_database_that_is_away_for_a_while_loses_nothing(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    database_client: "asyncpg.Connection[asyncpg.Record]",
    pack: Path,
) -> None:
    async with journey(kafka.connection, embedded_database, pack):
        await send(kafka.connection, [reading(n) for n in range(5)])
        await accounted(embedded_database, 5)
        for number in range(5, 10):
            await database_client.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and application_name like 'stadspuls-%'"
            )
            await send(kafka.connection, [reading(number)])
        await accounted(embedded_database, 10)

    assert await database_client.fetchval("select count(*) from observation") == 10


async def test_redelivery_is_recognised_by_the_next_owner_of_a_partition(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    database_client: "asyncpg.Connection[asyncpg.Record]",
    pack: Path,
) -> None:
    await send(kafka.connection, [reading(1, model="meter", seconds=0)])
    async with journey(kafka.connection, embedded_database, pack):
        await accounted(embedded_database, 1)
    await send(kafka.connection, [reading(1, model="meter", seconds=5, dup=True)])
    async with journey(kafka.connection, embedded_database, pack):
        await accounted(embedded_database, 2)

    account = await database_client.fetchrow("select normalised, empty from account")
    assert tuple(account or ()) == (1, 1)


async def test_profile_that_fails_is_stopped_and_the_others_go_on(
    kafka: EmbeddedKafka,
    embedded_database: DatabaseConnection,
    database_client: "asyncpg.Connection[asyncpg.Record]",
    pack: Path,
) -> None:
    async with journey(kafka.connection, embedded_database, pack, stop_after_readings=20):
        await send(kafka.connection, [reading(n, payload=b"{") for n in range(20)])
        await accounted(embedded_database, 20)
        await send(kafka.connection, [reading(n) for n in range(5)])
        await send(kafka.connection, [reading(n, model="meter") for n in range(5)])
        await accounted(embedded_database, 30)

        async def kept() -> bool:
            return bool(await database_client.fetchval("select count(*) = 25 from dead_letter"))

        await until(kept)

    waiting = await database_client.fetchval(
        "select count(*) from dead_letter where 'profile.stopped' = any(reasons)"
    )
    assert waiting == 5
    assert await database_client.fetchval("select count(*) from observation") == 5
