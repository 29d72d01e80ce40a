"""Processes whose wall clock is set while they run; what they count on stays as it is.

libfaketime stands between them and the system, and tells what a file says. Monotonic time passes
as ever: no system call sets that.
"""

import shutil
from datetime import timedelta
from pathlib import Path

from deploy.part import Part
from deploy.stack.postgres import Postgres
from deploy.stack.process import Command
from tests.faults.install import clock_library

_CLOCK = "clock"


def behind(plain: Command, library: str, clock: str) -> Command:
    """Return a command that runs behind the library, both files as the process sees them."""
    wishes = {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": clock,
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    return Command(
        program=plain.program,
        environment={**plain.environment, **wishes},
        confinement=plain.confinement,
    )


def write_clock(file: Path, ahead: timedelta) -> None:
    """Set a clock to so long before the time that it is, or after it."""
    draft = file.with_suffix(".draft")
    draft.write_text(f"{ahead.total_seconds():+.0f}\n", encoding="ascii")
    draft.chmod(0o644)
    draft.replace(file)


class ClockedPart(Part):
    """A part that asks us what time it is."""

    async def command(self) -> Command:
        """Run the same command behind the library."""
        self.set_clock(timedelta())
        return behind(await super().command(), str(clock_library()), str(self.folder / _CLOCK))

    def set_clock(self, ahead: timedelta) -> None:
        """Set its clock to so long before the time that it is, or after it."""
        write_clock(self.folder / _CLOCK, ahead)


class ClockedPostgres(Postgres):
    """PostgreSQL that asks us what time it is, from when it is started with that wish on.

    Attributes:
        is_clocked: the wish.
    """

    is_clocked = False

    async def command(self) -> Command:
        """Run the same command, behind the library where that is wished for."""
        plain, library = await super().command(), clock_library()
        if not self.is_clocked or library is None:
            return plain
        self.set_clock(timedelta())
        shutil.copy(library, self.folder / library.name)  # into the tree that it may run in
        return behind(plain, self._inside(library.name), self._inside(_CLOCK))

    def set_clock(self, ahead: timedelta) -> None:
        """Set its clock to so long before the time that it is, or after it."""
        write_clock(self.folder / _CLOCK, ahead)
