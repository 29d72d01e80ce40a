"""A process of ours whose wall clock is set while it runs; what it counts on stays as it is."""

from datetime import timedelta
from pathlib import Path

from deploy.part import Part
from deploy.stack.process import Command
from tests.faults.install import clock_library


class ClockedPart(Part):
    """A part that asks us, by way of libfaketime, what time it is.

    Monotonic time passes as ever: no system call sets that.
    """

    async def command(self) -> Command:
        """Run the same command behind the library."""
        self.set_clock(timedelta())
        plain, library = await super().command(), clock_library()
        clock = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        return Command(program=plain.program, environment={**plain.environment, **clock})

    def set_clock(self, ahead: timedelta) -> None:
        """Set its clock to so long before the time that it is, or after it."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{ahead.total_seconds():+.0f}\n", encoding="ascii")
        draft.replace(self._file)

    @property
    def _file(self) -> Path:
        return self.folder / "clock"
