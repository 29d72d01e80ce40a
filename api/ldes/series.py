"""What a member says of its datastream, and of what its observations are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

import asyncpg
import msgspec

from api.ldes.geometry import well_known_text

_FOLDER: Final = files("api.ldes")
_SERIES: Final = (_FOLDER / "series.sql").read_text(encoding="utf-8")
_FEATURES: Final = (_FOLDER / "features.sql").read_text(encoding="utf-8")
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)

AnyConnection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy


@dataclass(frozen=True)
class Feature:
    """What a thing's observations are about from a time on.

    Attributes:
        place: its geometry as well-known text; empty while it is not known.
    """

    feature_of_interest_id: int
    valid_from: datetime
    place: str


@dataclass(frozen=True, kw_only=True)
class Series:
    """A datastream, as its members tell of it.

    Attributes:
        definition: IRI of the concept that its observed property is.
        qualifiers: what narrows the concept, such as `vehicleType`: IRI.
        unit: IRI of the QUDT unit.
        open: whether everybody may read it.
        features: the newest first.
    """

    datastream_id: int
    dataset_id: int
    city: str
    theme: str
    thing_id: int
    sensor_id: int
    observed_property_id: int
    definition: str
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    unit: str
    observation_type: str
    open: bool
    features: Sequence[Feature]

    def feature_at(self, time: datetime) -> Feature | None:
        """Return what an observation of a time is about, as SensorThings has it."""
        return next((one for one in self.features if one.valid_from <= time), None)


async def series_of(
    connection: AnyConnection, datastreams: Sequence[int] | None = None
) -> list[Series]:
    """Return datastreams, `None` for all, in the order of their ids.

    The connection gives JSON as text.
    """
    rows = await connection.fetch(_SERIES, datastreams)
    things = None if datastreams is None else sorted({row["thing_id"] for row in rows})
    features = await _features(connection, things)
    return [
        Series(
            **{name: value for name, value in row.items() if name != "qualifiers"},
            qualifiers=msgspec.json.decode(row["qualifiers"] or "{}"),
            features=features.get(row["thing_id"], ()),
        )
        for row in rows
    ]


async def _features(
    connection: AnyConnection, things: Sequence[int] | None
) -> Mapping[int, Sequence[Feature]]:
    found: dict[int, list[Feature]] = {}
    for row in await connection.fetch(_FEATURES, things):
        place = well_known_text(msgspec.json.decode(row["geometry"] or "null"))
        one = Feature(row["feature_of_interest_id"], _time(row["valid_from"]), place)
        found.setdefault(row["thing_id"], []).append(one)
    return found


def _time(valid_from: datetime) -> datetime:
    """Return a time that can be compared: asyncpg gives minus infinity without a zone."""
    return valid_from if valid_from.tzinfo else _ALWAYS
