"""The audit finds what somebody took away, planted or skipped, and nothing where all is sound."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.audit import Report, audit
from deploy.audit.finding import Kind
from deploy.drain import drain
from schemas import wire
from stream_processors.kafka_client import reader, record_of
from stream_processors.record import fingerprint
from tests.faults.pipeline import CITY, Pipeline, pipeline

pytestmark = [
    pytest.mark.real,
    pytest.mark.xdist_group("audit"),
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
]

SOURCE = f"city/{CITY}/telraam/v2/kerkstraat"
PARTITION = 1
NOW = datetime.now(UTC).replace(microsecond=0)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def said(hour: int, *, cars: float = 120, uptime: float = 0.8) -> bytes:
    """Return what a counter says of an hour: one observation a field."""
    date = (NOON + timedelta(hours=hour)).isoformat()
    record = {"segment_id": 1, "date": date, "interval": "hourly", "uptime": uptime, "car": cars}
    return json.dumps(record).encode()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pipeline]:
    """Yield a pipeline with readings of every outcome, all dealt with."""
    folder = tmp_path_factory.mktemp("audit")
    folder.chmod(0o755)
    async with pipeline(folder) as made:
        await made.run_only(("normalise", "store"))
        new = [said(hour) for hour in range(30)]
        again, corrected = [said(hour) for hour in range(5)], [said(7, cars=121)]
        nothing, unreadable = [said(40, uptime=0)], [b"{", b"[]"]
        await bring(made, [*new, *again, *corrected, *nothing, *unreadable])
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def database(made: Pipeline) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection with which a test spoils things."""
    connection = await asyncpg.connect(made.stack.database.dsn.get_secret_value())
    yield connection
    await connection.close()


async def bring(made: Pipeline, payloads: Sequence[bytes]) -> None:
    """Put readings on Kafka as the gateway does, and wait until they are dealt with."""
    await put(made, payloads)
    assert await drained(made)


async def put(made: Pipeline, payloads: Sequence[bytes]) -> None:
    """Put readings on Kafka as the gateway does."""
    producer = AIOKafkaProducer(bootstrap_servers=made.kafka.bootstrap, acks="all")
    await producer.start()
    for number, payload in enumerate(payloads):
        received_time = NOW + timedelta(milliseconds=number)
        reading = wire.Reading(
            city=CITY, source=SOURCE, received_time=received_time, payload=payload
        )
        headers, key = wire.reading_headers(reading), wire.record_key(CITY, SOURCE)
        await producer.send_and_wait(
            wire.READINGS, payload, key=key, headers=headers, partition=PARTITION
        )
    await producer.stop()


async def drained(made: Pipeline) -> bool:
    """Wait until everything on Kafka is in the database."""
    return await drain(made.kafka, made.stack.database, patience_seconds=30)


async def audited(made: Pipeline) -> Report:
    """Audit as an operator does."""
    connection = await asyncpg.connect(made.stack.database.dsn.get_secret_value())
    try:
        return await audit(connection, made.kafka, NOW)
    finally:
        await connection.close()


def kinds(report: Report) -> list[Kind]:
    """Return what kinds of findings there are."""
    return [finding.kind for finding in report.findings]


async def test_sound_installation_gives_no_finding_and_every_reading_one_outcome(
    made: Pipeline,
) -> None:
    report = await audited(made)

    (counts,) = report.tally.rows.values()
    assert report.findings == ()
    assert (counts.received, counts.stored, counts.duplicate) == (39, 31, 5)
    assert (counts.empty, counts.rejected, counts.missing) == (1, 2, 0)
    assert report.tally.by_city() == {CITY: counts}
    assert list(report.tally.unbalanced()) == []


async def test_deleted_observation_is_found(made: Pipeline, database: asyncpg.Connection) -> None:
    start = NOON + timedelta(hours=9)
    async with spoilt(database, "observation", f"phenomenon_start = '{start}'"):
        report = await audited(made)

    assert kinds(report) == ["observation.missing", "publication.surplus"]
    assert report.findings[0].where["source"] == SOURCE
    assert [counts.missing for _, counts in report.tally.unbalanced()] == [1]


