"""Platforms that the journeys share."""

from collections.abc import Iterator

import pytest

from tests.journey.running import Up, up

_group = pytest.mark.xdist_group  # one worker has the one variant: a module starts each once


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("embedded", marks=[pytest.mark.embedded, _group("embedded platforms")]),
        pytest.param("real", marks=[pytest.mark.real, _group("real platforms")]),
    ],
)
def platform(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Up]:
    """A platform of each variant with the two example cities, shared by a module's tests."""
    data_dir = tmp_path_factory.mktemp(f"platform-{request.param}")
    data_dir.chmod(0o755)
    with up(data_dir, services=request.param) as running:
        yield running
