"""The datastreams that there are, looked up and never registered: for a rehearsal."""

from collections.abc import Iterable
from typing import Any, Final

from schemas.catalogue import Described
from schemas.cities.registry import Registry
from schemas.description import describe
from schemas.errors import Misconfigured
from schemas.wire import NormalisedReading, Observation, Rejection
from stream_processors.database import Connection
from stream_processors.register.catalogue_table import json_of
from stream_processors.register.registrar import Key, key_of
from stream_processors.statements import statement

_FIND: Final = statement(__package__, "find_datastreams")


class KnownDatastreams:
    """Finds the datastream of an observation; one that would be new has a number below 0."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._ids: dict[Key, int] = {}
        self._refused: dict[Key, Rejection] = {}

    async def look_up(
        self, connection: Connection, wanted: Iterable[tuple[NormalisedReading, Observation]]
    ) -> None:
        """Find the datastream of each."""
        new: dict[Key, Described] = {}
        for reading, observation in wanted:
            key = key_of(reading, observation)
            if key not in self._ids and key not in new and key not in self._refused:
                self._describe(key, reading, observation, new)
        if new:
            rows = [_row(place, one) for place, one in enumerate(new.values())]
            found = {
                row["place"]: row["datastream_id"]
                for row in await connection.fetch(_FIND, json_of(rows))
            }
            for place, key in enumerate(new):
                self._ids[key] = found.get(place, -1 - len(self._ids))

    def datastream(self, reading: NormalisedReading, observation: Observation) -> int | Rejection:
        """Return the number of a datastream that was looked up, or why there is none."""
        key = key_of(reading, observation)
        found = self._ids.get(key)
        return self._refused[key] if found is None else found

    def _describe(
        self,
        key: Key,
        reading: NormalisedReading,
        observation: Observation,
        new: dict[Key, Described],
    ) -> None:
        try:
            context = self._registry.cities[reading.city]
            new[key] = describe(context, thing_profile=reading.profile, observation=observation)
        except (Misconfigured, KeyError) as unknown:
            self._refused[key] = Rejection(reason="profile.unknown", detail=str(unknown))


def _row(place: int, described: Described) -> dict[str, Any]:
    thing, sensor, series = described.thing, described.sensor, described.datastream
    return {
        "place": place,
        "city": thing.city,
        "thing_profile": thing.profile,
        "thing": thing.name,
        "sensor_city": sensor.city,
        "profile": sensor.profile,
        "property_city": described.observed_property.city,
        "property": described.observed_property.code,
        "name": series.name,
        "unit": series.unit,
        "interval_seconds": series.interval_seconds,
    }
