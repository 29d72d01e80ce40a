"""The eight sets of SensorThings: what each entity has, and where it is in SQL."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from api.sensorthings.model import Entity, Kind, Navigation, Property

_FOLDER: Final = files("api.sensorthings") / "relations"


def _entity(
    name: str,
    collection: str,
    key: tuple[str, ...],
    properties: tuple[Property, ...],
    navigations: tuple[Navigation, ...],
) -> Entity:
    file = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    return Entity(
        name=name,
        collection=collection,
        relation=(_FOLDER / f"{file}.sql").read_text(encoding="utf-8").strip(),
        key=key,
        properties={one.name: one for one in properties},
        navigations={one.name: one for one in navigations},
    )


def _text(name: str, column: str = "") -> Property:
    return Property(name, Kind.TEXT, (column or name,))


def _json(name: str, column: str = "", *, optional: bool = False) -> Property:
    return Property(name, Kind.JSON, (column or name,), optional=optional, nullable=optional)


def _time(name: str, column: str) -> Property:
    return Property(name, Kind.TIME, (column,))


def _one(name: str, condition: str) -> Navigation:
    return Navigation(name, name, many=False, condition=condition)


def _many(name: str, target: str, condition: str) -> Navigation:
    return Navigation(name, target, many=True, condition=condition)


def _same(column: str) -> str:
    return f"{{child}}.{column} = {{parent}}.{column}"


_DESCRIBED = (_text("name"), _text("description"))
_FEATURE = (
    "{observation}.thing_id = {feature}.thing_id"
    " and {observation}.phenomenon_start >= {feature}.valid_from"
    " and {observation}.phenomenon_start < {feature}.valid_until"
)
_AT_LOCATION = (
    "{child}.location_id = {parent}.location_id and {child}.thing_id in"
    " (select h.thing_id from historical_location h where h.location_id = {parent}.location_id)"
)
_PARAMETERS = {
    "sequence": Property("sequence", Kind.NUMBER, ("sequence",)),
    "publishedTime": _time("publishedTime", "published_at"),
    "receivedTime": _time("receivedTime", "received_time"),
    "rawResult": _json("rawResult", "raw_result", optional=True),
}

THING: Final = _entity(
    "Thing",
    "Things",
    ("thing_id",),
    (_text("name", "title"), _text("description"), _json("properties")),
    (
        _many("Locations", "Location", _same("location_id")),
        _many("HistoricalLocations", "HistoricalLocation", _same("thing_id")),
        _many("Datastreams", "Datastream", _same("thing_id")),
    ),
)
LOCATION: Final = _entity(
    "Location",
    "Locations",
    ("location_id",),
    (*_DESCRIBED, _text("encodingType", "encoding_type"), _json("location"), _json("properties")),
    (
        _many("Things", "Thing", _AT_LOCATION),
        _many("HistoricalLocations", "HistoricalLocation", _same("location_id")),
    ),
)
HISTORICAL_LOCATION: Final = _entity(
    "HistoricalLocation",
    "HistoricalLocations",
    ("historical_location_id",),
    (_time("time", "time"),),
    (
        _one("Thing", _same("thing_id")),
        _many("Locations", "Location", _same("location_id")),
    ),
)
DATASTREAM: Final = _entity(
    "Datastream",
    "Datastreams",
    ("datastream_id",),
    (
        _text("name", "title"),
        _text("description"),
        _text("observationType", "observation_type"),
        _json("unitOfMeasurement", "unit_of_measurement"),
        _json("observedArea", "observed_area", optional=True),
        Property(
            "phenomenonTime",
            Kind.INTERVAL,
            ("first_phenomenon_start", "last_phenomenon_end"),
            optional=True,
            nullable=True,
        ),
        Property(
            "resultTime",
            Kind.INTERVAL,
            ("first_result_time", "last_result_time"),
            optional=True,
            nullable=True,
        ),
        _json("properties"),
    ),
    (
        _one("Thing", _same("thing_id")),
        _one("Sensor", _same("sensor_id")),
        _one("ObservedProperty", _same("observed_property_id")),
        _many("Observations", "Observation", _same("datastream_id")),
    ),
)
SENSOR: Final = _entity(
    "Sensor",
    "Sensors",
    ("sensor_id",),
    (*_DESCRIBED, _text("encodingType", "encoding_type"), _text("metadata"), _json("properties")),
    (_many("Datastreams", "Datastream", _same("sensor_id")),),
)
OBSERVED_PROPERTY: Final = _entity(
    "ObservedProperty",
    "ObservedProperties",
    ("observed_property_id",),
    (_text("name"), _text("definition"), _text("description"), _json("properties")),
    (_many("Datastreams", "Datastream", _same("observed_property_id")),),
)
OBSERVATION: Final = _entity(
    "Observation",
    "Observations",
    ("datastream_id", "phenomenon_start"),
    (
        Property("phenomenonTime", Kind.INTERVAL, ("phenomenon_start", "phenomenon_end")),
        _time("resultTime", "result_time"),
        Property("result", Kind.RESULT, ("result_number", "result_json")),
        Property("resultQuality", Kind.CODES, ("quality",), optional=True, nullable=True),
        Property(
            "parameters",
            Kind.JSON,
            tuple(one.columns[0] for one in _PARAMETERS.values()),
            members=_PARAMETERS,
        ),
    ),
    (
        _one("Datastream", _same("datastream_id")),
        _one("FeatureOfInterest", _FEATURE.format(observation="{parent}", feature="{child}")),
    ),
)
FEATURE_OF_INTEREST: Final = _entity(
    "FeatureOfInterest",
    "FeaturesOfInterest",
    ("feature_of_interest_id",),
    (*_DESCRIBED, _text("encodingType", "encoding_type"), _json("feature"), _json("properties")),
    (
        _many(
            "Observations",
            "Observation",
            _FEATURE.format(observation="{child}", feature="{parent}"),
        ),
    ),
)

ENTITIES: Final[Mapping[str, Entity]] = {
    one.name: one
    for one in (
        THING,
        LOCATION,
        HISTORICAL_LOCATION,
        DATASTREAM,
        SENSOR,
        OBSERVED_PROPERTY,
        OBSERVATION,
        FEATURE_OF_INTEREST,
    )
}
COLLECTIONS: Final[Mapping[str, Entity]] = {one.collection: one for one in ENTITIES.values()}
