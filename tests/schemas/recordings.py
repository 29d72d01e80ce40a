"""Where the recordings are, and how a test reads them."""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import Yield, observe
from schemas.privacy import gate

DATA = Path(__file__).parents[3] / "shared" / "data"
NOW = datetime(2026, 6, 1, tzinfo=UTC)

needs_recordings = pytest.mark.skipif(
    not DATA.is_dir(), reason="left out: the recordings are not here (no ../shared/data)"
)


def read(
    profile: CompiledProfile,
    payload: bytes,
    *,
    thing: str | None = "recorded",
    zone: str = "Europe/Brussels",
) -> Yield:
    """Take a payload through gate and interpreter, as a city of this zone does."""
    return observe(
        profile,
        gate(profile, payload),
        thing=thing,
        received_time=NOW,
        zone=ZoneInfo(zone),
    )


def lines_of(path: str) -> list[str]:
    """Return the lines of a text file, gzipped or not, with what its first bytes say."""
    file = DATA / path
    content = gzip.decompress(file.read_bytes()) if path.endswith(".gz") else file.read_bytes()
    return content.decode().splitlines()


def rows_of(path: str, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Yield rows as Python's own reader sees them: the other way to the same values."""
    lines = lines_of(path)
    return csv.DictReader([lines[0].removeprefix("\ufeff"), *lines[1:]], delimiter=delimiter)


def document_of(path: str) -> Any:
    """Return a JSON document."""
    return json.loads((DATA / path).read_bytes())
