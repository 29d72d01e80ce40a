"""The sensor types that the platform knows, what they measure, and the cities that run them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from api.portal.wording import Wording
from api.store import Connection
from schemas.errors import NotFound
from schemas.language.profile_examples import Example, ExpectedObservation
from schemas.language.sensor_profile import SensorProfile
from schemas.library import profile_files
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import QualityFlag
from schemas.yaml_source import read_model, read_yaml

_RUNS: Final = (files("api.portal") / "runs.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Running:
    """A city that runs a type."""

    slug: str
    name: str
    things: int


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Something that a type measures."""

    label: str
    unit: str
    about: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An example: what a device sends, and what becomes of it."""

    description: str
    payload: str
    observations: Sequence[tuple[str, str, Sequence[QualityFlag]]]
    rejections: Sequence[str]
    empty: str


@dataclass(frozen=True, kw_only=True)
class SensorType:
    """A sensor type, as people read of it.

    Attributes:
        source: documentation that its profile was made from; empty for a city's own.
        themes: what it measures belongs to: slug and label.
    """

    id: str
    title: str
    version: int
    source: str = ""
    personal: bool = False
    themes: Sequence[tuple[str, str]] = ()
    properties: Sequence[Measured] = ()
    examples: Sequence[Shown] = ()
    cities: list[Running] = field(default_factory=list)


@cache
def profiles() -> Mapping[str, SensorProfile]:
    """Return the profiles of the library, by their id; reading them takes a second or two."""
    found = profile_files(files("schemas") / "profiles")
    read = (read_model(read_yaml(file), SensorProfile) for file in found)
    return {profile.id: profile for profile in read}


async def sensor_types(
    connection: Connection,
    wording: Wording,
    vocabulary: Vocabulary,
    library: Mapping[str, SensorProfile],
) -> list[SensorType]:
    """Return all types by their title: those of the library, and those of cities that run them."""
    found = {one.id: _type(one, wording, vocabulary) for one in library.values()}
    for row in await connection.fetch(_RUNS):
        own = SensorType(id=row["profile"], title=row["name"], version=row["version"])
        names = msgspec.json.decode(row["city_names"] or b"{}")
        found.setdefault(row["profile"], own).cities.append(
            Running(
                slug=row["city"],
                name=wording.text(names) or row["city_name"],
                things=row["things"],
            )
        )
    return sorted(found.values(), key=lambda one: (not one.cities, one.title.lower()))


async def sensor_type(
    connection: Connection,
    wording: Wording,
    vocabulary: Vocabulary,
    library: Mapping[str, SensorProfile],
    name: str,
) -> SensorType:
    """Return a type with its examples.

    Raises:
        NotFound: there is none by that name.
    """
    for one in await sensor_types(connection, wording, vocabulary, library):
        if one.id == name:
            known = library.get(name)
            shown = (
                [_shown(each, known, wording, vocabulary) for each in known.examples]
                if known
                else []
            )
            return replace(one, examples=shown)
    raise NotFound(f"there is no sensor type {name[:80]!r}; /sensor-types tells those there are")


def _type(profile: SensorProfile, wording: Wording, vocabulary: Vocabulary) -> SensorType:
    known = vocabulary.observed_properties
    measured = [known[one.observed_property] for one in profile.datastreams.values()]
    themes = dict.fromkeys(one.theme for one in measured)
    return SensorType(
        id=profile.id,
        title=profile.title,
        version=profile.version,
        source=profile.source,
        personal=profile.personal == "yes",
        themes=[(one, wording.text(vocabulary.themes[one].label)) for one in themes],
        properties=[
            Measured(
                label=wording.text(one.label),
                unit="" if one.unit == "1" else vocabulary.units[one.unit].symbol,
                about=wording.text(one.description),
            )
            for one in {one.slug: one for one in measured}.values()
        ],
    )


def _shown(
    example: Example, profile: SensorProfile, wording: Wording, vocabulary: Vocabulary
) -> Shown:
    reasons = vocabulary.rejections
    return Shown(
        description=example.description,
        payload=_payload(example),
        observations=[_becomes(one, profile, wording, vocabulary) for one in example.observations],
        rejections=[
            wording.text(reasons[one].sentence) if one in reasons else one
            for one in example.rejections
        ],
        empty=example.empty,
    )


def _payload(example: Example) -> str:
    if example.payload_hex is not None:
        return example.payload_hex
    if example.payload_text is not None:
        return example.payload_text
    return msgspec.json.format(msgspec.json.encode(example.payload), indent=2).decode()


def _becomes(
    one: ExpectedObservation, profile: SensorProfile, wording: Wording, vocabulary: Vocabulary
) -> tuple[str, str, Sequence[QualityFlag]]:
    flags = [vocabulary.quality_flags[code] for code in one.quality or ()]
    said = profile.datastreams.get(one.datastream)
    if said is None:
        return one.datastream, _result(one.result, wording), flags
    entry = vocabulary.observed_properties[said.observed_property]
    unit = "" if entry.unit == "1" else f" {vocabulary.units[entry.unit].symbol}"
    return wording.text(entry.label), _result(one.result, wording) + unit, flags


def _result(result: object, wording: Wording) -> str:
    number = result if isinstance(result, (int, float)) and not isinstance(result, bool) else None
    return wording.value(number, msgspec.Raw(msgspec.json.encode(result)))
