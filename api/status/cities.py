"""Each city's last day: what came, what was stored, what was rejected and why, how fast."""

from datetime import datetime
from importlib.resources import files
from typing import Final

import asyncpg
import msgspec

from api.store import Connection

_FOLDER: Final = files("api.status")
_CITIES: Final = (_FOLDER / "cities.sql").read_text(encoding="utf-8")
_HOURS: Final = (_FOLDER / "hours.sql").read_text(encoding="utf-8")
_DEAD_LETTERS: Final = (_FOLDER / "dead_letters.sql").read_text(encoding="utf-8")


class Counts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Readings by what became of them, and the observations that they gave.

    Attributes:
        received: all of them: normalised, empty and rejected.
        rejected: those of which nothing could be read, rejected messages included.
        stored: observations that were new.
    """

    received: int = 0
    normalised: int = 0
    empty: int = 0
    rejected: int = 0
    stored: int = 0
    duplicates: int = 0
    corrections: int = 0
    withdrawals: int = 0


class Hour(Counts, frozen=True, kw_only=True, rename="camel"):
    """The readings that were received in an hour of UTC."""

    start: datetime


class DeadLetters(msgspec.Struct, frozen=True, rename="camel"):
    """How many dead letters have a reason (a code of the vocabulary of rejections)."""

    reason: str
    count: int


class CityStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a city does.

    Attributes:
        newest_time: when an open observation was last published, `None` for never.
        age_seconds: since then.
        delay_p50_seconds: from the gateway to publication in this hour and the one before.
        datastreams: open ones by state: `on-time`, `late`, `silent`, `unknown`.
        day: sum of the hours.
        hours: of the last 24 hours those in which something came.
        dead_letters: of the last 24 hours, by reason; partly readable readings have some, too.
    """

    city: str
    name: str
    newest_time: datetime | None
    age_seconds: float | None
    delay_p50_seconds: float | None
    delay_p95_seconds: float | None
    datastreams: dict[str, int]
    day: Counts
    hours: tuple[Hour, ...]
    dead_letters: tuple[DeadLetters, ...]


async def read_cities(
    connection: Connection, *, now: datetime
) -> tuple[tuple[CityStatus, ...], tuple[DeadLetters, ...]]:
    """Return the cities, and the dead letters that belong to none of them."""
    hours: dict[str, list[Hour]] = {}
    for row in await connection.fetch(_HOURS, now):
        hour = Hour(**{name: row[name] for name in Hour.__struct_fields__})
        hours.setdefault(row["city"], []).append(hour)
    letters: dict[str, list[DeadLetters]] = {}
    for row in await connection.fetch(_DEAD_LETTERS, now):
        letters.setdefault(row["city"], []).append(DeadLetters(row["reason"], row["count"]))
    cities = tuple(
        _city(row, tuple(hours.get(row["city"], ())), tuple(letters.pop(row["city"], ())), now)
        for row in await connection.fetch(_CITIES, now)
    )
    return cities, tuple(one for rest in letters.values() for one in rest)


def _city(
    row: asyncpg.Record, hours: tuple[Hour, ...], letters: tuple[DeadLetters, ...], now: datetime
) -> CityStatus:
    newest = row["newest_time"]
    return CityStatus(
        city=row["city"],
        name=row["name"],
        newest_time=newest,
        age_seconds=max((now - newest).total_seconds(), 0) if newest else None,
        delay_p50_seconds=row["delay_p50_seconds"],
        delay_p95_seconds=row["delay_p95_seconds"],
        datastreams=msgspec.json.decode(row["datastreams"], type=dict[str, int]),
        day=_sum(hours),
        hours=hours,
        dead_letters=letters,
    )


def _sum(hours: tuple[Hour, ...]) -> Counts:
    names = Counts.__struct_fields__
    return Counts(**{name: sum(getattr(one, name) for one in hours) for name in names})
