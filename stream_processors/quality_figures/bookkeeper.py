"""Keeps the figures of quality: round after round, behind the aggregator."""

from datetime import UTC, datetime
from typing import Final

from schemas import telemetry
from stream_processors.database import Connection
from stream_processors.monitor import Monitor
from stream_processors.quality_figures.figures import (
    TEMPORARY_TABLES,
    Severities,
    backlog,
    count_hours,
    summarise,
)
from stream_processors.rounds import Rounds
from stream_processors.settings import AggregateSettings
from stream_processors.statements import statement

_STATES = statement(__package__, "states")

REST: Final = 20
"""It rests so many times as long as a round took: it takes a twentieth of a core at most."""


class Bookkeeper(Rounds):
    """Counts the hours that the aggregator noted, and sums the last day up."""

    gauge = telemetry.QUALITY_BACKLOG

    def __init__(
        self, settings: AggregateSettings, monitor: Monitor, *, severities: Severities
    ) -> None:
        super().__init__(settings, monitor, name="stadspuls-quality", prepared=TEMPORARY_TABLES)
        self._severities = severities
        self._touched: set[int] = set()

    def rest_seconds(self, took_seconds: float) -> float:
        """Return how long to wait for the next round after one that took so long."""
        return max(self._settings.quality_interval_seconds, REST * took_seconds)

    async def backlog(self, connection: Connection) -> dict[int, int]:
        """Return how many notes wait, by shard."""
        self._touched = set()
        return await backlog(connection)

    async def work_off(self, connection: Connection, shard: int) -> None:
        """Count the hours that the oldest notes of a shard name."""
        self._touched |= await count_hours(
            connection,
            shard=shard,
            severities=self._severities,
            most=self._settings.batch_tasks,
        )

    async def conclude(self, connection: Connection) -> None:
        """Sum the last day up, and show how many datastreams are silent."""
        now = datetime.now(UTC)
        await summarise(connection, touched=sorted(self._touched), now=now)
        for city, theme, state, count in await connection.fetch(_STATES, now):
            self._monitor.instruments.show(
                telemetry.DATASTREAMS, count, city=city, theme=theme, state=state
            )
