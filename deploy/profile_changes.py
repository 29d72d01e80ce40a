"""What a pack does otherwise when it is added again: changed profiles, and whether they say so."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from schemas.cities.pack import load_city_pack
from schemas.errors import Misconfigured
from schemas.language.sensor_profile import SensorProfile
from schemas.library import pack_profile_files
from schemas.yaml_source import read_model, read_yaml

# What no result depends on.
_WORDS: Final = {"title", "source", "licence", "examples", "version"}


class ProfileChange(NamedTuple):
    """A profile that reads payloads otherwise than before.

    Attributes:
        former_version: its version until now.
    """

    city: str
    profile: str
    former_version: int
    version: int

    @property
    def is_new_version(self) -> bool:
        """Whether the profile says that it changed."""
        return self.version > self.former_version

    def facts(self) -> dict[str, Any]:
        """Return what there is to know, as JSON takes it."""
        return {**self._asdict(), "is_new_version": self.is_new_version}

    def sentence(self) -> str:
        """Return what an operator should know and do."""
        if not self.is_new_version:
            return (
                f"{self.profile} changed, and its version is {self.version} where it was "
                f"{self.former_version}: count `version` up, or nobody can tell its results apart"
            )
        return (
            f"{self.profile} is version {self.version} now, it was {self.former_version}: what "
            "came before is read again by `stadspuls readings replay "
            f"--city {self.city} --profile {self.profile}` (first with --dry-run)"
        )


def profile_changes(former: Path, pack: Path) -> list[ProfileChange]:
    """Return what a pack changes in the profiles that its city had already.

    Args:
        former: the pack until now; one that cannot be read any more has nothing to compare.
        pack: the one in its place.
    """
    try:
        before = _definitions(former)
    except Misconfigured:
        return []
    return list(_changes(load_city_pack(pack).slug, before, _definitions(pack)))


def _changes(
    city: str, before: Mapping[str, SensorProfile], after: Mapping[str, SensorProfile]
) -> Iterator[ProfileChange]:
    for name in sorted(before.keys() & after.keys()):
        old, new = before[name], after[name]
        if old.version != new.version or _meaning(old) != _meaning(new):
            yield ProfileChange(city, name, old.version, new.version)


def _meaning(profile: SensorProfile) -> str:
    return json.dumps(profile.model_dump(mode="json", exclude=_WORDS))


def _definitions(pack: Path) -> dict[str, SensorProfile]:
    folder = pack / "profiles"
    found = pack_profile_files(folder) if folder.is_dir() else []
    profiles = [read_model(read_yaml(file), SensorProfile) for file in found]
    return {one.id: one for one in profiles}
