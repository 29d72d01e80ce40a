"""Keeps the figures of quality: round after round, behind the aggregator."""

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Final

from schemas import telemetry
from schemas.errors import StoreUnavailable
from stream_processors.database import Session, translated
from stream_processors.monitor import Monitor
from stream_processors.patience import patiently
from stream_processors.quality_figures.figures import (
    TEMPORARY_TABLES,
    Severities,
    backlog,
    count_hours,
    summarise,
)
from stream_processors.settings import AggregateSettings

REST: Final = 20
"""It rests so many times as long as a round took: it takes a twentieth of a core at most."""


class Bookkeeper:
    """Counts the hours that the aggregator noted, and sums the last day up.

    Several may run: each takes the shards that are free.
    """

    def __init__(
        self, settings: AggregateSettings, monitor: Monitor, *, severities: Severities
    ) -> None:
        self._settings = settings
        self._monitor = monitor
        self._severities = severities
        self._session = Session(
            settings.database, name="stadspuls-quality", prepared=TEMPORARY_TABLES
        )

    async def run(self) -> None:
        """Work until cancelled; what is under way then is done again by the next."""
        try:
            while True:
                began = time.monotonic()
                await patiently(self.turn, health=self._monitor.health)
                self._monitor.health.is_ready()
                took = time.monotonic() - began
                await asyncio.sleep(max(self._settings.quality_interval_seconds, REST * took))
        finally:
            await self._session.close()

    async def turn(self) -> None:
        """Count everything that is noted now, and sum the last day up.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        try:
            connection = await self._session.connection()
            with translated():
                waiting = await backlog(connection)
                self._monitor.instruments.show(telemetry.QUALITY_BACKLOG, sum(waiting.values()))
                touched: set[int] = set()
                # In another order each time, so that several processes seldom meet.
                for shard in random.sample(sorted(waiting), len(waiting)):
                    for _ in range(0, waiting[shard], self._settings.batch_tasks):
                        touched |= await count_hours(
                            connection,
                            shard=shard,
                            severities=self._severities,
                            most=self._settings.batch_tasks,
                        )
                await summarise(connection, touched=sorted(touched), now=datetime.now(UTC))
        except StoreUnavailable:
            await self._session.close()
            raise
