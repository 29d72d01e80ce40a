"""An export from the database to the caller, in constant memory."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import asyncpg
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.access import Caller
from api.datastreams import Facts, facts_of
from api.exports.files import ExportFile, TableFile, TextFile
from api.exports.formats import AGGREGATE, OBSERVATION, Format, aggregate_row, observation_row
from api.exports.tables import Table, TableFormat
from api.exports.wishes import Wishes
from api.store import Connection, Store
from schemas.errors import NotFound

_ROWS: Final = 2000
_FOLDER: Final = files("api.exports")
_OBSERVATIONS: Final = (_FOLDER / "observations.sql").read_text(encoding="utf-8")
_AS_OF: Final = (_FOLDER / "observations_as_of.sql").read_text(encoding="utf-8")
_AGGREGATES: Final = (_FOLDER / "aggregates.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Export:
    """An export that has found its datastreams."""

    wishes: Wishes
    format: Format | TableFormat
    facts: Mapping[int, Facts]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns after those of the datastream."""
        return AGGREGATE if self.wishes.aggregate else OBSERVATION

    @property
    def licences(self) -> list[str]:
        """IRIs of the licences of what is exported."""
        return sorted({one.licence for one in self.facts.values() if one.licence})

    def file(self) -> ExportFile:
        """Return the file to be written, with nothing in it."""
        if isinstance(self.format, TableFormat):
            return TableFile(self.format, Table(self.facts, self.columns, self.licences))
        return TextFile(self.format, self.columns)

    def statement(self) -> tuple[str, list[Any]]:
        """Return the query and its values."""
        wishes = self.wishes
        values: list[Any] = [list(self.facts), wishes.start, wishes.end]
        if wishes.aggregate:
            return _AGGREGATES, [*values, wishes.aggregate]
        flagged = None if wishes.flagged is None else list(wishes.flagged)
        values += [list(wishes.unwanted), flagged]
        return (_AS_OF, [*values, wishes.as_of]) if wishes.as_of else (_OBSERVATIONS, values)


async def prepare(
    store: Store, wishes: Wishes, form: Format | TableFormat, caller: Caller
) -> Export:
    """Find the datastreams of an export.

    Raises:
        NotFound: a datastream is not there, or not for this caller.
    """
    async with store.reading() as connection:
        found = await facts_of(
            connection,
            readable=caller.cities,
            datastreams=wishes.datastreams,
            cities=wishes.cities,
            themes=wishes.themes,
        )
    missing = set(wishes.datastreams or ()) - {one.datastream_id for one in found}
    if missing:
        raise NotFound(f"there is no datastream {min(missing)} here")
    return Export(wishes, form, {one.datastream_id: one for one in found})


async def chunks(export: Export, store: Store) -> AsyncGenerator[bytes, None]:
    """Yield an export in pieces; a caller who reads slowly slows the cursor down."""
    cells = aggregate_row if export.wishes.aggregate else observation_row
    file = export.file()
    sql, values = export.statement()
    async with store.reading() as connection:
        cursor = await _cursor(connection, sql, values)
        while rows := await cursor.fetch(_ROWS):
            named = [(export.facts[row[0]], cells(tuple(row))) for row in rows]
            if piece := await file.add(named):
                yield piece
    yield await file.end()


async def _cursor(connection: Connection, sql: str, values: list[Any]) -> asyncpg.cursor.Cursor:
    return await connection.cursor(sql, *values)


class ExportResponse(StreamingResponse):
    """Sends an export and lets go of it, whoever ends it, after `seconds` at the latest."""

    def __init__(
        self,
        pieces: AsyncGenerator[bytes, None],
        *,
        seconds: float,
        slots: asyncio.Semaphore,
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self._pieces = pieces
        self._seconds = seconds
        self._slots = slots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI has it."""
        try:
            async with asyncio.timeout(self._seconds):
                await super().__call__(scope, receive, send)
        finally:
            self._slots.release()
            await self._pieces.aclose()
