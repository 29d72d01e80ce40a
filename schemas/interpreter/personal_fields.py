"""Personal fields of a profile, compiled into their removal from a payload."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from schemas.decoders.csv_rows import without_columns
from schemas.decoders.json_document import read_json
from schemas.decoders.telegram import OBJECT_LINE, Lines, read_lines, read_telegram, write_telegram
from schemas.decoders.web_form import read_form, write_form
from schemas.language.decode_profile import CsvForm
from schemas.language.sensor_profile import SensorProfile

_STEP: Final = re.compile(r"(?:^|\.)([A-Za-z_][\w-]*)|(\[\*\])", re.ASCII)
_REFERENCE: Final = re.compile(r"\d+-(\d+|\*):\d+\.(\d+|\*)\.(\d+|\*)", re.ASCII)
_EACH: Final = "[*]"

Removal: TypeAlias = Callable[[bytes], bytes]
_Tree: TypeAlias = dict[str, "_Tree | None"]
"""What is personal below each step; `None` is all of it. A payload is gone through once."""


def compile_removal(profile: SensorProfile) -> Removal | None:
    """Return the removal of a profile's personal fields, `None` when it declares none.

    It returns the very bytes where none of the fields is there. It raises ReadingRejected for a
    payload that cannot be read, by the same strict reading as the interpreter's: what is there
    twice or cut off must not hide a field.

    Raises:
        ValueError: a field is written in no known way.
    """
    if not profile.personal_fields:
        return None
    if profile.decode == "dsmr-telegram":
        references = re.compile("|".join(map(_reference, profile.personal_fields)))
        return lambda payload: _without_objects(payload, references)
    if profile.decode in {"csv", "form"}:
        names = frozenset(profile.personal_fields)
        form = profile.csv or CsvForm()
        if profile.decode == "csv":
            return lambda payload: without_columns(payload, form, names)
        return lambda payload: _without_pairs(payload, names)
    fields: _Tree = {}
    for path in profile.personal_fields:
        _grow(fields, _steps(path))
    return lambda payload: _without_fields(payload, fields)


def _steps(path: str) -> list[str]:
    steps, position = [], 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(f"`{path}` is no plain path such as `meter.ean` or `data[*].name`")
        steps.append(match[1] or _EACH)
        position = match.end()
    if not steps or steps[-1] == _EACH:
        raise ValueError(f"`{path}` names no field")
    return steps


def _grow(tree: _Tree, steps: Sequence[str]) -> None:
    first, *others = steps
    if not others:
        tree[first] = None
    elif (below := tree.setdefault(first, {})) is not None:
        _grow(below, others)


def _reference(reference: str) -> str:
    if _REFERENCE.fullmatch(reference) is None:
        raise ValueError(f"`{reference}` is no OBIS reference such as `0-*:96.1.1`")
    return re.escape(reference).replace(r"\*", r"\d+")


def _without_fields(payload: bytes, fields: _Tree) -> bytes:
    document = read_json(payload)
    return msgspec.json.encode(document) if _remove(document, fields) else payload


def _remove(document: Any, fields: _Tree) -> bool:
    if type(document) is list:
        below = fields.get(_EACH)
        return below is not None and _remove_from_each(document, below)
    if type(document) is not dict:
        return False
    removed = False
    for name in fields.keys() & document.keys():
        below = fields[name]
        if below is None:
            del document[name]
            removed = True
        else:
            removed |= _remove(document[name], below)
    return removed


def _remove_from_each(items: list[Any], fields: _Tree) -> bool:
    removed = [_remove(item, fields) for item in items if type(item) in (dict, list)]
    return any(removed)


def _without_pairs(payload: bytes, names: frozenset[str]) -> bytes:
    fields = read_form(payload)
    if names.isdisjoint(fields):
        return payload
    return write_form({name: fields[name] for name in fields if name not in names})


def _without_objects(payload: bytes, references: re.Pattern[str]) -> bytes:
    telegram = read_lines(payload)
    if not telegram.is_checked:
        read_telegram(payload)  # without checksum, an odd line may be a damaged identifier
    first, *lines = telegram.lines
    kept = [_blanked(line, references) for line in lines]
    if kept == lines:
        return payload
    return write_telegram(Lines([first, *filter(None, kept)], telegram.is_checked))


def _blanked(line: str, references: re.Pattern[str]) -> str:
    """Return a line without what is personal; one that is no object goes, as none can tell."""
    match = OBJECT_LINE.fullmatch(line)
    if match is None:
        return ""
    return f"{match[1]}()" if references.fullmatch(match[1]) else line
