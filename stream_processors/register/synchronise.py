"""The city packs and the vocabulary into the catalogue, at the start of the store."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from schemas.announcement import announced_themes
from schemas.catalogue import Described
from schemas.cities.pack import KnownThing
from schemas.cities.registry import CityContext, Registry
from schemas.description import (
    city_of,
    dataset_of,
    describe,
    observed_property_of,
    thing_of,
)
from schemas.errors import Misconfigured
from schemas.wire import Observation
from stream_processors.database import Connection
from stream_processors.register.catalogue_table import (
    json_of,
    write_city,
    write_dataset,
    write_observed_property,
)
from stream_processors.register.differences import declare_differences
from stream_processors.register.placement import write_place
from stream_processors.statements import statement

log = logging.getLogger(__name__)

_AT_A_TIME = 5000
_LOCK = "select pg_advisory_xact_lock(hashtext('catalogue'))"
_THING = statement(__package__, "upsert_known_thing")
_WITHDRAW = statement(__package__, "withdraw_announcements")
_READ = statement(__package__, "read_all_datastreams")
_UPDATE = statement(__package__, "update_datastreams")
_FORGET = statement(__package__, "forget_differences")
_CLOSE = statement(__package__, "close_datastreams")
_OPEN = statement(__package__, "open_things")


async def synchronise(connection: Connection, registry: Registry) -> None:
    """Write cities, datasets, observed properties and known things as the packs have them.

    What is open is told again for every datastream: a dataset that was closed closes at once.
    What a pack no longer names stays, but is not announced: a row is the memory of an identifier.
    """
    async with connection.transaction():
        await connection.execute(_LOCK)
        known: list[int] = []
        for context in registry.cities.values():
            known += await _write_city(connection, context)
        await connection.execute(_WITHDRAW, known)
        await _update_datastreams(connection, registry)
        await connection.execute(_CLOSE)
        await connection.execute(_OPEN, None)


async def _write_city(connection: Connection, context: CityContext) -> list[int]:
    """Write what a pack tells, and return the ids of its things."""
    await write_city(connection, city_of(context.pack))
    for dataset in context.pack.city.datasets:
        await write_dataset(connection, dataset_of(context, dataset.theme))
    for entry in context.vocabulary.observed_properties.values():
        await write_observed_property(connection, observed_property_of(context, entry))
    return [await _write_thing(connection, context, known) for known in context.pack.things]


async def _write_thing(connection: Connection, context: CityContext, known: KnownThing) -> int:
    thing = thing_of(context, profile=known.profile, name=known.name)
    thing_id: int = await connection.fetchval(
        _THING,
        thing.city,
        thing.profile,
        thing.name,
        thing.title,
        thing.description,
        json_of(thing.properties),
        announced_themes(context, known),
    )
    await write_place(connection, thing_id, thing)
    return thing_id


async def _update_datastreams(connection: Connection, registry: Registry) -> None:
    last = 0
    while rows := await connection.fetch(_READ, last, _AT_A_TIME):
        found = dict(_described(rows, registry))
        await connection.execute(_UPDATE, json_of(_descriptions(found)))
        await _update_differences(connection, found)
        last = rows[-1]["datastream_id"]


def _descriptions(found: Mapping[int, Described]) -> list[dict[str, Any]]:
    return [asdict(one.datastream) | {"datastream_id": number} for number, one in found.items()]


async def _update_differences(connection: Connection, found: Mapping[int, Described]) -> None:
    registers = {number: one.differences for number, one in found.items() if one.differences}
    await declare_differences(connection, registers)
    await connection.execute(_FORGET, [number for number in found if number not in registers])


def _described(rows: list[asyncpg.Record], registry: Registry) -> Iterator[tuple[int, Described]]:
    """Describe datastreams again; one whose profile is gone or differs keeps its description."""
    for row in rows:
        context = registry.cities.get(row["city"])
        if context is None:
            continue
        try:
            found = describe(
                context, thing_profile=row["thing_profile"], observation=_specimen(row)
            )
        except (Misconfigured, KeyError):
            continue
        same = (found.datastream.unit, found.observed_property.code)
        if same == (row["unit"], row["observed_property"]):
            yield row["datastream_id"], found


def _specimen(row: asyncpg.Record) -> Observation:
    """Return an observation such as the datastream has, to describe the datastream by."""
    start = datetime(2000, 1, 1, tzinfo=UTC)
    length = timedelta(seconds=row["interval_seconds"])
    return Observation(
        thing=row["thing"],
        profile=row["profile"],
        profile_version=0,
        datastream=row["name"],
        phenomenon_start=start,
        phenomenon_end=start + length if length else None,
        result_time=start,
        result=0,
    )
