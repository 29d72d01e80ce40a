"""What the database knows of the past and the neighbours of datastreams."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

import asyncpg

from schemas.errors import StoreUnavailable
from schemas.settings import DatabaseConnection
from stream_processors.comparison.days import Means
from stream_processors.comparison.neighbours import Newest
from stream_processors.comparison.past import Past
from stream_processors.comparison.rulebook import Watch
from stream_processors.database import Connection, Session, translated
from stream_processors.statements import statement

Watches: TypeAlias = Mapping[int, Watch]

MOST_NEIGHBOURS = 16
"""So many at most are asked, the nearest: more do not make a median surer."""
_STEEP = "rate.steep"
_PASTS = statement(__package__, "read_pasts")
_NEIGHBOURS = statement(__package__, "find_neighbours")
_NEWEST = statement(__package__, "read_newest")
_HOURS = statement(__package__, "read_hours")


class History(Protocol):
    """Knows what was stored; all methods raise `StoreUnavailable`."""

    async def pasts(self, watches: Watches) -> dict[int, Past]:
        """Return what is to be remembered of datastreams, of those that have a number."""

    async def neighbours(self, watches: Watches) -> dict[int, tuple[int, ...]]:
        """Return the neighbours of datastreams, the nearest first; of all that are asked for."""

    async def newest(self, datastreams: Collection[int]) -> dict[int, Newest]:
        """Return the newest values of datastreams, of those whose newest is not doubted."""

    async def hours(
        self, datastreams: Sequence[int], begin: datetime, end: datetime
    ) -> dict[int, Means]:
        """Return the mean of each hour of datastreams from `begin` to before `end`."""


class StoredHistory:
    """The history that is in the database.

    Args:
        database: where it is.
        barring: codes of flags with which a value is not remembered.
        doubting: codes of flags with which a value says nothing about its neighbours.
    """

    def __init__(
        self, database: DatabaseConnection, *, barring: Sequence[str], doubting: Sequence[str]
    ) -> None:
        self._session = Session(database, name="stadspuls-compare")
        self._barring = list(barring)
        self._doubting = list(doubting)

    async def pasts(self, watches: Watches) -> dict[int, Past]:
        """Return what is to be remembered of datastreams, of those that have a number."""
        seconds = [one.past.flat_seconds for one in watches.values()]
        rows = await self._fetch(_PASTS, list(watches), seconds, self._barring, _STEEP)
        return {row["datastream_id"]: Past(*row[1:]) for row in rows}

    async def neighbours(self, watches: Watches) -> dict[int, tuple[int, ...]]:
        """Return the neighbours of datastreams, the nearest first; of all that are asked for."""
        reach = [one.neighbours.within_metres if one.neighbours else 0 for one in watches.values()]
        rows = await self._fetch(_NEIGHBOURS, list(watches), reach, MOST_NEIGHBOURS)
        found = {row["datastream_id"]: tuple(row["neighbours"]) for row in rows}
        return {series: found.get(series, ()) for series in watches}

    async def newest(self, datastreams: Collection[int]) -> dict[int, Newest]:
        """Return the newest values of datastreams, of those whose newest is not doubted."""
        rows = await self._fetch(_NEWEST, list(datastreams), self._doubting)
        return {row["datastream_id"]: Newest(*row[1:]) for row in rows}

    async def hours(
        self, datastreams: Sequence[int], begin: datetime, end: datetime
    ) -> dict[int, Means]:
        """Return the mean of each hour of datastreams from `begin` to before `end`."""
        found: dict[int, dict[datetime, float]] = {}
        for row in await self._fetch(_HOURS, list(datastreams), begin, end):
            found.setdefault(row["datastream_id"], {})[row["bucket_start"]] = row["mean"]
        return dict(found)

    async def close(self) -> None:
        """Close the connection to the database."""
        await self._session.close()

    async def _fetch(self, sql: str, *values: object) -> list[asyncpg.Record]:
        try:
            connection: Connection = await self._session.connection()
            with translated():
                return list(await connection.fetch(sql, *values))
        except StoreUnavailable:
            await self._session.close()
            raise
