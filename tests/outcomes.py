"""Outcomes of trials, kept line by line for the table that a run makes of them."""

import os
from pathlib import Path
from typing import TypeVar

import msgspec

_Outcome = TypeVar("_Outcome", bound=msgspec.Struct)


def note_in(variable: str, outcome: msgspec.Struct) -> None:
    """Print an outcome, and keep it in the file that an environment variable names, if it does."""
    text = msgspec.json.encode(outcome).decode()
    print(text)  # noqa: T201 - a failed test shows it
    if file := os.environ.get(variable):
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")


def read_as(kind: type[_Outcome], file: Path) -> list[_Outcome]:
    """Return the outcomes of a run."""
    decoder = msgspec.json.Decoder(kind)
    return [decoder.decode(line) for line in file.read_bytes().splitlines()]
