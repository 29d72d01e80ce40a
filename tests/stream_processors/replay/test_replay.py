"""Old readings by a mended profile: through Kafka, the store and the database."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from deploy.log_ends import log_ends
from deploy.stack.apache_kafka import ApacheKafka
from deploy.stack.embedded_kafka import EmbeddedKafka
from schemas.cities.registry import load_registry
from schemas.errors import Misconfigured
from schemas.settings import DatabaseConnection, KafkaConnection
from schemas.wire import READINGS
from stream_processors.replay import store_target
from stream_processors.replay.replay import Order, Report, run_replay
from stream_processors.replay.selection import Selection
from stream_processors.replay.store_target import WAITING_READINGS
from tests.stream_processors.packs import reading, write_pack
from tests.stream_processors.running import accounted, create, journey, send, until

COUNT = 40
embedded_alone = pytest.mark.parametrize(
    "stack", [pytest.param("embedded", marks=pytest.mark.embedded)], indirect=True
)
MEND: dict[str, Any] = {"scale": 10, "missing": [0, 1]}


@pytest_asyncio.fixture
async def kafka(stack: Any, tmp_path: Path) -> AsyncIterator[KafkaConnection]:
    """Yield a Kafka of the test's own, with the topics."""
    service = EmbeddedKafka if stack.variant == "embedded" else ApacheKafka
    async with service(tmp_path / "kafka") as running:
        await create(running.connection)
        yield running.connection


@pytest_asyncio.fixture
async def client(
    database: DatabaseConnection,
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database.dsn.get_secret_value())
    yield connection
    await connection.close()


def order(
    kafka: KafkaConnection,
    database: DatabaseConnection,
    pack: Path,
    ends: Mapping[int, int],
    **more: Any,
) -> Order:
    return Order(
        kafka=kafka,
        database=database,
        registry=load_registry([pack]),
        selection=more.pop("selection", Selection()),
        ends=ends,
        **more,
    )


def counts(report: Report) -> dict[str, int]:
    outcome = report.outcome
    return {
        "new": outcome.observations,
        "unchanged": outcome.duplicates,
        "corrected": outcome.corrections,
        "withdrawn": outcome.withdrawals,
    }


async def published(client: "asyncpg.Connection[asyncpg.Record]") -> int:
    return int(await client.fetchval("select last_sequence from publication_lane"))


def quiet(what: str, done: int, total: int) -> None:
    """Show nothing."""


