"""Registers things and datastreams when they are seen for the first time."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from schemas.catalogue import Described
from schemas.cities.registry import Registry
from schemas.description import describe
from schemas.errors import Misconfigured, StoreUnavailable
from schemas.settings import DatabaseConnection
from schemas.wire import NormalisedReading, Observation, Rejection, ToldPlace
from stream_processors.database import Connection, DataRefused, Session, translated
from stream_processors.register.catalogue_table import (
    json_of,
    write_dataset,
    write_observed_property,
    write_sensor,
)
from stream_processors.register.differences import declare_differences
from stream_processors.register.newcomers import thing_ids, thing_key
from stream_processors.register.placement import place_newcomers
from stream_processors.statements import statement

Key: TypeAlias = tuple[str, str, str, str, int, str, float]
_INSERT = statement(__package__, "insert_datastreams")
_READ = statement(__package__, "read_datastreams")
_OPEN = statement(__package__, "open_things")


class Registrar:
    """Finds the datastream of an observation; what is new it writes into the catalogue.

    A process keeps what it has seen in memory. Two that see the same at once both get the one row.

    Attributes:
        registers: ids of datastreams, of all returned so far, that differences are made of.
    """

    def __init__(self, database: DatabaseConnection, registry: Registry) -> None:
        self._session = Session(database, name="stadspuls-register")
        self._registry = registry
        self._caps = {
            slug: context.pack.city.new_things_per_hour
            for slug, context in registry.cities.items()
        }
        self.registers: set[int] = set()
        self._ids: dict[Key, int] = {}
        self._refused: dict[Key, Rejection] = {}
        self._entities: dict[tuple[Any, ...], int] = {}

    async def register(self, wanted: Iterable[tuple[NormalisedReading, Observation]]) -> None:
        """Make sure that the datastream of each is known, or refused.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        self._refused = {}
        new: dict[Key, Described] = {}
        for reading, observation in wanted:
            key = key_of(reading, observation)
            if key not in self._ids and key not in new and key not in self._refused:
                self._describe(key, reading, observation, new)
        if new:
            await self._write(new)

    def datastream(self, reading: NormalisedReading, observation: Observation) -> int | Rejection:
        """Return the id of a datastream that was registered, or why there is none."""
        key = key_of(reading, observation)
        found = self._ids.get(key)
        return self._refused[key] if found is None else found

    async def close(self) -> None:
        """Close the connection to the database."""
        await self._session.close()

    def _describe(
        self,
        key: Key,
        reading: NormalisedReading,
        observation: Observation,
        new: dict[Key, Described],
    ) -> None:
        context = self._registry.cities.get(reading.city)
        if context is None:
            detail = f"the city {reading.city} is not connected here"
            self._refused[key] = Rejection(reason="topic.unknown-city", detail=detail)
            return
        try:
            new[key] = describe(
                context,
                thing_profile=reading.profile,
                observation=observation,
                place=_place(reading, observation),
            )
        except (Misconfigured, KeyError) as unknown:
            detail = f"{observation.profile} does not describe {observation.datastream}: {unknown}"
            self._refused[key] = Rejection(reason="profile.unknown", detail=detail)

    async def _write(self, new: Mapping[Key, Described]) -> None:
        try:
            connection = await self._session.connection()
            with translated():
                async with connection.transaction():
                    found = await self._write_all(connection, new)
        except DataRefused as refused:
            self._entities.clear()  # their rows went with the transaction
            await self._write_each(new, refused)
        except StoreUnavailable:
            self._entities.clear()
            await self._session.close()
            raise
        else:
            self._ids.update(found)
            self.registers.update(found[key] for key in found if new[key].differences)

    async def _write_each(self, new: Mapping[Key, Described], refused: DataRefused) -> None:
        """Find out which of several descriptions PostgreSQL refuses."""
        if len(new) == 1:
            rejection = Rejection(reason="record.refused", detail=str(refused))
            self._refused.update(dict.fromkeys(new, rejection))
            return
        for key, described in new.items():
            await self._write({key: described})

    async def _write_all(
        self, connection: Connection, new: Mapping[Key, Described]
    ) -> dict[Key, int]:
        things = await thing_ids(connection, list(new.values()), self._caps)
        rows: list[dict[str, Any]] = []
        keys: list[Key] = []
        for key, described in new.items():
            thing_id = things.get(thing_key(described))
            if thing_id is None:
                self._refused[key] = _too_many(described, self._caps)
                continue
            keys.append(key)
            rows.append(await self._row(connection, described, thing_id, place=len(rows)))
        await place_newcomers(
            connection,
            {row["thing_id"]: new[key].thing for key, row in zip(keys, rows, strict=True)},
        )
        await connection.execute(_INSERT, json_of(rows))
        await connection.execute(_OPEN, [row["thing_id"] for row in rows])
        read = await connection.fetch(_READ, json_of(rows))
        found = {keys[row["place"]]: row["datastream_id"] for row in read}
        made = {number: new[key].differences for key, number in found.items()}
        await declare_differences(
            connection, {number: one for number, one in made.items() if one is not None}
        )
        return found

    async def _row(
        self, connection: Connection, described: Described, thing_id: int, *, place: int
    ) -> dict[str, Any]:
        return asdict(described.datastream) | {
            "place": place,
            "thing_id": thing_id,
            "sensor_id": await self._sensor(connection, described),
            "observed_property_id": await self._observed_property(connection, described),
            "dataset_id": await self._dataset(connection, described),
        }

    async def _sensor(self, connection: Connection, described: Described) -> int:
        sensor = described.sensor
        key = ("sensor", sensor.city, sensor.profile, sensor.version)
        if key not in self._entities:
            self._entities[key] = await write_sensor(connection, sensor)
        return self._entities[key]

    async def _observed_property(self, connection: Connection, described: Described) -> int:
        entry = described.observed_property
        key = ("property", entry.city, entry.code)
        if key not in self._entities:
            self._entities[key] = await write_observed_property(connection, entry)
        return self._entities[key]

    async def _dataset(self, connection: Connection, described: Described) -> int:
        dataset = described.dataset
        key = ("dataset", dataset.city, dataset.theme)
        if key not in self._entities:
            self._entities[key] = await write_dataset(connection, dataset)
        return self._entities[key]


def key_of(reading: NormalisedReading, observation: Observation) -> Key:
    """Return what the datastream of an observation is known by in memory."""
    end = observation.phenomenon_end
    length = (end - observation.phenomenon_start).total_seconds() if end else 0.0
    return (
        reading.city,
        reading.profile,
        observation.thing,
        observation.profile,
        observation.profile_version,
        observation.datastream,
        length,
    )


def _place(reading: NormalisedReading, observation: Observation) -> ToldPlace | None:
    return next((one for one in reading.places if one.thing == observation.thing), None)


def _too_many(described: Described, caps: Mapping[str, int]) -> Rejection:
    city = described.thing.city
    detail = (
        f"{city} has had its {caps[city]} new things of this hour; raise newThingsPerHour in "
        "city.yaml, or wait, then replay"
    )
    return Rejection(reason="things.too-many", detail=detail)
