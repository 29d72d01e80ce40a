"""The library: all profiles of the platform and of a city's packs, compiled once."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from schemas.errors import Misconfigured
from schemas.interpreter.compiled_profile import CompiledProfile, compile_profile
from schemas.interpreter.conditions import compile_conditions
from schemas.language.sensor_profile import SensorProfile
from schemas.vocabulary import Vocabulary
from schemas.yaml_source import read_model, read_yaml

PROFILE_LIMIT_BYTES: Final = 250_000
PROFILES_LIMIT: Final = 1_000
PROFILES_LIMIT_BYTES: Final = 4_000_000


class Library:
    """Profiles by `vendor/model`."""

    def __init__(self, profiles: dict[str, CompiledProfile]) -> None:
        self._profiles = profiles

    @classmethod
    def load(cls, *, vocabulary: Vocabulary, extra_directories: Sequence[Path] = ()) -> "Library":
        """Read and compile the platform's profiles and those in further directories.

        Raises:
            Misconfigured: a profile is wrong, or an id is there twice, with file and line; or a
                directory holds more than all processes should read.
        """
        found = profile_files(files("schemas") / "profiles")
        for directory in extra_directories:
            found += pack_profile_files(directory)
        profiles: dict[str, CompiledProfile] = {}
        for file in found:
            _add(profiles, load_profile(file, vocabulary=vocabulary))
        _join_envelopes(profiles)
        return cls(profiles)

    def extended(self, file: Traversable, *, vocabulary: Vocabulary) -> "Library":
        """Return the library with one more profile, in place of its own of that id.

        Raises:
            Misconfigured: the profile is wrong.
        """
        candidate = load_profile(file, vocabulary=vocabulary)
        profiles = {
            profile.id: compile_profile(profile.definition, profile.source, vocabulary)
            for profile in self
        }
        profiles[candidate.id] = candidate
        _join_envelopes(profiles)
        return Library(profiles)

    def profile(self, profile_id: str) -> CompiledProfile:
        """Return a profile, ready to run; its `definition` is what was written.

        Raises:
            Misconfigured: there is none of that id.
        """
        if profile_id in self._profiles:
            return self._profiles[profile_id]
        near = get_close_matches(profile_id, self._profiles, n=1)
        hint = f"did you mean `{near[0]}`?" if near else "add it to the city pack"
        raise Misconfigured(f"there is no profile `{profile_id}`; {hint}")

    def __contains__(self, profile_id: object) -> bool:
        return profile_id in self._profiles

    def __iter__(self) -> Iterator[CompiledProfile]:
        return iter(self._profiles.values())

    def __len__(self) -> int:
        return len(self._profiles)


def load_profile(file: Traversable, *, vocabulary: Vocabulary) -> CompiledProfile:
    """Read and compile one profile; envelopes are not joined.

    Raises:
        Misconfigured: it is wrong; with file, line and what to change.
    """
    source = read_yaml(file, limit_bytes=PROFILE_LIMIT_BYTES)
    profile = read_model(source, SensorProfile)
    return compile_profile(profile, source, vocabulary)


def profile_files(directory: Traversable) -> list[Traversable]:
    """Return the profile files `<vendor>/<model>.yaml` of a directory, in order.

    Raises:
        Misconfigured: the directory is not there.
    """
    if not directory.is_dir():
        raise Misconfigured(f"{directory}: no directory of profiles")
    vendors = sorted((f for f in directory.iterdir() if f.is_dir()), key=lambda f: f.name)
    return [
        file
        for vendor in vendors
        for file in sorted(vendor.iterdir(), key=lambda f: f.name)
        if file.name.endswith(".yaml")
    ]


def pack_profile_files(directory: Path) -> list[Traversable]:
    """Return the profile files of a pack, in order.

    Raises:
        Misconfigured: the directory is not there, or holds more than all processes should read.
    """
    found = profile_files(directory)
    if len(found) > PROFILES_LIMIT:
        raise Misconfigured(
            f"{directory}: {len(found)} profiles; a pack has at most {PROFILES_LIMIT}. Describe a "
            "sensor type once, for all its devices"
        )
    size = sum(len(file.read_bytes()) for file in found)
    if size > PROFILES_LIMIT_BYTES:
        raise Misconfigured(
            f"{directory}: its profiles have {size} bytes; at most {PROFILES_LIMIT_BYTES} are read"
        )
    return found


def _add(profiles: dict[str, CompiledProfile], new: CompiledProfile) -> None:
    earlier = profiles.get(new.id)
    if earlier is not None:
        raise Misconfigured(
            f"{new.source.at(('id',))}: the profile `{new.id}` is there already, "
            f"in {earlier.source.name}; give one of them another id"
        )
    parts = Path(new.source.name).with_suffix("").parts[-2:]
    if "/".join(parts) != new.id:
        raise Misconfigured(
            f"{new.source.at(('id',))}: the profile `{new.id}` belongs in {new.id}.yaml"
        )
    profiles[new.id] = new


def _join_envelopes(profiles: dict[str, CompiledProfile]) -> None:
    with_bytes = [one for one in profiles.values() if one.contents and one.contents.encoded]
    for inner in profiles.values():
        for number, carried in enumerate(inner.definition.carried_by):
            envelope = profiles.get(carried.envelope)
            if envelope is None or envelope.contents is None:
                place = inner.source.at(("carried_by", number, "envelope"))
                raise Misconfigured(f"{place}: `{carried.envelope}` is no envelope's profile")
            predicate = compile_conditions(carried.when)
            if predicate is not None:
                envelope.carried_when.append((predicate, inner))
            _carry(envelope, inner, carried.models or [inner.id], ("carried_by", number))
        if inner.decode_frame is not None:
            for envelope in with_bytes:
                _carry(envelope, inner, [inner.id], ("id",))


def _carry(
    envelope: CompiledProfile,
    inner: CompiledProfile,
    models: list[str],
    said: tuple[str | int, ...],
) -> None:
    """Let an envelope bring a profile's payload, known by these names of its model.

    Raises:
        Misconfigured: a name is another profile's already.
    """
    if inner.id not in envelope.carried:
        envelope.carried[inner.id] = inner
        inner.envelopes.append(envelope)
    for model in models:
        other = envelope.carried_models.setdefault(model, inner)
        if other is not inner:
            place = inner.source.at(said)
            raise Misconfigured(f"{place}: `{model}` is the model of {other.id} already")
