"""What faults did, kept for the table that is made of them."""

from pathlib import Path
from typing import Any

import msgspec

from tests.outcomes import note_in, read_as

FILE_VARIABLE = "STADSPULS_FAULT_OUTCOMES"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was there after a fault.

    Attributes:
        fault: what happened.
        promise: what must hold.
        acknowledged: messages that the broker acknowledged to the devices.
        lost: of those, whose observations or dead letter are not there.
        twice: observations more than were sent.
        findings: of the audit.
        unheard: changes that the live stream left out, told twice or out of order.
        out_of_order: how often the publication went back in time.
        forgiven: lost messages that the promise does not cover, as somebody counted them.
        stall_seconds: longest time in which nothing was published.
        stall_reason: who was away in it.
        recovery_seconds: from the end of the fault to the next publication.
        facts: figures of this fault alone.
    """

    fault: str
    promise: str
    acknowledged: int
    lost: int
    twice: int
    findings: tuple[str, ...] = ()
    unheard: int = 0
    out_of_order: int = 0
    forgiven: int = 0
    stall_seconds: float | None = None
    stall_reason: str = ""
    recovery_seconds: float | None = None
    facts: dict[str, Any] = {}

    @property
    def is_kept(self) -> bool:
        """Whether nothing is lost, twice, unheard, out of order or unaccounted."""
        wrong = self.twice, self.unheard, self.out_of_order, len(self.findings)
        return self.lost <= self.forgiven and not any(wrong) and self.acknowledged > 0


def note(outcome: Outcome) -> None:
    """Print an outcome, and keep it where the run that makes the table wants it."""
    note_in(FILE_VARIABLE, outcome)


def read(file: Path) -> list[Outcome]:
    """Return the outcomes of a run."""
    return read_as(Outcome, file)
