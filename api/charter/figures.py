"""What the running system knows of a city, for its charter report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final

import msgspec

from api.catalogue.words import catalogue_words
from api.charter.principles import charter
from api.iris import Iris
from api.store import Connection
from schemas.cities.declaration import CityDeclaration
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

_SQL: Final = (files("api.charter") / "figures.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Figures of a city; those of quality are of the past day, and `None` where not measured."""

    datasets: int
    open_datasets: int
    closed_datasets: int
    unexplained_datasets: int
    undeclared_datasets: int
    unlicensed_datasets: int
    licences: int
    unknown_licences: int
    kept_for_ever: int
    datastreams: int
    open_datastreams: int
    undescribed_datastreams: int
    silent_datastreams: int
    observations: int
    first_time: datetime | None
    things: int
    known_things: int
    unplaced_things: int
    open_things: int
    readings: int
    rejected: int
    duplicates: int
    validity: float | None
    completeness: float | None
    arrival_p95: float | None
    publication_p95: float | None
    feed_events: int
    faces: int
    standards: int
    entities: int
    catalogue: str


@dataclass(frozen=True)
class CityReport:
    """A city, and what is known of it.

    Attributes:
        said: what it says of itself.
    """

    name: str
    said: CityDeclaration
    figures: Figures


async def city_report(
    connection: Connection, city: str, iris: Iris, words: Vocabulary
) -> CityReport:
    """Return what is known of a city.

    Raises:
        NotFound: there is no such city.
    """
    silence = timedelta(days=charter().limits.most_silent_days)
    licences = [one.iri for one in words.licences.values()]
    row = await connection.fetchrow(_SQL, city, licences, silence)
    if row is None:
        raise NotFound(f"there is no city {city[:64]!r} here")
    known: dict[str, Any] = dict(row)
    name, said = known.pop("name"), known.pop("properties")
    figures = Figures(**known, **_platform(known, city, iris))
    return CityReport(name, msgspec.json.decode(said, type=CityDeclaration), figures)


def _platform(known: Mapping[str, Any], city: str, iris: Iris) -> Mapping[str, Any]:
    """Return what holds for everything that is published here."""
    faces = [one for one in catalogue_words().faces if not one.by_mqtt or iris.mqtt]
    return {
        "faces": len(faces),
        "standards": len({one for face in faces for one in face.conforms_to}),
        "entities": known["open_things"] + known["open_datastreams"],
        "catalogue": iris.catalogue(city),
    }