async def test_planted_version_with_the_same_result_is_found(
    made: Pipeline, database: asyncpg.Connection
) -> None:
    await database.execute(
        "insert into observation_version select *, now(), sequence, false from observation "
        "where phenomenon_start = $1 limit 1",
        NOON + timedelta(hours=11),
    )
    report = await audited(made)
    await database.execute(
        "delete from observation_version where phenomenon_start = $1", NOON + timedelta(hours=11)
    )

    assert kinds(report) == ["publication.missing", "version.repeated"]


async def test_publication_that_misses_one_is_found(
    made: Pipeline, database: asyncpg.Connection
) -> None:
    async with spoilt(
        database, "publication", "first_sequence = (select min(first_sequence) from publication)"
    ):
        first_gone = await audited(made)
    await bring(made, [said(hour) for hour in range(50, 53)])
    second = "first_sequence = (select min(last_sequence) + 1 from publication)"
    async with spoilt(database, "publication", second):
        middle_gone = await audited(made)

    assert first_gone.findings == ()  # older ones are let go after the resume horizon
    assert kinds(middle_gone)[0] == "publication.gap"
    assert {*kinds(middle_gone)[1:]} == {"publication.missing"}


async def test_missing_dead_letter_is_found(made: Pipeline, database: asyncpg.Connection) -> None:
    newest = "dead_letter_id = (select max(dead_letter_id) from dead_letter)"
    async with spoilt(database, "dead_letter", newest):
        report = await audited(made)

    assert kinds(report) == ["dead-letter.missing"]


async def test_reading_that_normalise_skipped_is_found(made: Pipeline) -> None:
    """Somebody sets the group's offset forward."""
    await made.parts["normalise"].stop()
    await put(made, [said(60), said(61)])
    await move_group_on(made)
    await made.parts["normalise"].start()
    assert await drained(made)

    report = await audited(made)

    assert kinds(report) == ["reading.skipped"]
    assert [one.received - one.stored - one.duplicate for _, one in report.tally.unbalanced()]


async def test_record_that_the_store_skipped_is_found(
    made: Pipeline, database: asyncpg.Connection
) -> None:
    """Somebody moves the database's place forward, and knows how."""
    before = kinds(await audited(made))
    await made.parts["store"].stop()
    await put(made, [said(70), said(71)])
    await skip_in_database(made, database)
    await made.parts["store"].start()
    assert await drained(made)

    report = await audited(made)

    assert sorted([*before, "observation.missing", "reading.unaccounted"]) == sorted(kinds(report))


@asynccontextmanager
async def spoilt(connection: asyncpg.Connection, table: str, which: str) -> AsyncIterator[None]:
    """Take rows away while the context lasts."""
    await connection.execute(f"create temporary table kept as select * from {table} where {which}")
    await connection.execute(f"delete from {table} where {which}")
    yield
    await connection.execute(f"insert into {table} overriding system value select * from kept")
    await connection.execute("drop table kept")


async def move_group_on(made: Pipeline) -> None:
    """Commit the offset after the next reading for normalise's group."""
    place = TopicPartition(wire.READINGS, PARTITION)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=made.kafka.bootstrap, group_id="normalise", enable_auto_commit=False
    )
    await consumer.start()
    consumer.assign([place])
    known = await consumer.committed(place)
    assert known is not None
    await consumer.commit({place: known + 1})
    await consumer.stop()


async def skip_in_database(made: Pipeline, database: asyncpg.Connection) -> None:
    """Let the store's place lie after the record that it would read next."""
    place = TopicPartition(wire.OBSERVATIONS, PARTITION)
    (known,) = await database.fetch(
        "select next_offset from kafka_offset where topic = $1 and partition = $2", *place
    )
    consumer = reader(made.kafka)
    await consumer.start()
    consumer.assign([place])
    consumer.seek(place, known["next_offset"])
    skipped = record_of(await consumer.getone(place))
    await consumer.stop()
    await database.execute(
        "update kafka_offset set next_offset = $3, fingerprint = $4 "
        "where topic = $1 and partition = $2",
        *place,
        skipped.offset + 1,
        fingerprint(skipped),
    )
