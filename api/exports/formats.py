"""Rows of an export as text: CSV, a JSON array, JSON a line, or GeoJSON."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec

from api.datastreams import Facts
from api.instants import instant_text

Row: TypeAlias = Sequence[Any]

OBSERVATION: Final = (
    "phenomenonStart", "phenomenonEnd", "resultTime", "result", "quality", "sequence",
    "publishedTime", "rawResult",
)  # fmt: skip
AGGREGATE: Final = (
    "bucketStart", "bucketEnd", "count", "flaggedCount", "mean", "minimum", "maximum", "sum",
    "first", "last",
)  # fmt: skip
FACTS: Final = ("datastream", "city", "theme", "thing", "observedProperty", "unit")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Format:
    """How rows are written as text.

    Attributes:
        ending: of the file's name.
        row: writes one row, of the columns that are named.
        opening: what stands before the first row, beside the header.
        separator: what stands between two rows.
        end: what stands after the last row.
        header: whether the columns are named once, before the first row.
    """

    media_type: str
    ending: str
    row: Callable[[Facts, Row, Sequence[str]], bytes]
    opening: bytes = b""
    separator: bytes = b""
    end: bytes = b""
    header: bool = False

    def beginning(self, columns: Sequence[str]) -> bytes:
        """Return what stands before the first row."""
        if self.header:
            return ",".join((*FACTS, *columns)).encode() + b"\r\n"
        return self.opening

    def rows(self, rows: Iterable[tuple[Facts, Row]], columns: Sequence[str]) -> list[bytes]:
        """Return rows, each as it stands between two separators."""
        return [self.row(facts, row, columns) for facts, row in rows]


def observation_row(row: Row) -> Row:
    """Return the cells of a row of the observation queries, without its datastream."""
    _, start, end, result_time, number, document, quality, sequence, published, raw = row
    return (
        start,
        end,
        result_time,
        document if number is None else number,
        quality or [],
        sequence,
        published,
        raw,
    )


def aggregate_row(row: Row) -> Row:
    """Return the cells of a row of the aggregate query, without its datastream."""
    return row[1:]


def _csv(facts: Facts, row: Row, _columns: Sequence[str]) -> bytes:
    texts = (facts.city, facts.theme, facts.thing, facts.observed_property, facts.unit)
    cells = [str(facts.datastream_id), *map(csv_text, texts), *map(_cell, row)]
    return (",".join(cells) + "\r\n").encode()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case float() | int():
            return repr(value)
        case datetime():
            return instant_text(value)
        case str():
            return csv_text(value)
        case list():
            return " ".join(map(csv_text, value))
        case _:
            return _document(value)


def _document(value: msgspec.Raw) -> str:
    return csv_text(document_text(value))


def document_text(value: msgspec.Raw) -> str:
    """Return a text as it is, and anything else as its JSON."""
    content = msgspec.json.decode(value)
    return content if isinstance(content, str) else bytes(value).decode()


def csv_text(text: str) -> str:
    """Quote a text where CSV needs it; one that a spreadsheet would compute begins with `'`."""
    guarded = f"'{text}" if text.startswith(_FORMULA) else text
    if any(sign in guarded for sign in ',"\r\n'):
        return '"' + guarded.replace('"', '""') + '"'
    return guarded


def _json(facts: Facts, row: Row, columns: Sequence[str]) -> bytes:
    members = dict(zip(columns, row, strict=True))
    return b"{" + facts.json + b"," + msgspec.json.encode(members)[1:]


def _line(facts: Facts, row: Row, columns: Sequence[str]) -> bytes:
    return _json(facts, row, columns) + b"\n"


def _feature(facts: Facts, row: Row, columns: Sequence[str]) -> bytes:
    return (
        b'{"type":"Feature","geometry":'
        + facts.geometry
        + b',"properties":'
        + _json(facts, row, columns)
        + b"}"
    )


CSV: Final = Format("text/csv; charset=utf-8; header=present", "csv", _csv, header=True)
JSON: Final = Format("application/json", "json", _json, b"[", b",\n", b"]\n")
LINES: Final = Format("application/x-ndjson", "ndjson", _line)
GEOJSON: Final = Format(
    "application/geo+json",
    "geojson",
    _feature,
    b'{"type":"FeatureCollection","features":[',
    b",\n",
    b"]}\n",
)
