"""Death at the worst moments: between what must happen together."""

import os
import signal

import pytest

from deploy.stack import ServiceFailed
from tests.faults.crashing import POINTS, CrashingPart
from tests.faults.pipeline import Pipeline
from tests.faults.trial import trial, under_load

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]


async def _watched(part: CrashingPart) -> None:
    """Start a process and watch it; it may come to its point before it is ready."""
    await part.start()
    await part.died()


async def until_dead(part: CrashingPart) -> None:
    """Start a process and return when it has killed itself."""
    with pytest.raises(ServiceFailed, match="ended"):
        await _watched(part)
    await part.kill()


@pytest.mark.parametrize("point", POINTS)
async def test_death_at_a_point_loses_and_doubles_nothing(made: Pipeline, point: str) -> None:
    name = point.partition(".")[0]
    async with trial(made) as one:
        async with under_load(one):
            await one.committed()
            await made.part(name).kill()
            await until_dead(made.crashing(name, point, passes=3))
            await made.part(name).start()
            one.mended()
            await one.committed()
        outcome = await one.judged(f"death at {point}", "0 lost, 0 twice")

    assert outcome.is_kept, outcome


async def test_store_asleep_with_the_lane_loses_it_and_cannot_commit_afterwards(
    made: Pipeline,
) -> None:
    """The server frees the lane in time; the sleeper's batch is another's by then."""
    async with trial(made, processes=("ingest", "normalise", "api")) as one:
        sleeper = made.crashing("store", "store.between-copy-and-commit", passes=3)
        sleeper.number = signal.SIGSTOP
        await sleeper.start()
        async with under_load(one):
            await one.committed(2)
            await made.part("store.second").start()
            await one.committed(3)
            one.mended()
            os.kill(sleeper.pid, signal.SIGCONT)
            await one.committed(3)
        await sleeper.stop()
        outcome = await one.judged(
            "a store that is asleep while it holds the publication lane",
            "the lane is freed, the sleeper cannot commit",
        )

    assert outcome.is_kept, outcome
