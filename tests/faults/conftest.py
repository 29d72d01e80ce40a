"""One pipeline a worker for all faults, and a source of random moments."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.pipeline import Pipeline, pipeline

_LONGEST = Path(__file__).parent / "test_kills.py"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pipeline]:
    """Yield services without any of our processes yet; every test leaves them whole."""
    folder = tmp_path_factory.mktemp("faults")
    folder.chmod(0o755)  # PostgreSQL runs as another user
    async with pipeline(folder) as made:
        yield made


@pytest.fixture
def chance() -> random.Random:
    """Return a source of random moments; a failed test shows its seed."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed={seed}")  # noqa: T201
    return random.Random(seed)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the trials on one worker: one pipeline for all, and no fault beside another.

    The longest load comes last: each trial's audit reads the hour in which it lies.
    """
    for item in items:
        if _is_trial(item) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("faults"))
    items.sort(key=lambda item: item.path == _LONGEST)


def _is_trial(item: pytest.Item) -> bool:
    here = item.path.parent == Path(__file__).parent
    return here and "made" in getattr(item, "fixturenames", ())
