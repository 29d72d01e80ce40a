"""The benchmark runs from end to end."""

import asyncio
from pathlib import Path

import pytest

from bench.benchmark import measure
from bench.report import markdown
from bench.wishes import Wishes

pytestmark = pytest.mark.embedded


async def test_a_small_benchmark_loses_nothing(tmp_path: Path) -> None:
    wishes = Wishes(
        rounds=1, seconds=0.5, things=5, services="embedded", data_dir=tmp_path, values=1
    )
    async with asyncio.timeout(200):
        results = await measure(wishes)
    (one,) = results.rounds

    assert results.lost == 0
    assert one.whole.observations == one.whole.messages
    assert one.whole.duplicates == one.partial.duplicates == 0
    assert {"mqtt", "kafka", "database", "ingest", "normalise", "store"} <= one.whole.costs.keys()
    assert one.partial.committed_latency is not None
    assert "| messages lost |  | 0 | 0 |" in markdown(results)
    assert results.pages is not None
    assert results.pages.building.pages > 0
    assert results.pages.building.cost.cpu_seconds > 0
    assert results.pages.giving.ratio > 0
