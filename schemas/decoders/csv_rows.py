"""Rows of cells: text in, `{rows: [{column: cell}]}` out."""

import csv
import io
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from schemas.decoders.json_document import read_text
from schemas.errors import ReadingRejected
from schemas.language.decode_profile import CsvForm, Wide

ROWS: Final = "rows"
ROWS_LIMIT: Final = 50_000
CELLS_LIMIT: Final = 600_000
_SHOWN: Final = 80
_WITHHELD: Final = "withheld"

Cells: TypeAlias = list[str]
Row: TypeAlias = dict[str, Any]
Unfold: TypeAlias = Callable[[Cells], list[Row]]


class _Column(NamedTuple):
    """A column of a wide table: where it is, of which thing, and which field."""

    number: int
    thing: str
    field: str


def compile_csv(form: CsvForm) -> Callable[[bytes], dict[str, Any]]:
    """Return a function from a payload to its rows.

    A cell is a text, or `None` when it is empty or marked as missing. A row with another number
    of cells than the header stays a text, which the interpreter rejects by itself. The function
    raises ReadingRejected for a payload that is no such table.

    Raises:
        ValueError: the header in the profile is wrong.
    """
    missing = frozenset({"", *form.missing})
    if not form.header:
        return lambda payload: _with_own_header(payload, form, missing)
    header = [_cells(line, form) for line in form.header]
    width, unfold = len(header[0]), _unfold(header, form.wide, missing)
    return lambda payload: {
        ROWS: _rows([line for line in _lines(payload, form) if line not in header], width, unfold)
    }


def without_columns(payload: bytes, form: CsvForm, names: Collection[str]) -> bytes:
    """Return a table with the cells of some columns empty; the very bytes, when it has none.

    A row of another width than the header's, in which nobody can tell the columns, goes whole.

    Raises:
        ReadingRejected: the payload is no such table.
    """
    lines = _lines(payload, form)
    header = [_cells(line, form) for line in form.header] or lines[: form.header_lines]
    titles = [name.strip() for name in header[0]] if header else []
    personal = [place for place, title in enumerate(titles) if title in names]
    if not personal:
        return payload
    text = io.StringIO()
    writer = csv.writer(text, delimiter=form.delimiter, quotechar=form.quote, lineterminator="\n")
    writer.writerows(
        line if line in header else _blanked(line, len(titles), personal) for line in lines
    )
    return text.getvalue().encode()


def _blanked(cells: Cells, width: int, places: Collection[int]) -> Cells:
    if len(cells) != width:
        return [_WITHHELD] * (1 if width > 1 else 2)
    return ["" if place in places else cell for place, cell in enumerate(cells)]


def _with_own_header(payload: bytes, form: CsvForm, missing: frozenset[str]) -> dict[str, Any]:
    lines = _lines(payload, form)
    header, body = lines[: form.header_lines], lines[form.header_lines :]
    try:
        unfold = _unfold(header, form.wide, missing)
    except ValueError as error:
        raise ReadingRejected("payload.unexpected", f"the header: {error}") from error
    return {ROWS: _rows(body, len(header[0]), unfold)}


def _rows(lines: list[Cells], width: int, unfold: Unfold) -> list[Any]:
    rows: list[Any] = []
    written = 0
    for cells in lines:
        if len(cells) == width:
            unfolded = unfold(cells)
            rows += unfolded
            written += sum(map(len, unfolded))
            if written > CELLS_LIMIT:
                raise _too_large(f"its rows have more than {CELLS_LIMIT} cells")
        else:
            rows.append(" ".join(cells)[:_SHOWN])
    if lines and not any(len(cells) == width for cells in lines):
        raise ReadingRejected("payload.unexpected", f"no row has {width} cells, as the header has")
    return rows


def _lines(payload: bytes, form: CsvForm) -> list[Cells]:
    text = read_text(payload)
    if text.count("\n") > ROWS_LIMIT:
        raise _too_large(f"more than {ROWS_LIMIT} lines")
    if form.quote not in text:
        lines = text.replace("\r\n", "\n").split("\n")
        return [line.split(form.delimiter) for line in lines if line.strip()]
    return _quoted(text, form)


def _cells(line: str, form: CsvForm) -> Cells:
    cells = _quoted(line, form)
    if len(cells) != 1:
        raise ValueError("each entry of `header` is one line")
    return cells[0]


def _quoted(text: str, form: CsvForm) -> list[Cells]:
    lines = text.replace("\r\n", "\n").split("\n")
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter=form.delimiter,
        quotechar=form.quote,
        strict=True,
    )
    try:
        return [cells for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise ReadingRejected("payload.malformed", f"no table: {error}") from error


def _too_large(detail: str) -> ReadingRejected:
    return ReadingRejected("payload.too-large", f"no table that is read: {detail}")


def _unfold(header: Sequence[Cells], wide: Wide | None, missing: frozenset[str]) -> Unfold:
    """Return a function from the cells of a line to its rows."""
    if not header or any(len(line) != len(header[0]) for line in header):
        raise ValueError("its lines have different numbers of cells")
    names = [name.strip() for name in header[0]]
    if wide is not None:
        return _unfold_wide(names, header[1:], wide, missing)
    if len(set(names)) < len(names):
        raise ValueError("a column's name is there twice")

    def one_row(cells: Cells) -> list[Row]:
        return [
            {
                name: None if cell in missing else cell
                for name, cell in zip(names, cells, strict=True)
            }
        ]

    return one_row


def _unfold_wide(
    names: list[str], others: Sequence[Cells], wide: Wide, missing: frozenset[str]
) -> Unfold:
    fields = [cell.strip() for cell in others[0]] if others else [wide.value] * len(names)
    if len(names) <= wide.keep:
        raise ValueError(f"it has {len(names)} columns; `wide` keeps {wide.keep} and reads others")
    columns = [_Column(i, names[i], fields[i]) for i in range(wide.keep, len(names))]
    if len(columns) * (wide.keep + 1) > CELLS_LIMIT:
        raise ValueError(f"a row of it becomes more than {CELLS_LIMIT} cells")
    if len({(one.thing, one.field) for one in columns}) < len(columns):
        raise ValueError("a column of a thing is there twice")

    def row_of_each(cells: Cells) -> list[Row]:
        shared = dict(zip(names[: wide.keep], cells, strict=False))
        rows: dict[str, Row] = {}
        for number, thing, field in columns:
            if cells[number].strip() not in missing:
                row = rows.setdefault(thing, {**shared, wide.name: thing})
                row[field] = cells[number]
        return list(rows.values())

    return row_of_each
