"""The catalogue: what is measured, where and by what, in the nouns of SensorThings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from schemas.interpreter.differences import Register

Properties: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class City:
    """A local government that connects its sensors."""

    slug: str
    name: str
    time_zone: str
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A city's data of one theme; `access` is `open` or `restricted`, with its reason."""

    city: str
    theme: str
    title: str
    description: str
    licence: str
    access: str
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Location:
    """A place, in degrees (WGS 84)."""

    name: str
    description: str
    longitude: float
    latitude: float

    @property
    def location(self) -> dict[str, Any]:
        """The place as a GeoJSON geometry."""
        return {"type": "Point", "coordinates": [self.longitude, self.latitude]}


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A device or place that carries sensors, known by its name within city and profile."""

    city: str
    profile: str
    name: str
    title: str
    description: str
    location: Location | None
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FeatureOfInterest:
    """What a thing's observations are about: the surroundings of the place where it is."""

    name: str
    description: str
    feature: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """An instrument's model; `city` is set where the profile is the city's own."""

    city: str | None
    profile: str
    version: int
    name: str
    description: str
    encoding_type: str
    metadata: str
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ObservedProperty:
    """What is measured; `city` is set where the property is the city's own."""

    city: str | None
    code: str
    theme: str
    name: str
    definition: str
    description: str
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Datastream:
    """A series of one property by one sensor on one thing, in one unit and interval length."""

    name: str
    unit: str
    interval_seconds: int
    title: str
    description: str
    observation_type: str
    unit_of_measurement: dict[str, str]
    open: bool
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Differences:
    """The datastream beside a register's that says what it counts in each interval."""

    observed_property: ObservedProperty
    datastream: Datastream
    register: Register


@dataclass(frozen=True, kw_only=True)
class Described:
    """All that must be known before an observation can be stored.

    `differences` is set where the datastream is a register of which they are made.
    """

    dataset: Dataset
    thing: Thing
    feature_of_interest: FeatureOfInterest
    sensor: Sensor
    observed_property: ObservedProperty
    datastream: Datastream
    differences: Differences | None = None
