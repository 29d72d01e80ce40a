"""What there is, city by city: datasets, their figures, and what was measured last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from api.portal.sparkline import Sparkline
from api.portal.streams import Stream, streams
from api.portal.wording import Wording
from api.store import Connection
from schemas.cities.declaration import CityDeclaration, DatasetDeclaration
from schemas.errors import NotFound
from schemas.vocabulary import Vocabulary

_FOLDER: Final = files("api.portal")
_DATASETS: Final = (_FOLDER / "datasets.sql").read_text(encoding="utf-8")
_NEWEST: Final = (_FOLDER / "newest.sql").read_text(encoding="utf-8")
_OPEN_THINGS: Final = (_FOLDER / "open_things.sql").read_text(encoding="utf-8")
_DRAWN: Final = 48
"""Numbers of a small chart."""


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """How far a dataset can be relied on: figures of its last 24 whole hours.

    Attributes:
        completeness: share of the expected values that came, `None` where none is expected.
        sound: share of the values without warnings and errors.
        arrival_seconds: from the end of the phenomenon to us: usual, and of the slowest.
        publication_seconds: from there to publication, likewise.
    """

    start: datetime
    end: datetime
    completeness: float | None
    sound: float
    arrival_seconds: tuple[float | None, float | None]
    publication_seconds: tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True)
class Newest:
    """A datastream that was heard last, with its small chart."""

    stream: Stream
    sparkline: Sparkline | None


@dataclass(kw_only=True)
class Dataset:
    """A dataset, as people read of it."""

    dataset_id: int
    theme: str
    theme_label: str
    title: str
    description: str
    licence: str
    licence_title: str
    is_open: bool
    access_reason: str
    declared: DatasetDeclaration
    things: int
    datastreams: int
    observations: int
    last_time: datetime | None
    reliability: Reliability | None
    newest: list[Newest] = field(default_factory=list)


@dataclass(kw_only=True)
class City:
    """A city and its datasets."""

    slug: str
    name: str
    zone: ZoneInfo
    declared: CityDeclaration
    datasets: list[Dataset] = field(default_factory=list)

    @property
    def open_datasets(self) -> Sequence[Dataset]:
        """Those that anybody may read."""
        return [one for one in self.datasets if one.is_open]

    @property
    def observations(self) -> int:
        """How many observations its open datasets have."""
        return sum(one.observations for one in self.datasets)


async def cities(
    connection: Connection, wording: Wording, vocabulary: Vocabulary, *, city: str | None = None
) -> list[City]:
    """Return the cities with their datasets, without values."""
    found: dict[str, City] = {}
    for row in await connection.fetch(_DATASETS, city):
        known = found.setdefault(row["city"], _city(row, wording))
        if row["dataset_id"] is not None:
            known.datasets.append(_dataset(row, wording, vocabulary))
    return list(found.values())


async def open_things(connection: Connection) -> int:
    """Return how many things there are of which anything is open; what is announced counts not."""
    count: int = await connection.fetchval(_OPEN_THINGS)
    return count


async def city_named(
    connection: Connection, wording: Wording, vocabulary: Vocabulary, slug: str
) -> City:
    """Return a city with its datasets.

    Raises:
        NotFound: there is none by that name.
    """
    found = await cities(connection, wording, vocabulary, city=slug)
    if not found:
        raise NotFound(f"there is no city {slug[:64]!r} here")
    return found[0]


async def add_newest(
    connection: Connection, wording: Wording, vocabulary: Vocabulary, shown: Sequence[City]
) -> None:
    """Add what was measured last to the datasets of cities."""
    errors = [one.code for one in vocabulary.quality_flags.values() if one.severity == "error"]
    rows = await connection.fetch(_NEWEST, [city.slug for city in shown], errors, _DRAWN)
    ids = [row["datastream_id"] for row in rows]
    found = await streams(connection, wording, vocabulary, datastreams=ids)
    by_id = {one.datastream_id: one for one in found}
    datasets = {one.dataset_id: one for city in shown for one in city.datasets}
    for row in rows:
        line = Sparkline.of(row["numbers"] or ())
        newest = Newest(stream=by_id[row["datastream_id"]], sparkline=line)
        datasets[row["dataset_id"]].newest.append(newest)


def _city(row: asyncpg.Record, wording: Wording) -> City:
    document = {"name": _read(row["city_names"]), "publisher": _read(row["publisher"]),
                "contact": _read(row["contact"])}  # fmt: skip
    given = {name: said for name, said in document.items() if said}
    declared = msgspec.convert(given, CityDeclaration)
    name = wording.text(msgspec.to_builtins(declared.name)) or row["city_name"]
    return City(slug=row["city"], name=name, zone=ZoneInfo(row["time_zone"]), declared=declared)


def _dataset(row: asyncpg.Record, wording: Wording, vocabulary: Vocabulary) -> Dataset:
    said = msgspec.convert(_read(row["properties"]) or {}, DatasetDeclaration)
    theme = vocabulary.themes.get(row["theme"])
    licences = {one.iri: one.title for one in vocabulary.licences.values()}
    licence: str = row["licence"]
    closed = {"nl": said.closed.nl or said.access_reason, "en": said.closed.en}
    return Dataset(
        dataset_id=row["dataset_id"],
        theme=row["theme"],
        theme_label=wording.text(theme.label) if theme else row["theme"],
        title=wording.text(_texts(said.title)) or row["title"],
        description=wording.text(_texts(said.description)) or row["description"],
        licence=licence if licence.startswith(("http://", "https://")) else "",
        licence_title=wording.text(licences[licence]) if licence in licences else licence,
        is_open=row["access"] == "open",
        access_reason=wording.text(closed),
        declared=said,
        things=row["things"],
        datastreams=row["datastreams"],
        observations=row["observations"],
        last_time=row["last_time"],
        reliability=_reliability(row),
    )


def _reliability(row: asyncpg.Record) -> Reliability | None:
    if not row["observation_count"]:
        return None
    came, expected = row["observation_count"], row["expected_count"]
    doubtful = row["warning_count"] + row["error_count"]
    return Reliability(
        start=row["window_start"],
        end=row["window_end"],
        completeness=min(row["completed_count"] / expected, 1.0) if expected else None,
        sound=(came - doubtful) / came,
        arrival_seconds=(row["arrival_p50_seconds"], row["arrival_p95_seconds"]),
        publication_seconds=(row["publication_p50_seconds"], row["publication_p95_seconds"]),
    )


def _read(document: msgspec.Raw | None) -> Any:
    return msgspec.json.decode(document) if document else None


def _texts(text: msgspec.Struct) -> Mapping[str, str]:
    texts: Mapping[str, str] = msgspec.to_builtins(text)
    return texts
