"""What is said about each observation: its datastream's city, theme, thing, property and unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Final

import msgspec

from api.store import Connection

_SQL: Final = (files("api") / "datastreams.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What does not change from one observation of a datastream to the next.

    Attributes:
        interval_seconds: length of its observations, 0 for instants.
        longitude: of the thing's place in degrees, `None` while it is not known.
        latitude: likewise.
    """

    datastream_id: int
    city: str
    theme: str
    thing_id: int
    thing: str
    observed_property: str
    unit: str
    interval_seconds: int
    open: bool
    licence: str
    longitude: float | None
    latitude: float | None

    @cached_property
    def json(self) -> bytes:
        """The facts as the beginning of a JSON object's members."""
        members = {
            "datastream": self.datastream_id,
            "city": self.city,
            "theme": self.theme,
            "thing": self.thing,
            "observedProperty": self.observed_property,
            "unit": self.unit,
        }
        return msgspec.json.encode(members)[1:-1]

    @cached_property
    def geometry(self) -> bytes:
        """The thing's place as GeoJSON (RFC 7946), `null` while it is not known."""
        if self.longitude is None or self.latitude is None:
            return b"null"
        place = {"type": "Point", "coordinates": (self.longitude, self.latitude)}
        return msgspec.json.encode(place)


async def facts_of(
    connection: Connection,
    *,
    readable: Sequence[str] | None,
    datastreams: Sequence[int] | None = None,
    cities: Sequence[str] | None = None,
    themes: Sequence[str] | None = None,
) -> list[Facts]:
    """Return the facts of datastreams, in the order of their ids.

    Args:
        connection: to the database.
        readable: cities whose restricted datastreams are wanted too, `None` for all of them.
        datastreams: only these, `None` for all.
        cities: only those of these cities, `None` for all.
        themes: only those of these themes, `None` for all.
    """
    rows = await connection.fetch(_SQL, readable, datastreams, cities, themes)
    return [Facts(**row) for row in rows]
