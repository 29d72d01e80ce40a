"""Files that are written while they are sent: rows in, the next bytes out."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

import pyarrow as pa

from api.datastreams import Facts
from api.exports.formats import Format, Row
from api.exports.tables import Outlet, Table, TableFormat

# Rows that stand together in columns: fewer compress worse and are slower to read, more need more
# memory here. A row group of Parquet is some 2 MB.
_GROUP: Final = 65_536


class ExportFile(Protocol):
    """A file of which nothing is kept that was sent."""

    async def add(self, rows: Sequence[tuple[Facts, Row]]) -> bytes:
        """Take rows, and return what can be sent now: perhaps nothing yet."""
        ...

    async def end(self) -> bytes:
        """Return what is left to be sent."""
        ...


class TextFile:
    """Rows as text, sent as they come."""

    def __init__(self, form: Format, columns: Sequence[str]) -> None:
        self._form = form
        self._columns = columns
        self._before = form.beginning(columns)
        self._empty = True

    async def add(self, rows: Sequence[tuple[Facts, Row]]) -> bytes:
        """Return the rows, at once."""
        before = self._before
        self._before, self._empty = self._form.separator, False
        return before + self._form.separator.join(self._form.rows(rows, self._columns))

    async def end(self) -> bytes:
        """Return the end; the beginning too where no row came."""
        return (self._before if self._empty else b"") + self._form.end


class TableFile:
    """Rows in columns, sent in groups, which are compressed beside the event loop."""

    def __init__(self, form: TableFormat, table: Table) -> None:
        self._table = table
        self._outlet = Outlet()
        self._writer = form.writer(self._outlet, table.schema)
        self._waiting: list[pa.RecordBatch] = []

    async def add(self, rows: Sequence[tuple[Facts, Row]]) -> bytes:
        """Return a group when there are rows enough for one."""
        self._waiting.append(self._table.batch(rows))
        if sum(batch.num_rows for batch in self._waiting) < _GROUP:
            return b""
        return await asyncio.to_thread(self._group)

    async def end(self) -> bytes:
        """Return the last group and the end."""
        return await asyncio.to_thread(self._last)

    def _last(self) -> bytes:
        last = self._group() if self._waiting else b""
        self._writer.close()
        return last + self._outlet.take()

    def _group(self) -> bytes:
        group = pa.Table.from_batches(self._waiting, self._table.schema)
        self._waiting = []
        self._writer.write_table(group.combine_chunks())
        return self._outlet.take()
