"""Recorded payloads out of files, one after another, as the sensor would send them."""

import gzip
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import jmespath

from schemas.errors import Misconfigured
from schemas.language.decode_profile import CsvForm
from schemas.language.sensor_profile import SensorProfile

_LINES: Final = (".jsonl", ".ndjson")
_BOM: Final = b"\xef\xbb\xbf"


def recorded_payloads(
    files: Sequence[Path], profile: SensorProfile, items: str | None
) -> Iterator[bytes]:
    """Yield the payloads of files; each may be gzipped.

    Args:
        files: `.jsonl` or `.ndjson` hold a payload a line (also with `.txt` behind it), `.json`
            one payload or a list, other files one payload; of a CSV profile, any other file holds
            a payload a row.
        profile: what the payloads are of; it says how a CSV file is made.
        items: JMESPath of the list in a `.json` file; of the payload in each line, where null and
            false are none.

    Raises:
        Misconfigured: a file is not there, or has no list where `items` says so.
    """
    return itertools.chain.from_iterable(_of_file(file, profile, items) for file in files)


def _of_file(file: Path, profile: SensorProfile, items: str | None) -> Iterator[bytes]:
    name = Path(file.stem) if file.suffix == ".gz" else file
    if not file.exists():
        raise Misconfigured(f"{file}: there is no such file")
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as content:
        if name.suffix in _LINES or Path(name.stem).suffix in _LINES:
            yield from _of_lines(content, items)
        elif name.suffix == ".json":
            yield from _of_document(file, content.read(), items)
        elif profile.decode == "csv":
            yield from _rows(_lines(content), profile.csv or CsvForm())
        else:
            yield content.read()


def _lines(content: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    return (line.rstrip(b"\r\n") for line in content if line.strip())


def _of_lines(content: IO[bytes] | gzip.GzipFile, items: str | None) -> Iterator[bytes]:
    """Yield each line, or the payload in it."""
    for number, line in enumerate(_lines(content), 1):
        if not items:
            yield line
            continue
        try:
            found = jmespath.search(items, json.loads(line))
        except ValueError as wrong:
            raise Misconfigured(f"line {number}, --items {items}: {wrong}") from wrong
        if found is not None and found is not False:
            yield json.dumps(found).encode()


def _rows(lines: Iterable[bytes], form: CsvForm) -> Iterator[bytes]:
    """Yield each row: bare when the profile has the header, else with the file's header."""
    rest = iter(lines)
    first = next(rest, b"").removeprefix(_BOM)
    lines = itertools.chain([first] if first else [], rest)
    if form.header:
        known = {line.encode() for line in form.header}
        yield from (line for line in lines if line not in known)
        return
    header = list(itertools.islice(lines, form.header_lines))
    for line in lines:
        yield b"\n".join([*header, line])


def _of_document(file: Path, text: bytes, items: str | None) -> Iterator[bytes]:
    document = json.loads(text)
    found = jmespath.search(items, document) if items else document
    if items and not isinstance(found, list):
        raise Misconfigured(f"{file}: --items {items} finds no list")
    if not isinstance(found, list):
        yield text
        return
    for item in found:
        yield json.dumps(item).encode()
