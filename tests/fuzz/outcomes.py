"""What fuzzers and abuse came to, kept for the table that is made of them."""

from pathlib import Path
from typing import Any

import msgspec

from tests.outcomes import note_in, read_as

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
    note_in(FILE_VARIABLE, outcome)


def read(file: Path) -> list[Outcome]:
    """Return the outcomes of a run."""
    return read_as(Outcome, file)
