"""What an installation keeps in its data directory: city packs, keys, secrets, its base address.

{data_dir}/
    cities/{city}/        the city packs, copied when they were added
    keys.json             hashes of the cities' keys
    secrets/              passwords and keys, mode 0600
    logs/                 output of every process
    mqtt/ kafka/ database/ …   the services' own data
    running.json          addresses of the platform while it runs
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.secrets import secret
from schemas.city_pack import CityPack, load_city_pack
from schemas.errors import Misconfigured
from schemas.keys import CityKey, KeyRing, hash_key
from schemas.registry import Registry, load_registry

EXAMPLES: Final = Path(__file__).parent / "cities"
"""The city packs that come with the platform: fictional cities for the demonstration."""

_HTTP_KEY: Final = "http"


@dataclass(frozen=True)
class Installation:
    """The data directory of a platform.

    Attributes:
        data_dir: where everything is kept.
    """

    data_dir: Path

    @property
    def cities_dir(self) -> Path:
        """Where the packs are."""
        return self.data_dir / "cities"

    @property
    def keys_file(self) -> Path:
        """The hashes of the keys that were given out."""
        return self.data_dir / "keys.json"

    def pack_directories(self) -> tuple[Path, ...]:
        """Return the directories of the packs, by the city's name."""
        if not self.cities_dir.exists():
            return ()
        folders = (one for one in self.cities_dir.iterdir() if not one.name.startswith("."))
        return tuple(sorted(one.absolute() for one in folders))

    def registry(self) -> Registry:
        """Return the cities with their vocabularies and profiles.

        Raises:
            Misconfigured: a pack is wrong.
        """
        return load_registry(self.pack_directories())

    def add_city(self, directory: Path) -> CityPack:
        """Copy a pack here, checked together with those that are here, and make its secrets.

        A pack of the same city is replaced; its secrets stay.

        Raises:
            Misconfigured: the pack is wrong, or does not go with the others.
        """
        pack = load_city_pack(directory)
        with self._locked():
            others = [one for one in self.pack_directories() if one.name != pack.slug]
            load_registry([*others, directory])
            self._copy(directory, pack.slug)
            self._make_secrets(pack)
        return pack

    def mqtt_password(self, city: str, client: str) -> str:
        """Return the password of the MQTT user `{city}.{client}`."""
        return secret(self.data_dir, f"mqtt.{city}.{client}")

    def http_key(self, city: str) -> str:
        """Return the city's key for HTTP ingest and its restricted streams."""
        return secret(self.data_dir, f"key.{city}")

    def write_running(self, facts: dict[str, Any] | None) -> None:
        """Note the addresses of the running platform for other commands; `None` takes it back."""
        file = self.data_dir / "running.json"
        if facts is None:
            file.unlink(missing_ok=True)
            return
        _write(file, json.dumps(facts, indent=2).encode())

    def running(self) -> dict[str, Any]:
        """Return the addresses of the running platform.

        Raises:
            Misconfigured: none runs on this data directory.
        """
        file = self.data_dir / "running.json"
        if file.exists():
            facts: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            if Path(f"/proc/{facts['pid']}").exists():
                return facts
        raise Misconfigured(
            f"no platform runs on {self.data_dir}: start one with `stadspuls up --data-dir "
            f"{self.data_dir}`, or name its directory with --data-dir"
        )

    def _copy(self, directory: Path, slug: str) -> None:
        self.cities_dir.mkdir(parents=True, exist_ok=True)
        target = self.cities_dir / slug
        if directory.absolute() == target.absolute():
            return
        with tempfile.TemporaryDirectory(dir=self.cities_dir, prefix=".new-") as folder:
            draft = Path(folder) / slug
            shutil.copytree(directory, draft)
            if target.exists():
                target.rename(Path(folder) / "old")
            draft.rename(target)

    def _make_secrets(self, pack: CityPack) -> None:
        for client in pack.city.clients:
            self.mqtt_password(pack.slug, client)
        key = CityKey(city=pack.slug, name=_HTTP_KEY, sha256=hash_key(self.http_key(pack.slug)))
        kept = [
            one
            for one in KeyRing.load(self.keys_file).keys
            if (one.city, one.name) != (pack.slug, _HTTP_KEY)
        ]
        _write(self.keys_file, msgspec.json.format(msgspec.json.encode([*kept, key])))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / ".lock").open("ab") as lock:
            flock(lock, LOCK_EX)
            yield


def _write(file: Path, content: bytes) -> None:
    """Write a file for its owner only; whoever reads sees the old one or the new one."""
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    with os.fdopen(descriptor, "wb") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    Path(draft).replace(file)
