"""What the running system knows of cities and their datasets: what the catalogue is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

import msgspec

from api.data_quality.measurements import Measurement, measurements_of
from api.ldes.series import AnyConnection
from schemas.cities.declaration import CityDeclaration, DatasetDeclaration, Text

_FOLDER: Final = files("api.catalogue")
_CITIES: Final = (_FOLDER / "cities.sql").read_text(encoding="utf-8")
_CHANGES: Final = (_FOLDER / "changes.sql").read_text(encoding="utf-8")
_DATASETS: Final = (_FOLDER / "datasets.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class CityFacts:
    """A city.

    Attributes:
        said: what it says of itself.
    """

    city: str
    name: str
    said: CityDeclaration

    @property
    def names(self) -> Text:
        """Its name in the languages that it has."""
        return self.said.name if self.said.name.nl else Text(nl=self.name)


@dataclass(frozen=True, kw_only=True)
class Extent:
    """What lies in an open dataset.

    Attributes:
        box: west, south, east and north of the things' places; `None` while none is known.
        shortest_interval_seconds: of what is measured over an interval; `None` if nothing is.
        first_time: begin of the first phenomenon; `None` while nothing was measured.
        last_time: end of the last.
        published_at: when the newest was published.
    """

    things: int
    datastreams: int
    observations: int
    box: tuple[float, float, float, float] | None
    shortest_interval_seconds: int | None
    first_time: datetime | None
    last_time: datetime | None
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DatasetFacts:
    """A dataset that its city has declared.

    Attributes:
        licence: IRI.
        said: what the city says of it.
        extent: `None` for a dataset that is closed.
        quality: figures of it; none for a dataset that is closed.
    """

    dataset_id: int
    city: str
    theme: str
    licence: str
    open: bool
    said: DatasetDeclaration
    registered_time: datetime
    changed_time: datetime
    extent: Extent | None
    quality: Sequence[Measurement] = ()


@dataclass(frozen=True)
class Facts:
    """All that the catalogue of some cities is made of.

    Attributes:
        changes: when each feed last told of something, by its name.
    """

    cities: Mapping[str, CityFacts]
    datasets: Sequence[DatasetFacts]
    changes: Mapping[str, datetime] = field(default_factory=dict)


async def facts_of(connection: AnyConnection, cities: Sequence[str] | None = None) -> Facts:
    """Return the facts of cities, `None` for all; without those that declare nothing."""
    found = await connection.fetch(_DATASETS, cities)
    measured = await measurements_of(connection, [row["dataset_id"] for row in found])
    datasets = [_dataset(dict(row), measured.get(row["dataset_id"], ())) for row in found]
    names = {one.city for one in datasets}
    rows = await connection.fetch(_CITIES, cities)
    known = {row["city"]: _city(dict(row)) for row in rows if row["city"] in names}
    changes = {row["feed"]: row["changed_time"] for row in await connection.fetch(_CHANGES)}
    return Facts(known, datasets, changes)


def _city(row: Mapping[str, Any]) -> CityFacts:
    said = msgspec.json.decode(row["properties"], type=CityDeclaration)
    return CityFacts(city=row["city"], name=row["name"], said=said)


def _dataset(row: dict[str, Any], quality: Sequence[Measurement]) -> DatasetFacts:
    return DatasetFacts(
        dataset_id=row["dataset_id"],
        city=row["city"],
        theme=row["theme"],
        licence=row["licence"],
        open=row["open"],
        said=msgspec.json.decode(row["properties"], type=DatasetDeclaration),
        registered_time=row["registered_time"],
        changed_time=row["changed_time"],
        extent=_extent(row) if row["open"] else None,
        quality=quality,
    )


def _extent(row: Mapping[str, Any]) -> Extent:
    placed = row["west"] is not None
    return Extent(
        box=(row["west"], row["south"], row["east"], row["north"]) if placed else None,
        **{name: row[name] for name in Extent.__dataclass_fields__ if name != "box"},
    )
