"""`kill -9` of our processes at random moments: nothing lost, nothing twice, all accounted for."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.faults.pipeline import (
    Findings,
    Pipeline,
    kill_often,
    look,
    pipeline,
    publishing,
)

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

KILLS = 10
LOADS = (
    {"messages_per_second": 150, "dialect": "telraam"},
    {"messages_per_second": 100, "dialect": "airrohr"},
)


@pytest.fixture
def chance() -> random.Random:
    """Return a source of random moments; a failed test shows its seed."""
    seed = random.SystemRandom().randrange(1 << 32)
    logging.getLogger(__name__).warning("seed=%d", seed)
    return random.Random(seed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that PostgreSQL can enter: it runs as another user."""
    tmp_path.chmod(0o755)
    return tmp_path


@pytest_asyncio.fixture
async def made(folder: Path) -> AsyncIterator[Pipeline]:
    """Yield services without any of our processes yet."""
    async with pipeline(folder) as made:
        yield made


async def test_every_process_killed_often_loses_and_doubles_nothing(
    made: Pipeline, chance: random.Random
) -> None:
    made.add_ingest()
    made.add_normalise()
    made.add_store()

    check(await killed(made, chance, "ingest", "normalise", "store"))


async def test_one_of_two_stores_and_normalisers_killed_often_loses_and_doubles_nothing(
    made: Pipeline, chance: random.Random
) -> None:
    made.add_ingest()
    for folder in ("", "second"):
        made.add_normalise(folder)
        made.add_store(folder)

    check(await killed(made, chance, "normalise", "store"))


async def killed(made: Pipeline, chance: random.Random, *victims: str) -> Findings:
    """Publish while processes are killed, and return what there is in the end."""
    connection = await asyncpg.connect(made.stack.database.dsn.get_secret_value())
    baseline = await made.baseline(connection)
    await asyncio.gather(*(part.start() for part in made.parts.values()))
    async with publishing(made, *LOADS):
        await asyncio.gather(
            *(kill_often(made.parts[name], chance, times=KILLS) for name in victims)
        )
    await made.drained()
    findings = await look(made, connection, baseline)
    await connection.close()
    return findings


def check(found: Findings) -> None:
    """Everything acknowledged is there, once, and every reading is accounted for once."""
    verdict = found.verdict
    readings = verdict.readings_normalised + verdict.readings_empty + verdict.readings_rejected
    assert verdict.messages_acknowledged == verdict.messages_published > 1000
    assert (verdict.lost, verdict.lost_messages) == (0, ())
    assert verdict.surplus == 0
    assert verdict.observations_stored == found.expected_observations
    assert found.published == found.last_sequence == found.expected_observations
    assert readings == verdict.readings_received == found.log_end
