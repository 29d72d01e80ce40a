"""Runs the aggregation: round after round, behind the store."""

import asyncio
import random
from collections.abc import Sequence

from schemas import telemetry
from schemas.errors import StoreUnavailable
from stream_processors.aggregates.aggregate import TEMPORARY_TABLES, aggregate, backlog
from stream_processors.database import Session, translated
from stream_processors.monitor import Monitor
from stream_processors.patience import patiently
from stream_processors.settings import AggregateSettings


class Aggregator:
    """Sums up what the store noted; several may run, each takes the shards that are free."""

    def __init__(
        self, settings: AggregateSettings, monitor: Monitor, *, barring_flags: Sequence[str]
    ) -> None:
        self._settings = settings
        self._monitor = monitor
        self._barring_flags = barring_flags
        self._session = Session(
            settings.database, name="stadspuls-aggregate", prepared=TEMPORARY_TABLES
        )

    async def run(self) -> None:
        """Work until cancelled; what is under way then is done again by the next."""
        try:
            while True:
                await patiently(self.turn, health=self._monitor.health)
                self._monitor.health.is_ready()
                await asyncio.sleep(self._settings.interval_seconds)
        finally:
            await self._session.close()

    async def turn(self) -> None:
        """Sum up everything that is noted now.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        try:
            connection = await self._session.connection()
            with translated():
                waiting = await backlog(connection)
                self._monitor.instruments.show(telemetry.AGGREGATE_BACKLOG, sum(waiting.values()))
                # In another order each time, so that several processes seldom meet.
                for shard in random.sample(sorted(waiting), len(waiting)):
                    for _ in range(0, waiting[shard], self._settings.batch_tasks):
                        await aggregate(
                            connection,
                            shard=shard,
                            barring_flags=self._barring_flags,
                            most=self._settings.batch_tasks,
                        )
        except StoreUnavailable:
            await self._session.close()
            raise
