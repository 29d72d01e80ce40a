"""A copy taken under load, restored elsewhere: nothing lost, nothing twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from deploy.backup import back_up, check, restore
from deploy.drain import drain
from deploy.installation import Installation
from deploy.stack import Stack, Topic, create_topics, real_stack
from schemas import wire
from schemas.errors import Misconfigured
from schemas.settings import KafkaConnection
from tests.faults.pipeline import CITY, PARTITIONS, Pipeline, pipeline

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOURCE = f"city/{CITY}/telraam/v2/kerkstraat"
BEFORE, DURING, AFTER = 100, 400, 50


@pytest.fixture(autouse=True)
def _others_may_pass(tmp_path: Path) -> None:
    """The database runs as another user."""
    tmp_path.chmod(0o755)


@pytest.mark.real
@pytest.mark.timeout(290)
async def test_copy_taken_under_load_and_kafka_read_on_lose_and_double_nothing(
    tmp_path: Path,
) -> None:
    old, new, anew = (tmp_path / name for name in ("old", "new", "anew"))
    async with pipeline(old) as made:
        await _start(made)
        await put(made.kafka, range(BEFORE))
        load = asyncio.create_task(put(made.kafka, range(BEFORE, BEFORE + DURING), pause=0.01))
        await back_up(
            made.installation, made.stack.database_service, made.kafka, tmp_path / "copy"
        )
        await load
        assert await drain(made.kafka, made.stack.database, patience_seconds=60)
        whole = await stored(made.stack)

    restore(tmp_path / "copy", new, kafka=old)
    async with going_on(new) as again:
        behind = await stored(again.stack)
        await _start(again)
        assert await drain(again.kafka, again.stack.database, patience_seconds=60)
        read_on = await stored(again.stack)
    assert BEFORE <= len(behind) < len(whole) == BEFORE + DURING
    assert read_on == whole

    # Kafka is lost, too: what was acknowledged before the copy is there, and what comes is stored.
    restore(tmp_path / "copy", anew)
    async with going_on(anew) as again:
        await _start(again)
        await put(again.kafka, range(BEFORE - 10, BEFORE))
        await put(again.kafka, range(1000, 1000 + AFTER))
        assert await drain(again.kafka, again.stack.database, patience_seconds=60)
        found = await stored(again.stack)
    assert {*range(BEFORE), *range(1000, 1000 + AFTER)} <= {hour for hour, _ in found}
    assert len(found) == len({hour for hour, _ in found}) == len(behind) + AFTER


def test_damaged_copy_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "database").mkdir(parents=True)
    (copy / "database/base.tar").write_bytes(b"x")
    (copy / "copy.json").write_text(json.dumps({"files": {"database/base.tar": "0" * 64}}))

    with pytest.raises(Misconfigured, match=r"base\.tar is missing or damaged"):
        check(copy)
    with pytest.raises(Misconfigured, match="no copy of an installation"):
        check(tmp_path)


def test_restore_touches_no_installation_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "cities").mkdir()

    with pytest.raises(Misconfigured, match="is not empty"):
        restore(tmp_path / "copy", tmp_path)


@asynccontextmanager
async def going_on(folder: Path) -> AsyncIterator[Pipeline]:
    """Yield the services of a restored installation, ready for our processes."""
    sooner = {"group.min.session.timeout.ms": "500"}
    async with real_stack(data_dir=folder, kafka_settings=sooner) as stack:
        topics = (wire.READINGS, wire.OBSERVATIONS, wire.DEAD_LETTERS)
        await create_topics(stack.kafka, {one: Topic(partitions=PARTITIONS) for one in topics})
        made = Pipeline(Installation(folder), stack)
        try:
            yield made
        finally:
            await asyncio.gather(*(part.kill() for part in made.parts.values()))


async def _start(made: Pipeline) -> None:
    await made.run_only(("normalise", "store"))


async def put(kafka: KafkaConnection, hours: range, *, pause: float = 0.0) -> None:
    """Put readings on Kafka as the gateway does, one an hour."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all")
    await producer.start()
    for hour in hours:
        payload = _said(hour)
        reading = wire.Reading(
            city=CITY, source=SOURCE, received_time=datetime.now(UTC), payload=payload
        )
        await producer.send_and_wait(
            wire.READINGS,
            payload,
            key=wire.record_key(CITY, SOURCE),
            headers=wire.reading_headers(reading),
        )
        await asyncio.sleep(pause)
    await producer.stop()


def _said(hour: int) -> bytes:
    date = (NOON + timedelta(hours=hour)).isoformat()
    record = {"segment_id": 1, "date": date, "interval": "hourly", "uptime": 0.8, "car": hour}
    return json.dumps(record).encode()


async def stored(stack: Stack) -> list[tuple[Any, ...]]:
    """Return which hours are stored, with their values; each must have been published once."""
    connection = await asyncpg.connect(stack.database.dsn.get_secret_value())
    try:
        rows = await connection.fetch(
            "select (extract(epoch from phenomenon_start - $1) / 3600)::int, result_number "
            "from observation order by 1",
            NOON,
        )
        published = await connection.fetchval("select sum(observation_count) from publication")
        versions = await connection.fetchval("select count(*) from observation_version")
    finally:
        await connection.close()
    assert (published, versions) == (len(rows), 0)
    return [tuple(row) for row in rows]
