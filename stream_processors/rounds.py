"""Rounds: what the store noted is worked off behind it, shard by shard, again and again."""

import asyncio
import random
import time
from abc import ABC, abstractmethod
from typing import ClassVar

from schemas.errors import StoreUnavailable
from schemas.telemetry import Metric
from stream_processors.database import Connection, Session, translated
from stream_processors.monitor import Monitor
from stream_processors.patience import patiently
from stream_processors.settings import AggregateSettings


class Rounds(ABC):
    """Works notes off until cancelled; several may run, each takes the shards that are free.

    Attributes:
        gauge: shows how many notes wait.
    """

    gauge: ClassVar[Metric]

    def __init__(
        self, settings: AggregateSettings, monitor: Monitor, *, name: str, prepared: str
    ) -> None:
        self._settings = settings
        self._monitor = monitor
        self._session = Session(settings.database, name=name, prepared=prepared)

    async def conclude(self, connection: Connection) -> None:  # noqa: B027 - most have nothing left
        """Do what is to be done when all that was noted has been worked off; here nothing."""

    def rest_seconds(self, took_seconds: float) -> float:  # noqa: ARG002
        """Return how long to wait for the next round after one that took so long."""
        return self._settings.interval_seconds

    @abstractmethod
    async def backlog(self, connection: Connection) -> dict[int, int]:
        """Return how many notes wait, by shard."""

    @abstractmethod
    async def work_off(self, connection: Connection, shard: int) -> None:
        """Work the oldest notes of a shard off, `batch_tasks` at most, in one transaction."""

    async def run(self) -> None:
        """Work until cancelled; what is under way then is done again by the next."""
        try:
            while True:
                began = time.monotonic()
                await patiently(self.turn, health=self._monitor.health)
                self._monitor.health.is_ready()
                await asyncio.sleep(self.rest_seconds(time.monotonic() - began))
        finally:
            await self._session.close()

    async def turn(self) -> None:
        """Work off everything that is noted now.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        try:
            connection = await self._session.connection()
            with translated():
                waiting = await self.backlog(connection)
                self._monitor.instruments.show(self.gauge, sum(waiting.values()))
                # In another order each time, so that several processes seldom meet.
                for shard in random.sample(sorted(waiting), len(waiting)):
                    for _ in range(0, waiting[shard], self._settings.batch_tasks):
                        await self.work_off(connection, shard)
                await self.conclude(connection)
        except StoreUnavailable:
            await self._session.close()
            raise
