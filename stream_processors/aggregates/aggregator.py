"""Runs the aggregation: round after round, behind the store."""

from collections.abc import Sequence

from schemas import telemetry
from stream_processors.aggregates.aggregate import TEMPORARY_TABLES, aggregate, backlog
from stream_processors.database import Connection
from stream_processors.monitor import Monitor
from stream_processors.rounds import Rounds
from stream_processors.settings import AggregateSettings


class Aggregator(Rounds):
    """Sums up what the store noted."""

    gauge = telemetry.AGGREGATE_BACKLOG

    def __init__(
        self, settings: AggregateSettings, monitor: Monitor, *, barring_flags: Sequence[str]
    ) -> None:
        super().__init__(settings, monitor, name="stadspuls-aggregate", prepared=TEMPORARY_TABLES)
        self._barring_flags = barring_flags

    async def backlog(self, connection: Connection) -> dict[int, int]:
        """Return how many notes wait, by shard."""
        return await backlog(connection)

    async def work_off(self, connection: Connection, shard: int) -> None:
        """Sum up what the oldest notes of a shard touch."""
        await aggregate(
            connection,
            shard=shard,
            barring_flags=self._barring_flags,
            most=self._settings.batch_tasks,
        )
