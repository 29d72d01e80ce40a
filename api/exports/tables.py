"""Rows of an export in columns: Parquet, and Arrow as a file or as a stream."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from api.datastreams import Facts
from api.exports.formats import AGGREGATE, FACTS, OBSERVATION, Row, document_text

_WORD: Final = pa.dictionary(pa.int32(), pa.string())
_TIME: Final = pa.timestamp("us", tz="UTC")
_NUMBER: Final = pa.float64()
_COUNT: Final = pa.int64()

# Beside the facts that every form has: where the thing is.
_PLACED: Final = (*FACTS, "longitude", "latitude")
_FACT_TYPES: Final = (pa.int32(), *[_WORD] * 5, _NUMBER, _NUMBER)
# A column has one type: results that are no numbers have one of their own.
_OBSERVATION: Final = (*OBSERVATION[:4], "resultText", *OBSERVATION[4:])
_OBSERVATION_TYPES: Final = (
    _TIME, _TIME, _TIME, _NUMBER, pa.string(), pa.list_(pa.string()), _COUNT,
    _TIME, pa.string(),
)  # fmt: skip
_AGGREGATE_TYPES: Final = (_TIME, _TIME, _COUNT, _COUNT, *[_NUMBER] * 6)


def _parquet(sink: io.RawIOBase, schema: pa.Schema) -> Any:
    return pq.ParquetWriter(sink, schema, compression="zstd")


@dataclass(frozen=True)
class TableFormat:
    """How rows are written in columns.

    Attributes:
        ending: of the file's name.
        writer: begins a file with a schema: `write_table` adds to it, `close` ends it.
    """

    media_type: str
    ending: str
    writer: Callable[[io.RawIOBase, pa.Schema], Any]


PARQUET: Final = TableFormat("application/vnd.apache.parquet", "parquet", _parquet)
ARROW: Final = TableFormat("application/vnd.apache.arrow.file", "arrow", pa.ipc.new_file)
ARROW_STREAM: Final = TableFormat(
    "application/vnd.apache.arrow.stream", "arrows", pa.ipc.new_stream
)


class Table:
    """Makes batches of columns from rows.

    Texts that belong to a datastream are dictionaries, made once: a row has only their numbers.
    """

    def __init__(
        self, facts: Mapping[int, Facts], columns: Sequence[str], licences: Sequence[str]
    ) -> None:
        aggregate = tuple(columns) == AGGREGATE
        self._names = AGGREGATE if aggregate else _OBSERVATION
        self._types = _AGGREGATE_TYPES if aggregate else _OBSERVATION_TYPES
        self._cells = _all_cells if aggregate else _observation_cells
        self._places = {one: place for place, one in enumerate(facts)}
        self._facts = _facts_batch(list(facts.values()))
        self.schema = pa.schema(
            list(zip((*_PLACED, *self._names), (*_FACT_TYPES, *self._types), strict=True)),
            metadata={"licence": " ".join(licences)},
        )

    def batch(self, rows: Sequence[tuple[Facts, Row]]) -> pa.RecordBatch:
        """Return rows as columns; there is at least one row."""
        places = pa.array([self._places[facts.datastream_id] for facts, _ in rows])
        cells = zip(*(self._cells(row) for _, row in rows), strict=True)
        arrays = [
            pa.array(column, type_) for column, type_ in zip(cells, self._types, strict=True)
        ]
        return pa.RecordBatch.from_arrays(
            [*self._facts.take(places).columns, *arrays], schema=self.schema
        )


def _facts_batch(facts: Sequence[Facts]) -> pa.RecordBatch:
    said = [
        (
            one.datastream_id, one.city, one.theme, one.thing, one.observed_property, one.unit,
            one.longitude, one.latitude,
        )
        for one in facts
    ]  # fmt: skip
    columns = zip(*said, strict=True) if said else [()] * len(_PLACED)
    arrays = [pa.array(column, type_) for column, type_ in zip(columns, _FACT_TYPES, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=list(_PLACED))


def _all_cells(row: Row) -> Row:
    return row


def _observation_cells(row: Row) -> Row:
    start, end, result_time, result, quality, sequence, published, raw = row
    number = result if isinstance(result, float) else None
    text = None if number is not None or result is None else document_text(result)
    raw_text = None if raw is None else document_text(raw)
    return (start, end, result_time, number, text, quality, sequence, published, raw_text)


class Outlet(io.RawIOBase):
    """What a writer of files writes to; it is taken out again piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written, taken ones too."""
        return self._position

    def write(self, data: Any) -> int:
        """Keep bytes until they are taken."""
        piece = bytes(data)
        self._pieces.append(piece)
        self._position += len(piece)
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
