"""A database that is slow, while a large city and a small one send: what waits, and for whom."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.judge import unaccounted
from tests.faults.pipeline import CITY, SMALL_CITY, Pipeline
from tests.faults.trial import Trial, trial, under_load

SECONDS = float(os.environ.get("STADSPULS_FAULT_SLOW_SECONDS", "8"))
"""How long it is slow; `make faults` asks for a minute."""

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(600 + 3 * SECONDS),
    pytest.mark.asyncio(loop_scope="session"),
]
_SLOW_BYTES = 50_000
"""A second and connection: enough for a part of the readings that come."""
_LOADS: Sequence[dict[str, Any]] = (
    {"messages_per_second": 300, "things": 40},
    {"messages_per_second": 10, "things": 40, "cities": (SMALL_CITY,)},
)
_MOST_MIB_MORE = 250.0
_MOMENT_SECONDS = 0.5
_AHEAD = timedelta(seconds=4)
_PATIENCE_SECONDS = 120.0
_FAIR = 0.5
"""Of its share a city gets so much at least: batches are few, and begin with any partition."""


async def stored(one: Trial, begun: datetime) -> dict[str, int]:
    """Return how many observations of each city were published since a time."""
    rows = await one.connection.fetch(
        "select thing.city, count(*) from observation join datastream using (datastream_id) "
        "join thing using (thing_id) where published_at >= $1 group by 1",
        begun,
    )
    return {row["city"]: row["count"] for row in rows}


def share(counts: dict[str, int]) -> float:
    """Return the small city's part of all."""
    return counts.get(SMALL_CITY, 0) / max(1, sum(counts.values()))


async def most_waiting(one: Trial, seconds: float) -> int:
    """Return how many acknowledged messages waited for the database at most."""
    most, end = 0, asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(_MOMENT_SECONDS)
        known = await unaccounted(one.connection, one.baseline, acknowledged=one.acknowledged())
        most = max(most, known)
    return most


async def small_city_ahead(one: Trial, begun: datetime) -> timedelta:
    """Wait until what is stored of the small city is clearly newer; return by how much."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while (ahead := await _ahead(one, begun)) < _AHEAD:  # noqa: ASYNC110 - the database's
            await asyncio.sleep(_MOMENT_SECONDS)
    return ahead


async def _ahead(one: Trial, begun: datetime) -> timedelta:
    """Return how much newer, since a time: in trials before, clocks have jumped."""
    newest = await one.connection.fetch(
        "select thing.city, max(received_time) as newest from observation "
        "join datastream using (datastream_id) join thing using (thing_id) "
        "where published_at >= $1 group by 1",
        begun,
    )
    times: dict[str, datetime] = {row["city"]: row["newest"] for row in newest}
    if not times.keys() >= {CITY, SMALL_CITY}:
        return timedelta()
    return times[SMALL_CITY] - times[CITY]


async def test_small_city_does_not_wait_behind_a_large_one(made: Pipeline) -> None:
    """Nor does it get less than its share."""
    proxy = made.proxies["database"]
    async with trial(made) as one:
        async with under_load(one, _LOADS):
            await one.committed()
            before, begun = one.peaks(), datetime.now(UTC)
            proxy.slow(_SLOW_BYTES)
            try:
                waiting = await most_waiting(one, SECONDS)
                await one.committed()
                ahead = await small_city_ahead(one, begun)
            finally:
                proxy.heal()
            one.mended()
            slow = await stored(one, begun)
            await one.committed()
        more = {name: mib - before.get(name, 0.0) for name, mib in one.peaks().items()}
        facts: dict[str, Any] = {
            "waiting": f"{waiting:,}",
            "MiB more at most": f"{max(more.values()):.0f}",
            "the small city's part": f"{share(slow):.1%}",
            "its newest value newer by, s": f"{ahead.total_seconds():.0f}",
        }
        outcome = await one.judged(
            f"PostgreSQL: {_SLOW_BYTES // 1000} kB/s a connection for {SECONDS:.0f} s",
            "what waits grows and drains, memory does not; the small city keeps its share, and "
            "does not wait behind the large one; 0 lost, 0 twice",
            **facts,
        )
        whole = await stored(one, begun)

    assert outcome.is_kept, outcome
    assert waiting > 0
    assert slow.keys() == {CITY, SMALL_CITY}
    assert share(slow) > _FAIR * share(whole)
    assert max(more.values()) < _MOST_MIB_MORE, more
