"""Dead letters out of the database: counted, the newest, one whole; for callers and operators."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from schemas.journey import reading_id
from schemas.vocabulary import Vocabulary

Facts: TypeAlias = dict[str, Any]

_FOLDER: Final = files("api.dead_letters")
_GROUPS: Final = (_FOLDER / "groups.sql").read_text(encoding="utf-8")
_NEWEST: Final = (_FOLDER / "newest.sql").read_text(encoding="utf-8")
_LETTER: Final = (_FOLDER / "letter.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which dead letters; `None` is no condition.

    Attributes:
        since: received at this time or later.
    """

    city: str | None = None
    profile: str | None = None
    reason: str | None = None
    since: datetime | None = None

    @property
    def values(self) -> tuple[Any, ...]:
        """The first values of each query."""
        return self.city, self.profile, self.reason, self.since


async def read_groups(connection: Any, wanted: Wanted, by: str | None) -> list[Facts]:
    """Return counts by city, profile and reason, or by one of them alone."""
    rows = await connection.fetch(_GROUPS, *wanted.values, by)
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


async def read_newest(
    connection: Any, wanted: Wanted, limit: int, vocabulary: Vocabulary
) -> list[Facts]:
    """Return the last that came, without their payloads."""
    rows = await connection.fetch(_NEWEST, *wanted.values, limit)
    return [letter_facts(row, vocabulary) for row in rows]


async def read_letter(connection: Any, number: int, vocabulary: Vocabulary) -> Facts | None:
    """Return one with its payload, `None` when there is none of that number."""
    row = await connection.fetchrow(_LETTER, number)
    return letter_facts(row, vocabulary) if row else None


def letter_facts(row: Mapping[str, Any] | asyncpg.Record, vocabulary: Vocabulary) -> Facts:
    """Return a row of `dead_letter` as facts: rejections with their sentences, payload as text."""
    facts = dict(row)
    facts["reading"] = reading_id(facts["city"], facts["source"], facts["received_time"])
    facts["rejections"] = [
        {**one, "sentence": _sentence(one["reason"], vocabulary)}
        for one in msgspec.json.decode(facts["rejections"])
    ]
    if "payload" in facts:
        payload: bytes = facts["payload"]
        facts["payload"] = payload.decode(errors="backslashreplace")
        facts["payload_base64"] = base64.b64encode(payload).decode()
    return facts


def _sentence(reason: str, vocabulary: Vocabulary) -> dict[str, str]:
    known = vocabulary.rejections.get(reason)
    return known.sentence.model_dump() if known else {}
