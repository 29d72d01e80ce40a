"""Where things are: what the city's pack says, or else, once, what the thing says itself."""

from collections.abc import Mapping

from schemas.catalogue import Thing
from schemas.description import feature_of
from stream_processors.database import Connection
from stream_processors.register.catalogue_table import json_of
from stream_processors.statements import statement

_UNPLACED = statement(__package__, "lock_unplaced")
_PLACE = statement(__package__, "place_thing")
_FEATURE = statement(__package__, "describe_feature")


async def write_place(connection: Connection, thing_id: int, thing: Thing) -> None:
    """Write a thing's place, where it has one, and what its observations are about."""
    if thing.location:
        place = thing.location
        await connection.execute(
            _PLACE,
            thing_id,
            place.name,
            place.description,
            json_of(place.location),
            place.longitude,
            place.latitude,
        )
    feature = feature_of(thing)
    await connection.execute(
        _FEATURE, thing_id, feature.name, feature.description, json_of(feature.feature)
    )


async def place_newcomers(connection: Connection, things: Mapping[int, Thing]) -> None:
    """Give a place to the things that have none; one that has a place stays where it is."""
    told = {thing_id: thing for thing_id, thing in things.items() if thing.location}
    if told:
        for row in await connection.fetch(_UNPLACED, list(told)):
            await write_place(connection, row["thing_id"], told[row["thing_id"]])
