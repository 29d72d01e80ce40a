"""The catalogue's entities as rows, got or created."""

from collections.abc import Mapping
from typing import Any

import msgspec

from schemas.catalogue import City, Dataset, ObservedProperty, Sensor
from stream_processors.database import Connection
from stream_processors.statements import statement

_CITY = statement(__package__, "upsert_city")
_DATASET = statement(__package__, "upsert_dataset")
_SENSOR = statement(__package__, "upsert_sensor")
_PROPERTY = statement(__package__, "upsert_observed_property")


def json_of(document: Mapping[str, Any] | list[dict[str, Any]]) -> str:
    """Return a document as PostgreSQL's jsonb takes it."""
    return msgspec.json.encode(document).decode()


async def write_city(connection: Connection, city: City) -> None:
    """Write a city."""
    await connection.execute(_CITY, city.slug, city.name, city.time_zone, json_of(city.properties))


async def write_dataset(connection: Connection, dataset: Dataset) -> int:
    """Write a dataset and return its id."""
    return int(
        await connection.fetchval(
            _DATASET,
            dataset.city,
            dataset.theme,
            dataset.title,
            dataset.description,
            dataset.licence,
            dataset.access,
            json_of(dataset.properties),
        )
    )


async def write_sensor(connection: Connection, sensor: Sensor) -> int:
    """Write an instrument's model and return its id."""
    return int(
        await connection.fetchval(
            _SENSOR,
            sensor.city,
            sensor.profile,
            sensor.version,
            sensor.name,
            sensor.description,
            sensor.encoding_type,
            sensor.metadata,
            json_of(sensor.properties),
        )
    )


async def write_observed_property(connection: Connection, entry: ObservedProperty) -> int:
    """Write an entry of the vocabulary and return its id."""
    return int(
        await connection.fetchval(
            _PROPERTY,
            entry.city,
            entry.code,
            entry.theme,
            entry.name,
            entry.definition,
            entry.description,
            json_of(entry.properties),
        )
    )
