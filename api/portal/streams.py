"""Open datastreams, and what each said last, as people read it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from api.portal.wording import Wording
from api.store import Connection
from schemas.vocabulary import Vocabulary
from schemas.vocabulary_entries import QualityFlag

SQL: Final = (files("api.portal") / "streams.sql").read_text(encoding="utf-8")
MOST: Final = 20_000
"""Datastreams on one map; the page says so where there are more."""

_COUNT: Final = "OM_CountObservation"

State: TypeAlias = Literal["empty", "unknown", "silent", "late", "on-time"]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A datastream with its newest value.

    Attributes:
        label: what it measures, with what distinguishes it on its thing.
        about: the same in a sentence.
        number: the value where it is a number.
        document: the value where it is none.
        wording: how it is written.
        time: end of the phenomenon.
        start: its begin, which tells one observation from another.
        state: whether values still come.
        counts: whether it counts in intervals, so that sums tell more than means.
    """

    datastream_id: int
    thing_id: int
    thing: str
    thing_description: str
    city: str
    zone: ZoneInfo
    theme: str
    observed_property: str
    label: str
    about: str
    unit: str
    interval_seconds: int
    cumulative: bool
    counts: bool
    profile: str
    model: str
    longitude: float | None
    latitude: float | None
    number: float | None
    document: msgspec.Raw | None
    wording: Wording
    start: datetime | None
    time: datetime | None
    flags: Sequence[QualityFlag]
    state: State
    observations: int
    since: datetime | None
    every_seconds: float | None

    @property
    def value(self) -> str:
        """The value as people write it; empty while nothing has come."""
        return self.wording.value(self.number, self.document) if self.start else ""

    @property
    def is_doubtful(self) -> bool:
        """Whether the newest value bears a flag that is more than good to know."""
        return any(flag.severity != "info" for flag in self.flags)


async def streams(
    connection: Connection,
    wording: Wording,
    vocabulary: Vocabulary,
    *,
    city: str | None = None,
    theme: str | None = None,
    thing: int | None = None,
    datastreams: Sequence[int] | None = None,
    profile: str | None = None,
    title: str | None = None,
    most: int = MOST,
    skipped: int = 0,
) -> list[Stream]:
    """Return the open datastreams of what is named, by city, theme and thing.

    `title` is what a thing's title has in it, in capitals or not; `skipped` come before them.
    """
    now = datetime.now(UTC)
    rows = await connection.fetch(
        SQL, city, theme, thing, datastreams, profile, title, now, most, skipped
    )
    # Thousands take a while, in which live values go on.
    return await asyncio.to_thread(_streams, rows, wording, vocabulary)


def _streams(
    rows: Sequence[asyncpg.Record], wording: Wording, vocabulary: Vocabulary
) -> list[Stream]:
    return [stream_of(row, wording, vocabulary) for row in rows]


def stream_of(row: asyncpg.Record, wording: Wording, vocabulary: Vocabulary) -> Stream:
    """Return a row in the words of a language."""
    return Stream(
        datastream_id=row["datastream_id"],
        thing_id=row["thing_id"],
        thing=row["thing"],
        thing_description=row["thing_description"],
        city=row["city"],
        zone=ZoneInfo(row["time_zone"]),
        theme=row["theme"],
        observed_property=row["observed_property"],
        label=_said(row["labels"], row["property_name"], wording) + _variant(row),
        about=_said(row["descriptions"], row["property_description"], wording),
        unit="" if row["unit"] == "1" else row["unit"] or "",
        interval_seconds=row["interval_seconds"],
        cumulative=row["cumulative"],
        counts=row["interval_seconds"] > 0 and row["observation_type"].endswith(_COUNT),
        profile=row["profile"],
        model=row["model"],
        longitude=row["longitude"],
        latitude=row["latitude"],
        number=row["result_number"],
        document=row["result_json"],
        wording=wording,
        start=row["phenomenon_start"],
        time=row["phenomenon_end"] or row["phenomenon_start"],
        flags=_flags(row["quality"] or (), vocabulary),
        state=row["state"],
        observations=row["observation_count"] or 0,
        since=row["first_phenomenon_start"],
        every_seconds=row["every_seconds"],
    )


def _said(document: msgspec.Raw | None, name: str, wording: Wording) -> str:
    """Return a text of the vocabulary; what is older than its translations has Dutch alone."""
    found = _read(bytes(document or b"null"))
    return wording.text(found) if found else name


@lru_cache(maxsize=1024)
def _read(document: bytes) -> Mapping[str, str] | None:
    """Return a document of the vocabulary, which thousands of datastreams share."""
    found: Mapping[str, str] | None = msgspec.json.decode(document)
    return found


def _variant(row: asyncpg.Record) -> str:
    """Return what a title says besides property and thing: which of several it is."""
    title: str = row["title"].removesuffix(f", {row['thing']}")
    name: str = row["property_name"]
    return title.removeprefix(name) if title.startswith(f"{name} (") else ""


def _flags(codes: Iterable[str], vocabulary: Vocabulary) -> list[QualityFlag]:
    known = vocabulary.quality_flags
    return [known[code] for code in codes if code in known]
