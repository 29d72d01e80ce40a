"""The pulse: how many observations were published, moment by moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from api.store import Connection

STEPS: Final = 60
"""Of five seconds each: five minutes."""

WIDTH: Final = 600
HEIGHT: Final = 90
_MINUTE_STEPS: Final = 12
_SQL: Final = (files("api.portal") / "pulse.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Pulse:
    """Observations published in each step, oldest first."""

    steps: Sequence[int]

    @property
    def per_minute(self) -> int:
        """Those of the last minute."""
        return sum(self.steps[-_MINUTE_STEPS:])

    @property
    def path(self) -> str:
        """The line, in a box of `WIDTH` by `HEIGHT`."""
        most, width = max(*self.steps, 1), WIDTH / (STEPS - 1)
        room = HEIGHT - 8
        points = (
            f"{place * width:.0f} {4 + room * (1 - count / most):.0f}"
            for place, count in enumerate(self.steps)
        )
        return "M" + "L".join(points)


async def pulse(connection: Connection) -> Pulse:
    """Return the pulse of the last five minutes, all cities together."""
    rows = await connection.fetch(_SQL, datetime.now(UTC))
    counts = {row["steps_ago"]: row["observations"] for row in rows}
    return Pulse([int(counts.get(ago, 0)) for ago in range(STEPS - 1, -1, -1)])
