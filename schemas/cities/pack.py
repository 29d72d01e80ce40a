"""A city's own data: datasets, licences, topics, things. `city.yaml` and `things.yaml` of a pack.

A pack is a directory: `city.yaml`, and if wanted `things.yaml`, `profiles/<vendor>/<model>.yaml`
and `vocabulary/observed-properties.yaml`.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from schemas.cities.pack_parts import Contact, Dataset, Name, Part, Publisher, Text
from schemas.errors import Misconfigured
from schemas.language.profile_parts import Duration
from schemas.topics import Mapping, check_filter
from schemas.vocabulary_entries import Iri
from schemas.yaml_source import read_model, read_yaml

_ANTIMERIDIAN, _POLE = 180, 90
_PRINCIPLES = 20
RESERVED = frozenset({"catalogue", "vocabulary"})
"""Slugs that no city can have: the streams of changes below /feeds that are no city's."""
_THINGS_LIMIT_BYTES = 32_000_000

ProfileId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$")]


class TopicMapping(Part):
    """Devices whose topics cannot be chosen: an MQTT topic filter, and the profile it means."""

    filter: str
    profile: ProfileId


class KnownThing(Part):
    """A thing that the city tells about; one that it does not still registers itself.

    Attributes:
        location: longitude and latitude in degrees (WGS 84).
        every: how often its values come, as PT5M, where the profile cannot know.
        personal: overrides the profile, with a reason (a public building's meter, for instance).
        announce: whether it is shown before it has sent anything; left out: as the pack says.
    """

    profile: ProfileId
    name: Name
    title: str = ""
    description: str = ""
    location: tuple[float, float] | None = None
    every: Duration | None = None
    personal: Literal["no", "yes"] | None = None
    reason: str = ""
    announce: bool | None = None

    @field_validator("location")
    @classmethod
    def _on_earth(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value and not (abs(value[0]) <= _ANTIMERIDIAN and abs(value[1]) <= _POLE):
            raise ValueError("location is longitude, latitude in degrees")
        if value == (0.0, 0.0):
            raise ValueError("0, 0 lies in the sea: leave location out until it is known")
        return value

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.personal == "no" and not self.reason:
            raise ValueError("personal: no needs a reason, which is published")
        if self.personal == "yes" and self.announce:
            raise ValueError("what is about persons is not announced: leave announce out")
        return self


class City(Part):
    """`city.yaml`: what a city decides for itself.

    Attributes:
        spatial: IRI of the place; by default that of the catalogue's defaults.
        charter: how the city follows the Open Data Charter, by the number of the principle.
    """

    slug: Name = Field(description="the name in addresses and topics, such as `leiedonk`")
    name: Text = Field(description="what people call it, such as {nl: Stad Leiedonk}")
    time_zone: str = "Europe/Brussels"
    publisher: Publisher = Field(description="who answers for the data, such as `Stad Leiedonk`")
    contact: Contact = Field(description="whom to ask: {name: Dataloket, email: data@…}")
    spatial: Iri | None = None
    charter: dict[int, Text] = Field(default_factory=dict)
    datasets: tuple[Dataset, ...] = Field(
        min_length=1, description="what is published: one for each theme"
    )
    topics: tuple[TopicMapping, ...] = ()
    clients: tuple[Name, ...] = ("sensors",)
    new_things_per_hour: int = Field(1000, ge=1)

    @field_validator("slug")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(f"{value} is the name of something else in addresses; take another")
        return value

    @field_validator("charter")
    @classmethod
    def _principles(cls, value: dict[int, Text]) -> dict[int, Text]:
        if not all(1 <= number <= _PRINCIPLES for number in value):
            raise ValueError(f"the charter's principles are numbered 1 to {_PRINCIPLES}")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError("not a time zone of the tz database, such as Europe/Brussels") from (
                unknown
            )
        return value

    @field_validator("datasets")
    @classmethod
    def _one_each(cls, value: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
        themes = [dataset.theme for dataset in value]
        if len(set(themes)) < len(themes):
            raise ValueError("each theme has one dataset; one stands here twice")
        return value


class _Things(Part):
    announce: bool = False
    things: tuple[KnownThing, ...] = ()


class CityPack(Part):
    """A pack that was read, with the directory that it came from.

    Attributes:
        announce: whether its things are shown before they have sent anything; each may differ.
    """

    directory: Path
    city: City
    announce: bool = False
    things: tuple[KnownThing, ...] = ()

    @property
    def slug(self) -> str:
        """Slug of the city."""
        return self.city.slug

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the city, in which its days are counted."""
        return ZoneInfo(self.city.time_zone)

    @property
    def profiles_directory(self) -> Path:
        """Where the city's own profiles are, if it has any."""
        return self.directory / "profiles"

    @property
    def vocabulary_file(self) -> Path:
        """Where the city's own observed properties are, if it has any."""
        return self.directory / "vocabulary" / "observed-properties.yaml"

    def mappings(self) -> list[Mapping]:
        """Return the topic filters that this city maps to profiles."""
        return [Mapping(self.slug, topic.filter, topic.profile) for topic in self.city.topics]

    def dataset(self, theme: str) -> Dataset | None:
        """Return the dataset that takes a theme, if the city declares one."""
        return next((one for one in self.city.datasets if one.theme == theme), None)

    def thing(self, profile: str, name: str) -> KnownThing | None:
        """Return what the city tells about a thing, if anything."""
        return next(
            (one for one in self.things if one.profile == profile and one.name == name), None
        )


def load_city_pack(directory: Path) -> CityPack:
    """Read a pack.

    Raises:
        Misconfigured: names the file, the line, the field and what to change.
    """
    file = directory / "city.yaml"
    if not file.exists():
        raise Misconfigured(f"{file} is missing: a city pack begins with it")
    city = read_model(read_yaml(file), City)
    things = directory / "things.yaml"
    for topic in city.topics:
        check_filter(topic.filter, owner=city.slug)
    known = _things(things) if things.exists() else _Things()
    return CityPack(directory=directory, city=city, announce=known.announce, things=known.things)


def _things(file: Path) -> _Things:
    return read_model(read_yaml(file, limit_bytes=_THINGS_LIMIT_BYTES), _Things)
