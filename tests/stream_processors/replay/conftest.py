"""A registry with one city."""

from pathlib import Path

import pytest

from schemas.cities.registry import Registry
from tests.stream_processors.packs import registry_of


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Return the registry of the tests' city pack."""
    directory: Path = tmp_path_factory.mktemp("packs")
    return registry_of(directory)
