"""Every query of the dashboards and alarms run on a database, as Grafana would."""

import re
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

import asyncpg

from deploy.grafana.definitions import VARIABLES, Dashboard, alarms, dashboards, sql
from deploy.grafana.macros import Value, expanded

ROLE: Final = "set role stadspuls_dashboard; set jit = off; set statement_timeout = '15s'"
"""What a session does to be whoever looks at dashboards."""

_ALL: Final = "-1"
_UNITS: Final[Mapping[str, Literal["hours", "days"]]] = {"h": "hours", "d": "days"}


class Query(NamedTuple):
    """A query as Grafana would send it.

    Attributes:
        where: dashboard and panel, or alarm.
        city: for which, empty for all.
    """

    where: str
    city: str
    text: str


class Tried(NamedTuple):
    """A query that was run.

    Attributes:
        where: dashboard and panel, or alarm.
        city: for which, empty for all.
        rows: how many came.
        milliseconds: how long it took.
        error: what the database said in place of an answer.
    """

    where: str
    city: str
    rows: int
    milliseconds: float
    error: str = ""


async def try_queries(dsn: str, *, now: datetime | None = None) -> AsyncIterator[Tried]:
    """Run every query with the first values of the variables, for every city.

    Args:
        dsn: the database, as somebody who may become `stadspuls_dashboard`.
        now: end of the time that is shown.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(ROLE)
        async for query in queries(connection, now=now or datetime.now(UTC)):
            yield await _try(connection, query)
    finally:
        await connection.close()


async def queries(
    connection: asyncpg.Connection, *, now: datetime, length: timedelta | None = None
) -> AsyncIterator[Query]:
    """Yield every query of the dashboards, for every city, and of the alarms.

    Args:
        connection: that sees what dashboards see.
        now: end of the time that is shown.
        length: of that time; `None` for each dashboard's own.
    """
    for dashboard in dashboards():
        start = now - (length or _length(dashboard))
        for chosen in await _choices(connection, dashboard, start, now):
            for panel in dashboard.panels:
                text = expanded(sql("panels", panel.query), start=start, end=now, variables=chosen)
                city = str(chosen.get("city", ""))
                yield Query(f"{dashboard.uid}/{panel.query}", city, text)
    for alarm in alarms():
        text = expanded(sql("alarms", alarm.query), start=now, end=now, variables={})
        yield Query(f"alarm/{alarm.query}", "", text)


def _length(dashboard: Dashboard) -> timedelta:
    found = re.fullmatch(r"now-(\d+)([hd])", dashboard.range)
    if found is None:
        raise ValueError(f"{dashboard.uid}: the range {dashboard.range!r} is none")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


async def _choices(
    connection: asyncpg.Connection, dashboard: Dashboard, start: datetime, end: datetime
) -> list[dict[str, Value]]:
    """Return the values of a dashboard's variables for each city; each chooses its first."""
    theme: dict[str, Value] = {"theme": dashboard.theme} if dashboard.theme else {}
    if not dashboard.variables:
        return [theme]
    text = expanded(sql("variables", "cities"), start=start, end=end, variables=theme)
    choices: list[dict[str, Value]] = []
    for row in await connection.fetch(text):
        chosen = theme | {"city": row["__value"]}
        for name in dashboard.variables[1:]:
            query = sql("variables", VARIABLES[name])
            rows = await connection.fetch(expanded(query, start=start, end=end, variables=chosen))
            chosen[name] = _ALL if name == "datastream" else _first(rows)
        choices.append(chosen)
    return choices


def _first(rows: Iterable[asyncpg.Record]) -> str:
    return next((str(row["__value"]) for row in rows), "")


async def _try(connection: asyncpg.Connection, query: Query) -> Tried:
    began = time.perf_counter()
    try:
        rows = len(await connection.fetch(query.text))
    except asyncpg.PostgresError as failure:
        return Tried(query.where, query.city, 0, 0.0, str(failure))
    return Tried(query.where, query.city, rows, (time.perf_counter() - began) * 1000)
