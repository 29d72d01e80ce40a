"""A city's own data: datasets, licences, topics, things. `city.yaml` and `things.yaml` of a pack.

A pack is a directory: `city.yaml`, and if wanted `things.yaml`, `profiles/<vendor>/<model>.yaml`
and `vocabulary/observed-properties.yaml`.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from schemas.errors import Misconfigured
from schemas.topics import NAME, Mapping, check_filter

_ANTIMERIDIAN, _POLE = 180, 90


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError(
            "at most 64 letters a-z, digits and dashes, beginning with a letter or digit"
        )
    return value


Name = Annotated[str, AfterValidator(_name)]
ProfileId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$")]


class Part(BaseModel):
    """Base of the parts of a pack: frozen, camelCase, a misspelt field is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class Text(Part):
    """A text for people: Dutch always, English where there is one."""

    nl: str = Field(min_length=1)
    en: str = ""


class Contact(Part):
    """Whom to ask about a dataset."""

    name: str = Field(min_length=1)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


class Dataset(Part):
    """A city's data of one theme, as it is published.

    Attributes:
        theme: slug of the vocabulary.
        licence: code of `schemas/vocabulary/licences.yaml`.
        access: whether everybody may read it; restricted needs a reason (comply or explain).
    """

    theme: Name
    title: Text
    description: Text
    licence: str
    access: Literal["open", "restricted"]
    access_reason: str = ""

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.access == "restricted" and not self.access_reason:
            raise ValueError("a restricted dataset needs an accessReason: comply or explain")
        return self


class TopicMapping(Part):
    """Devices whose topics cannot be chosen: an MQTT topic filter, and the profile it means."""

    filter: str
    profile: ProfileId


class KnownThing(Part):
    """A thing that the city tells about; one that it does not still registers itself.

    Attributes:
        location: longitude and latitude in degrees (WGS 84).
        personal: overrides the profile, with a reason (a public building's meter, for instance).
    """

    profile: ProfileId
    name: Name
    title: str = ""
    description: str = ""
    location: tuple[float, float] | None = None
    personal: Literal["no", "yes"] | None = None
    reason: str = ""

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
        return self


class City(Part):
    """`city.yaml`: what a city decides for itself."""

    slug: Name
    name: Text
    time_zone: str = "Europe/Brussels"
    publisher: str
    contact: Contact
    datasets: tuple[Dataset, ...] = Field(min_length=1)
    topics: tuple[TopicMapping, ...] = ()
    clients: tuple[Name, ...] = ("sensors",)
    new_things_per_hour: int = Field(1000, ge=1)

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
    things: tuple[KnownThing, ...] = ()


class CityPack(Part):
    """A pack that was read, with the directory that it came from."""

    directory: Path
    city: City
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
        Misconfigured: names the file, the field and what to change.
    """
    city = _read(City, directory / "city.yaml")
    things = directory / "things.yaml"
    known = _read(_Things, things).things if things.exists() else ()
    for topic in city.topics:
        check_filter(topic.filter, owner=city.slug)
    return CityPack(directory=directory, city=city, things=known)


_Model = TypeVar("_Model", bound=Part)


def _read(model: type[_Model], file: Path) -> _Model:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise Misconfigured(f"{file} is missing: a city pack begins with it") from missing
    except (yaml.YAMLError, UnicodeDecodeError) as malformed:
        raise Misconfigured(f"{file} is not YAML: {_one_line(malformed)}") from malformed
    try:
        return model.model_validate(content)
    except ValidationError as invalid:
        raise Misconfigured(f"{file}: {_sentences(invalid)}") from invalid


def _sentences(invalid: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in error['loc']) or 'the whole'}: {error['msg']}"
        for error in invalid.errors()
    )


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))
