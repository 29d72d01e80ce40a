"""Things that come by themselves, no more of a city in an hour than it allows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from schemas.catalogue import Described
from stream_processors.database import Connection
from stream_processors.register.catalogue_table import json_of
from stream_processors.statements import statement

ThingKey: TypeAlias = tuple[str, str, str]

_READ = statement(__package__, "read_things")
_LOCK = statement(__package__, "lock_newcomers")
_COUNT = statement(__package__, "count_newcomers")
_INSERT = statement(__package__, "insert_things")


async def thing_ids(
    connection: Connection, described: Sequence[Described], caps: Mapping[str, int]
) -> dict[ThingKey, int]:
    """Return the ids of the things described; one that its city has no room for has none.

    Args:
        connection: in a transaction.
        described: whose things are wanted.
        caps: new things allowed in an hour, by city.
    """
    wanted = {thing_key(one): one for one in described}
    known = await _read(connection, wanted)
    missing: defaultdict[str, list[Described]] = defaultdict(list)
    for key in sorted(wanted.keys() - known.keys()):
        missing[key[0]].append(wanted[key])
    for city, newcomers in sorted(missing.items()):
        await _let_in(connection, city, newcomers, caps[city])
    return await _read(connection, wanted) if missing else known


def thing_key(described: Described) -> ThingKey:
    """Return what a thing is known by."""
    return described.thing.city, described.thing.profile, described.thing.name


async def _let_in(
    connection: Connection, city: str, newcomers: Sequence[Described], cap: int
) -> None:
    await connection.execute(_LOCK, city)
    room = max(cap - int(await connection.fetchval(_COUNT, city)), 0)
    await connection.execute(_INSERT, json_of([_row(one) for one in newcomers[:room]]))


async def _read(connection: Connection, wanted: Iterable[ThingKey]) -> dict[ThingKey, int]:
    rows = [{"city": city, "profile": profile, "name": name} for city, profile, name in wanted]
    found = await connection.fetch(_READ, json_of(rows))
    return {(row["city"], row["profile"], row["name"]): row["thing_id"] for row in found}


def _row(described: Described) -> dict[str, Any]:
    thing, feature = described.thing, described.feature_of_interest
    return {
        "city": thing.city,
        "profile": thing.profile,
        "name": thing.name,
        "title": thing.title,
        "description": thing.description,
        "properties": dict(thing.properties),
        "feature_name": feature.name,
        "feature_description": feature.description,
        "feature": feature.feature,
    }
