"""Rows of an export as CSV, as a JSON array, or as JSON a line."""

from collections.abc import Iterable, Sequence
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
_FACTS: Final = ("datastream", "city", "theme", "thing", "observedProperty", "unit")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Format:
    """How an export is written.

    Attributes:
        ending: of the file's name.
    """

    media_type: str
    ending: str

    def beginning(self, columns: Sequence[str]) -> bytes:
        """Return what stands before the first row."""
        if self is CSV:
            return ",".join((*_FACTS, *columns)).encode() + b"\r\n"
        return b"[" if self is JSON else b""

    def rows(self, rows: Iterable[tuple[Facts, Row]], columns: Sequence[str]) -> list[bytes]:
        """Return rows, each as it stands between two separators."""
        if self is CSV:
            return [_csv(facts, row) for facts, row in rows]
        end = b"\n" if self is LINES else b""
        return [_json(facts, row, columns) + end for facts, row in rows]

    @property
    def separator(self) -> bytes:
        """What stands between two rows."""
        return b",\n" if self is JSON else b""

    @property
    def end(self) -> bytes:
        """What stands after the last row."""
        return b"]\n" if self is JSON else b""


CSV: Final = Format("text/csv; charset=utf-8; header=present", "csv")
JSON: Final = Format("application/json", "json")
LINES: Final = Format("application/x-ndjson", "ndjson")


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


def _csv(facts: Facts, row: Row) -> bytes:
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
    content = msgspec.json.decode(value)
    return csv_text(content if isinstance(content, str) else bytes(value).decode())


def csv_text(text: str) -> str:
    """Quote a text where CSV needs it; one that a spreadsheet would compute begins with `'`."""
    guarded = f"'{text}" if text.startswith(_FORMULA) else text
    if any(sign in guarded for sign in ',"\r\n'):
        return '"' + guarded.replace('"', '""') + '"'
    return guarded


def _json(facts: Facts, row: Row, columns: Sequence[str]) -> bytes:
    members = dict(zip(columns, row, strict=True))
    return b"{" + facts.json + b"," + msgspec.json.encode(members)[1:]
