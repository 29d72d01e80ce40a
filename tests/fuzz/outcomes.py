"""What fuzzers and abuse came to, kept for the table that is made of them."""

import os
from pathlib import Path
from typing import Any

import msgspec

FILE_VARIABLE = "STADSPULS_FUZZ_OUTCOMES"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one law, interface or attack.

    Attributes:
        what: was sent what.
        promise: what must hold.
        executions: inputs, requests or clients.
        seconds: that it took.
        found: cases that broke the promise.
        facts: figures of this one alone.
    """

    what: str
    promise: str
    executions: int
    seconds: float
    found: int = 0
    facts: dict[str, Any] = {}


def note(outcome: Outcome) -> None:
    """Print an outcome, and keep it where the run that makes the table wants it."""
    text = msgspec.json.encode(outcome).decode()
    print(text)  # noqa: T201 - a failed test shows it
    if file := os.environ.get(FILE_VARIABLE):
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")


def read(file: Path) -> list[Outcome]:
    """Return the outcomes of a run."""
    decoder = msgspec.json.Decoder(Outcome)
    return [decoder.decode(line) for line in file.read_bytes().splitlines()]
