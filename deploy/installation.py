"""What an installation keeps in its data directory: city packs, keys, secrets, its base address.

{data_dir}/
    cities/{city}/        the city packs, copied when they were added
    keys.json             hashes of the cities' keys
    secrets/              passwords and keys, mode 0600
    logs/                 output of every process
    pages/                pages of the event streams: primary data, to be backed up
    mqtt/ kafka/ database/ …   the services' own data
    running.json          addresses of the platform while it runs
    prometheus.json       those of its metrics, as Prometheus' `file_sd_configs` reads them
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import structs

from deploy.secrets import renew_secret, secret
from schemas.cities.keys import CityKey, KeyRing, hash_key
from schemas.cities.pack import CityPack, load_city_pack
from schemas.cities.registry import Registry, load_registry
from schemas.errors import Misconfigured

EXAMPLES: Final = Path(__file__).parent / "cities"
"""The city packs that come with the platform: fictional cities for the demonstration."""


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

    @property
    def pages_dir(self) -> Path:
        """The pages of the event streams that were closed."""
        return self.data_dir / "pages"

    def pack_directories(self) -> tuple[Path, ...]:
        """Return the directories of the packs, by the city's name."""
        if not self.cities_dir.exists():
            return ()
        folders = (one for one in self.cities_dir.iterdir() if not one.name.startswith("."))
        return tuple(sorted(one.absolute() for one in folders))

    def fingerprint(self) -> str:
        """Return what changes when a pack does: names and times of its files."""
        files = (file for folder in self.pack_directories() for file in folder.rglob("*.yaml"))
        found = sorted(f"{file} {_written(file)}" for file in files)
        return hashlib.sha256("\n".join(found).encode()).hexdigest()

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

    def are_passwords(self, users: Mapping[str, str]) -> bool:
        """Tell whether these are still the passwords of these MQTT users."""
        split = ((name.split(".", 1), word) for name, word in users.items())
        return all(self.mqtt_password(city, client) == word for (city, client), word in split)

    def password_files(self, city: str, clients: Collection[str] = ()) -> dict[str, Path]:
        """Return where the passwords of a city's MQTT users are, by the users' names.

        Raises:
            Misconfigured: the city is not added here, or its pack has no such client.
        """
        known = load_city_pack(self._pack_of(city)).city.clients
        for client in clients:
            if client not in known:
                words = ", ".join(known)
                raise Misconfigured(f"{city} has no MQTT client {client!r}; there are {words}")
        folder = self.data_dir / "secrets"
        return {f"{city}.{one}": folder / f"mqtt.{city}.{one}" for one in clients or known}

    def renew_passwords(self, users: Iterable[str]) -> None:
        """Give MQTT users new passwords.

        A running platform cuts off who is connected with the old ones within seconds.
        """
        with self._locked():
            for user in users:
                renew_secret(self.data_dir, f"mqtt.{user}")

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

    def write_targets(self, monitors: Mapping[str, str]) -> None:
        """Note where each process tells its metrics, for Prometheus.

        Args:
            monitors: `host:port` by the name of the process.
        """
        targets = [
            {"targets": [place], "labels": {"part": part}} for part, place in monitors.items()
        ]
        self.data_dir.mkdir(parents=True, exist_ok=True)
        _write(self.data_dir / "prometheus.json", json.dumps(targets, indent=2).encode())

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

    def renew_key(self, city: str, *, overlap: timedelta) -> str:
        """Give a city a new key and return it; the old one opens for a while yet.

        Raises:
            Misconfigured: the city is not added here.
        """
        self._pack_of(city)
        with self._locked():
            key = renew_secret(self.data_dir, f"key.{city}")
            self._note_key(city, overlap=overlap)
        return key

    def _pack_of(self, city: str) -> Path:
        for directory in self.pack_directories():
            if directory.name == city:
                return directory
        raise Misconfigured(f"the city {city} is not added to {self.data_dir}")

    def _make_secrets(self, pack: CityPack) -> None:
        for client in pack.city.clients:
            self.mqtt_password(pack.slug, client)
        self._note_key(pack.slug, overlap=timedelta())

    def _note_key(self, city: str, *, overlap: timedelta) -> None:
        """Keep the hash of the city's key; of its earlier ones until they expire."""
        now = datetime.now(UTC)
        current = hash_key(self.http_key(city))
        name = f"http-{now:%Y%m%dT%H%M%SZ}"
        keys = {one.sha256: one for one in KeyRing.load(self.keys_file).keys}
        for old in [one for one in keys.values() if one.city == city and one.sha256 != current]:
            keys[old.sha256] = structs.replace(old, expires_time=old.expires_time or now + overlap)
        keys.setdefault(current, CityKey(city=city, name=name, sha256=current))
        kept = [one for one in keys.values() if one.expires_time is None or one.expires_time > now]
        _write(self.keys_file, msgspec.json.format(msgspec.json.encode(kept)))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / ".lock").open("ab") as lock:
            flock(lock, LOCK_EX)
            yield


def _written(file: Path) -> int:
    """Return when a file was written; 0 when its pack is just being exchanged for another."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _write(file: Path, content: bytes) -> None:
    """Write a file for its owner only; whoever reads sees the old one or the new one."""
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    with os.fdopen(descriptor, "wb") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    Path(draft).replace(file)
