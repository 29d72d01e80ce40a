"""Documents brought into a shape that paths can read: entries, rows and nested lists."""

from typing import Any

from schemas.errors import ReadingRejected
from schemas.language.decode_profile import Around, Entries, Table
from schemas.language.plain_paths import holders, plain_steps


def unfold_entries(document: Any, entries: Entries) -> Any:
    """Replace each object at a place by the list of its entries, each with its name in a field.

    The document is changed and returned, as by all functions here.
    """
    steps = plain_steps(entries.path)
    for holder in holders(document, steps):
        named = holder[steps[-1]]
        if type(named) is dict:
            holder[steps[-1]] = [_entry(entries, name, named[name]) for name in named]
    return document


def unfold_table(document: Any, table: Table) -> Any:
    """Replace each row at a place by an object; a row of another length stays as it is.

    Raises:
        ReadingRejected: nothing, or nothing usable, names the columns.
    """
    steps = plain_steps(table.path)
    for holder in holders(document, steps):
        rows = holder[steps[-1]]
        if type(rows) is list:
            names = _columns(holder, table)
            holder[steps[-1]] = [_row(names, row) for row in rows]
    return document


def tell_around(document: Any, around: Around) -> Any:
    """Give each item of the lists at a place what stands beside its list."""
    steps = plain_steps(around.path)
    for holder in holders(document, steps):
        beside = {name: value for name, value in holder.items() if name != steps[-1]}
        items = holder[steps[-1]]
        for item in items if type(items) is list else ():
            if type(item) is dict:
                item[around.name] = beside
    return document


def _entry(entries: Entries, name: str, content: Any) -> dict[str, Any]:
    fields = content if type(content) is dict else {entries.value: content}
    return {**fields, entries.key: name}


def _columns(holder: dict[str, Any], table: Table) -> list[str]:
    if not isinstance(table.columns, str):
        return table.columns
    names = holder.get(table.columns)
    if type(names) is str:
        names = [name.strip() for name in names.split(",")]
    if type(names) is not list or not all(type(name) is str for name in names):
        detail = f"`{table.columns}` should name the columns"
        raise ReadingRejected("payload.unexpected", detail, table.path)
    if len(set(names)) < len(names):
        raise ReadingRejected("field.duplicate", "a column's name is there twice", table.path)
    return names


def _row(names: list[str], row: Any) -> Any:
    fits = type(row) is list and len(row) == len(names)
    return dict(zip(names, row, strict=True)) if fits else row
