"""Two cities, their keys, and a gateway of their own on services that a test may stop."""

from pathlib import Path

import msgspec
import pytest

from ingest.envelope import Envelope
from ingest.gates import gate_of
from schemas.cities.keys import CityKey, hash_key
from schemas.cities.registry import Registry, load_registry
from schemas.vocabulary import Vocabulary

KEYS = {"stad-a": "sleutel-a", "stad-b": "sleutel-b"}
_CITY = """\
slug: {slug}
name: {{nl: {slug}}}
publisher: {slug}
contact: {{name: data, email: data@{slug}.example}}
datasets:
  - theme: traffic
    title: {{nl: Verkeer}}
    description: {{nl: Verkeer}}
    licence: {licence}
    access: open
topics: [{{filter: eigen/{slug}/+, profile: telraam/v2}}]
"""


def write_packs(folder: Path) -> list[Path]:
    """Write the packs of both cities."""
    licence = min(Vocabulary.load().licences)
    packs = [folder / slug for slug in KEYS]
    for pack in packs:
        pack.mkdir()
        (pack / "city.yaml").write_text(_CITY.format(slug=pack.name, licence=licence))
    return packs


def write_keys(file: Path, keys: dict[str, str]) -> None:
    """Write a key file that gives each city its key."""
    ring = [CityKey(city=city, name="one", sha256=hash_key(key)) for city, key in keys.items()]
    file.write_bytes(msgspec.json.encode(ring))


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the directories of the cities' packs."""
    return write_packs(tmp_path_factory.mktemp("packs"))


@pytest.fixture(scope="session")
def registry(packs: list[Path]) -> Registry:
    """Return the two cities."""
    return load_registry(packs)


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    """Return a key file with one key for each city."""
    file = tmp_path / "keys.json"
    write_keys(file, KEYS)
    return file


@pytest.fixture
def envelope(registry: Registry) -> Envelope:
    """Return an envelope that takes payloads of up to 2000 bytes."""
    return Envelope(
        registry.routes,
        lambda address: gate_of(registry, address),
        payload_bytes=2000,
        beginning_bytes=100,
    )
