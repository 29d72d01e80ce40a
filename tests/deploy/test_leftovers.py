"""Whatever happens to us, no service is left running, and the next start is not in its way."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.stack import ServiceFailed, Stack, Topic, create_topics, embedded_stack, real_stack
from deploy.stack.embedded_database import embedded_database
from deploy.stack.embedded_kafka import EmbeddedKafka
from deploy.stack.ports import free_port
from deploy.stack.process import Command
from deploy.stack.tenancy import take_folder
from schemas.settings import KafkaConnection

RUN_STACK = Path(__file__).with_name("run_stack.py")
VARIANTS = [
    pytest.param("embedded", marks=pytest.mark.embedded),
    pytest.param("real", marks=pytest.mark.real),
]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT], ids=lambda one: one.name)
async def test_services_end_with_the_process_that_started_them(
    tmp_path: Path, variant: str, ending: signal.Signals
) -> None:
    ours, facts = await _run_stack(variant, tmp_path)
    ours.send_signal(ending)
    await ours.wait()

    async with asyncio.timeout(90):
        while any(map(_lives, facts["services"])):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


@pytest.mark.real
async def test_a_stack_starts_again_at_once_after_a_kill_and_finds_its_data(
    tmp_path: Path,
) -> None:
    ours, facts = await _run_stack("real", tmp_path)
    await _leave_a_mark(KafkaConnection(bootstrap=facts["kafka"]), facts["database"])
    ours.kill()

    async with real_stack(data_dir=tmp_path) as stack:
        marks = await _marks(stack.kafka, stack.database.dsn.get_secret_value())
    await ours.wait()

    assert marks == (1, 1)


@pytest.mark.real
async def test_kafka_keeps_what_it_confirmed_over_a_kill(
    real_stack: Stack, topic_prefix: str
) -> None:
    await create_topics(real_stack.kafka, {topic_prefix: Topic(partitions=1)})
    await _produce(real_stack.kafka, topic_prefix)

    await real_stack.kafka_service.kill()
    await real_stack.kafka_service.start()

    assert await _end_offset(real_stack.kafka, topic_prefix) == 1


@pytest.mark.embedded
async def test_a_service_that_ends_by_itself_is_noticed_with_its_last_words(
    tmp_path: Path,
) -> None:
    async with embedded_stack(data_dir=tmp_path) as stack:
        watch = asyncio.create_task(stack.died())
        os.kill(stack.kafka_service.pid, signal.SIGKILL)

        with pytest.raises(ServiceFailed, match=r"kafka ended by itself.*logs/kafka\.log"):
            await asyncio.wait_for(watch, 5)


class Grumbler(EmbeddedKafka):
    """A server that says something and fails."""

    async def command(self) -> Command:
        return Command(program=("sh", "-c", "echo what a day; exit 3"))


async def test_a_server_that_does_not_come_up_is_reported_with_its_last_words(
    tmp_path: Path,
) -> None:
    with pytest.raises(ServiceFailed, match="what a day"):
        await Grumbler(tmp_path).start()


@pytest.mark.embedded
async def test_a_taken_port_is_exchanged_for_another(
    embedded_stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (taken, *_) = embedded_stack.database_service.ports
    offers = iter([taken, taken, taken])
    monkeypatch.setattr(
        "deploy.stack.service.free_port", lambda: next(offers, None) or free_port()
    )

    async with embedded_database(tmp_path) as database:
        assert database.ports != (taken,)


async def test_a_folder_is_given_to_the_next_when_its_holder_has_ended(tmp_path: Path) -> None:
    first = await take_folder(tmp_path)
    second = asyncio.create_task(take_folder(tmp_path))
    await asyncio.sleep(0)
    assert not second.done()

    first.close()
    (await second).close()


async def _run_stack(
    variant: str, data_dir: Path
) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    ours = await asyncio.create_subprocess_exec(
        sys.executable, str(RUN_STACK), variant, str(data_dir), stdout=asyncio.subprocess.PIPE
    )
    assert ours.stdout is not None
    line = await asyncio.wait_for(ours.stdout.readline(), 120)
    return ours, json.loads(line)


def _lives(pid: int) -> bool:
    """Tell whether a process runs; one that ended and was not yet collected does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


async def _leave_a_mark(kafka: KafkaConnection, database: str) -> None:
    await create_topics(kafka, {"mark": Topic(partitions=1)})
    await _produce(kafka, "mark")
    session = await asyncpg.connect(database)
    await session.execute("CREATE TABLE mark (n int); INSERT INTO mark VALUES (1)")
    await session.close()


async def _marks(kafka: KafkaConnection, database: str) -> tuple[int, int]:
    session = await asyncpg.connect(database)
    rows = await session.fetchval("SELECT count(*) FROM mark")
    await session.close()
    return rows, await _end_offset(kafka, "mark")


async def _produce(kafka: KafkaConnection, topic: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, enable_idempotence=True)
    async with producer:
        await producer.send_and_wait(topic, b"1")


async def _end_offset(kafka: KafkaConnection, topic: str) -> int:
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap)
    async with consumer:
        offsets = await consumer.end_offsets([partition])
    return int(offsets[partition])
