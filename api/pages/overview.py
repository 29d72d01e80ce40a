"""What there is, city by city, as the first page shows it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Final

import asyncpg
import msgspec

from api.access import Caller
from api.store import Connection
from schemas.vocabulary import Vocabulary

_FOLDER: Final = files("api.pages")
_DATASETS: Final = (_FOLDER / "datasets.sql").read_text(encoding="utf-8")
_LATEST: Final = (_FOLDER / "latest.sql").read_text(encoding="utf-8")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_LARGE: Final = 100


@dataclass(frozen=True, kw_only=True)
class Latest:
    """A newest value, as people read it."""

    datastream_id: int
    thing: str
    observed_property: str
    value: str
    unit: str
    time: datetime
    age: str
    flags: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A dataset, as people read of it."""

    theme: str
    theme_label: str
    title: str
    description: str
    licence: str
    licence_title: str
    open: bool
    access_reason: str
    things: int
    datastreams: int
    observations: int
    latest: Sequence[Latest]


@dataclass(kw_only=True)
class City:
    """A city and its datasets."""

    slug: str
    name: str
    datasets: list[Dataset] = field(default_factory=list)


async def overview(
    connection: Connection, caller: Caller, vocabulary: Vocabulary, *, now: datetime
) -> list[City]:
    """Return the cities with their datasets and newest values."""
    latest: dict[int, list[Latest]] = {}
    for row in await connection.fetch(_LATEST, caller.cities):
        latest.setdefault(row["dataset_id"], []).append(_latest(row, vocabulary, now))
    cities: dict[str, City] = {}
    for row in await connection.fetch(_DATASETS, caller.cities):
        city = cities.setdefault(row["city"], City(slug=row["city"], name=row["city_name"]))
        if row["dataset_id"] is not None:
            city.datasets.append(_dataset(row, latest.get(row["dataset_id"], []), vocabulary))
    return list(cities.values())


def _dataset(row: asyncpg.Record, latest: Sequence[Latest], vocabulary: Vocabulary) -> Dataset:
    theme = vocabulary.themes.get(row["theme"])
    licences = {one.iri: one.title.nl for one in vocabulary.licences.values()}
    return Dataset(
        theme=row["theme"],
        theme_label=theme.label.nl if theme else row["theme"],
        title=row["title"],
        description=row["description"],
        licence=row["licence"] if row["licence"].startswith(("http://", "https://")) else "",
        licence_title=licences.get(row["licence"], row["licence"]),
        open=row["access"] == "open",
        access_reason=row["access_reason"] or "",
        things=row["things"],
        datastreams=row["datastreams"],
        observations=row["observations"],
        latest=latest,
    )


def _latest(row: asyncpg.Record, vocabulary: Vocabulary, now: datetime) -> Latest:
    time = row["phenomenon_end"] or row["phenomenon_start"]
    known = vocabulary.quality_flags
    return Latest(
        datastream_id=row["datastream_id"],
        thing=row["thing"],
        observed_property=row["observed_property"],
        value=value_text(row["result_number"], row["result_json"]),
        unit="" if row["unit"] == "1" else row["unit"] or "",
        time=time,
        age=age_text(now - time),
        flags=[known[code].title.nl if code in known else code for code in row["quality"] or ()],
    )


def value_text(number: float | None, document: msgspec.Raw | None) -> str:
    """Return a result as people in Flanders read it."""
    if number is not None and not math.isfinite(number):
        return "geen getal"
    if number is not None:
        digits = 0 if number == round(number) else 1 if abs(number) >= _LARGE else 2
        text = f"{number:,.{digits}f}" if abs(number) < 1e15 else f"{number:.3g}"  # noqa: PLR2004
        return text.translate(str.maketrans(",.", "\u202f,"))
    content = msgspec.json.decode(document or b"null")
    if isinstance(content, bool):
        return "ja" if content else "nee"
    return content if isinstance(content, str) else msgspec.json.encode(content).decode()


def age_text(age: timedelta) -> str:
    """Return how long ago something was, in words."""
    seconds = age.total_seconds()
    if seconds < 0:
        return "in de toekomst"
    if seconds < _MINUTE:
        return "zonet"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min geleden"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} uur geleden"
    days = seconds // _DAY
    return "1 dag geleden" if days == 1 else f"{days:.0f} dagen geleden"
