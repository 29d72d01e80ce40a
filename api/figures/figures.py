"""Figures of datastreams, as rows with what belongs to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

import asyncpg
from pydantic.alias_generators import to_camel

from api.access import Caller
from api.datastreams import Facts, facts_of
from api.figures.wishes import Wishes
from api.store import Store
from schemas.errors import NotFound

_FOLDER: Final = files("api.figures")
_DAY: Final = (_FOLDER / "day.sql").read_text(encoding="utf-8")
_PERIODS: Final = (_FOLDER / "periods.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Figures:
    """Rows of figures; each begins with the id of its datastream.

    Attributes:
        columns: names of what follows the id.
    """

    facts: Mapping[int, Facts]
    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


async def read_figures(store: Store, wishes: Wishes, caller: Caller, *, now: datetime) -> Figures:
    """Return the figures that are asked for, as far as the caller may read the datastreams.

    Raises:
        NotFound: a datastream is not there, or not for this caller.
        LimitExceeded: too many rows.
    """
    async with store.reading() as connection:
        found = await facts_of(
            connection,
            readable=caller.cities,
            datastreams=wishes.datastreams,
            cities=wishes.cities,
            themes=wishes.themes,
        )
        facts = {one.datastream_id: one for one in found}
        missing = set(wishes.datastreams or ()) - facts.keys()
        if missing:
            raise NotFound(f"there is no datastream {min(missing)} here")
        wishes.check(len(facts))
        statement = await connection.prepare(_PERIODS if wishes.period else _DAY)
        rows = await _rows(statement, list(facts), wishes, now)
        return Figures(facts, _columns(statement), rows)


async def _rows(
    statement: asyncpg.prepared_stmt.PreparedStatement,
    datastreams: list[int],
    wishes: Wishes,
    now: datetime,
) -> list[tuple[Any, ...]]:
    if wishes.period:
        values = (datastreams, wishes.start, wishes.end, wishes.period, now)
        return [tuple(row) for row in await statement.fetch(*values)]
    rows = await statement.fetch(datastreams, now)
    return [tuple(row) for row in rows if not wishes.states or row["state"] in wishes.states]


def _columns(statement: asyncpg.prepared_stmt.PreparedStatement) -> list[str]:
    return [to_camel(one.name) for one in statement.get_attributes()[1:]]
