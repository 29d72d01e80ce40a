"""`kill -9` of our processes at random moments: nothing lost, nothing twice, all accounted for."""

import asyncio
import os
import random
import time
from typing import Any

import pytest

from tests.faults.pipeline import Pipeline, kill_often
from tests.faults.trial import LOADS, PROCESSES, Trial, trial, under_load

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(3600),
    pytest.mark.asyncio(loop_scope="session"),
]

KILLS = int(os.environ.get("STADSPULS_FAULT_KILLS", "20"))
"""Of all processes together; `make faults` asks for 200, at 2,000 readings a second."""
RATE = int(os.environ.get("STADSPULS_FAULT_RATE", "0"))


def loads() -> list[dict[str, object]]:
    """Return the load: a quarter of a thousand messages a second, or what was asked for."""
    if not RATE:
        return list(LOADS)
    share = {"messages_per_second": RATE / 2, "things": 500}
    return [{**share, "dialect": "telraam"}, {**share, "dialect": "airrohr"}]


async def kill_in_turn(
    made: Trial, chance: random.Random, *names: str, kills: int = KILLS
) -> dict[str, Any]:
    """Kill each process its share of times, all at once; return figures for the table."""
    times, begun = -(-kills // len(names)), time.monotonic()
    parts = [made.pipeline.part(name) for name in names]
    downs = await asyncio.gather(*(kill_often(part, chance, times=times) for part in parts))
    made.downs += [one for part in downs for one in part]
    made.mended()
    rate = len(made.entries()) / (time.monotonic() - begun)
    return {"kills": times * len(names), "readings a second": f"{rate:,.0f}"}


async def test_every_process_killed_often_loses_and_doubles_nothing(
    made: Pipeline, chance: random.Random
) -> None:
    async with trial(made) as one:
        async with under_load(one, loads()):
            figures = await kill_in_turn(one, chance, *PROCESSES)
            await one.committed()
        outcome = await one.judged(
            "kill -9 of ingest, normalise, store and api at random moments",
            "0 lost, 0 twice, live resumes without gap",
            **figures,
        )

    assert outcome.is_kept, outcome


async def test_one_of_two_stores_and_normalisers_killed_often_loses_and_doubles_nothing(
    made: Pipeline, chance: random.Random
) -> None:
    seconds = ("normalise.second", "store.second")
    async with trial(made, processes=(*PROCESSES, *seconds)) as one:
        async with under_load(one, loads()):
            # Half as many: each of the two is killed as often as in the test before.
            figures = await kill_in_turn(one, chance, "normalise", "store", kills=KILLS // 2)
            await one.committed()
        outcome = await one.judged(
            "kill -9 of one of two normalise and one of two store",
            "0 lost, 0 twice, the other takes over",
            **figures,
        )

    assert outcome.is_kept, outcome