async def test_mended_profile_corrects_and_withdraws_once_while_live_readings_go_on(
    kafka: KafkaConnection,
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    pack = write_pack(tmp_path)
    async with journey(kafka, database, pack):
        for partition in (0, 1):
            thing = f"brug-{partition}"
            await send(kafka, [reading(n, thing=thing) for n in range(COUNT)], partition=partition)
        await send(kafka, [reading(0, payload=b'{"auto": 1}')])
        await accounted(database, 2 * COUNT + 1)
    ends = await log_ends(kafka, READINGS)
    mended = write_pack(tmp_path, mend=MEND)

    async with journey(kafka, database, mended):
        wanted = order(kafka, database, mended, ends)
        await send(kafka, [reading(COUNT + n, thing="brug-0") for n in range(COUNT)])
        foreseen = await run_replay(order(kafka, database, mended, ends, is_rehearsal=True), quiet)
        done = await run_replay(wanted, quiet)
        await accounted(database, 3 * COUNT + 1)
        before = await published(client)
        once_more = await run_replay(wanted, quiet)

    expected = {"new": 0, "unchanged": 0, "corrected": 2 * (COUNT - 2), "withdrawn": 4}
    assert counts(foreseen) == counts(done) == expected
    assert (done.readings, done.outcome.rejected, done.outcome.dead_letters) == (81, 1, 1)
    assert counts(once_more) == {
        **expected,
        "unchanged": 2 * (COUNT - 2),
        "corrected": 0,
        "withdrawn": 0,
    }
    assert await published(client) == before
    rows = await client.fetch(
        "select t.name, array_agg(o.result_number order by o.phenomenon_start) as results "
        "from observation as o join datastream using (datastream_id) join thing as t "
        "using (thing_id) group by 1 order by 1"
    )
    mended_values = [10.0 * n for n in range(2, COUNT)]
    live = [10.0 * n for n in range(COUNT, 2 * COUNT)]
    assert [list(row["results"]) for row in rows] == [mended_values + live, mended_values]
    runs = await client.fetch("select * from replay order by begun_at")
    assert [row["ended_at"] is not None for row in runs] == [True, True]
    assert await client.fetchval("select count(*) from dead_letter") == 1


async def test_replay_that_was_interrupted_is_completed_by_the_next(
    kafka: KafkaConnection,
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    count = 2 * WAITING_READINGS + 100
    pack = write_pack(tmp_path)
    async with journey(kafka, database, pack):
        await send(kafka, [reading(n) for n in range(count)])
        await accounted(database, count)
    ends = await log_ends(kafka, READINGS)
    mended = write_pack(tmp_path, mend=MEND)
    begun = asyncio.Event()

    def progress(what: str, done: int, total: int) -> None:
        if what == "replayed":
            begun.set()

    async with journey(kafka, database, mended):
        first = asyncio.create_task(run_replay(order(kafka, database, mended, ends), progress))
        await begun.wait()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await run_replay(order(kafka, database, mended, ends), quiet)

        # What the first one sent is stored as well by now, or comes yet and changes nothing.
        async def at_rest() -> bool:
            return bool(
                await client.fetchval(
                    "select max(result_number) = $1 from observation", 10.0 * (count - 1)
                )
            )

        await until(at_rest)

    changes = await client.fetchrow(
        "select sum(corrections)::int, sum(withdrawals)::int, sum(observations)::int from account"
    )
    assert tuple(changes or ()) == (count - 2, 2, count)


@embedded_alone
async def test_piece_that_is_larger_than_what_may_wait_is_brought_too(
    kafka: KafkaConnection,
    database: DatabaseConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store_target, "WAITING_READINGS", COUNT // 4)
    pack = write_pack(tmp_path)
    async with journey(kafka, database, pack):
        for partition in (0, 1):
            await send(kafka, [reading(n) for n in range(COUNT)], partition=partition)
        await accounted(database, 2 * COUNT)
        ends = await log_ends(kafka, READINGS)

        done = await run_replay(order(kafka, database, pack, ends), quiet)

    assert done.outcome.readings == done.readings == 2 * COUNT


@embedded_alone
async def test_only_what_is_asked_for_is_brought_again(
    kafka: KafkaConnection, database: DatabaseConnection, tmp_path: Path
) -> None:
    pack = write_pack(tmp_path)
    async with journey(kafka, database, pack):
        await send(kafka, [reading(n, thing="brug") for n in range(10)])
        await send(kafka, [reading(n, thing="sluis") for n in range(10)])
        await accounted(database, 20)
    ends = await log_ends(kafka, READINGS)
    mended = write_pack(tmp_path, mend=MEND)
    selection = Selection(source="city/stad-a/proef/teller/sluis", since=reading(5).received_time)

    async with journey(kafka, database, mended):
        done = await run_replay(order(kafka, database, mended, ends, selection=selection), quiet)

    assert (done.readings, done.outcome.corrections) == (5, 5)


@embedded_alone
async def test_profile_that_rejects_everything_takes_nothing_back_unless_forced(
    kafka: KafkaConnection,
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    pack = write_pack(tmp_path)
    async with journey(kafka, database, pack):
        await send(kafka, [reading(n) for n in range(10)])
        await accounted(database, 10)
    ends = await log_ends(kafka, READINGS)
    broken = write_pack(tmp_path, mend={"path": "nothing"})

    async with journey(kafka, database, broken):
        with pytest.raises(Misconfigured, match="rejects 10 of 10"):
            await run_replay(order(kafka, database, broken, ends), quiet)
        assert await client.fetchval("select count(*) from observation") == 10
        done = await run_replay(order(kafka, database, broken, ends, is_forced=True), quiet)

    assert (done.outcome.withdrawals, done.outcome.dead_letters) == (10, 10)


@embedded_alone
async def test_what_kafka_has_no_more_is_told(
    kafka: KafkaConnection,
    database: DatabaseConnection,
    client: "asyncpg.Connection[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    """The database knows of readings that were received before the first one in the log."""
    pack = write_pack(tmp_path)
    async with journey(kafka, database, pack):
        await send(kafka, [reading(n) for n in range(3)])
        await accounted(database, 3)
    await client.execute(
        "insert into account (city, profile, hour, normalised, rejected) values "
        "('stad-a', 'proef/teller', $1, 5, 2), ('stad-a', 'proef/meter', $1, 100, 0)",
        reading(-120).received_time,
    )
    wanted = order(
        kafka,
        database,
        pack,
        await log_ends(kafka, READINGS),
        selection=Selection(profile="proef/teller"),
        is_rehearsal=True,
    )

    done = await run_replay(wanted, quiet)

    assert done.beyond_reach == (reading(0).received_time, 7)
