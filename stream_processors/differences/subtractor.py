"""Runs the making of differences: round after round, behind the store."""

import logging
from collections.abc import Sequence

from schemas import telemetry
from schemas.errors import Fenced
from schemas.journal import facts
from stream_processors.database import Connection
from stream_processors.differences.difference import TEMPORARY_TABLES, backlog, difference
from stream_processors.monitor import Monitor
from stream_processors.rounds import Rounds
from stream_processors.settings import AggregateSettings

log = logging.getLogger(__name__)


class Subtractor(Rounds):
    """Makes the differences of the registers that the store noted."""

    gauge = telemetry.DIFFERENCE_BACKLOG

    def __init__(
        self, settings: AggregateSettings, monitor: Monitor, *, barring_flags: Sequence[str]
    ) -> None:
        super().__init__(settings, monitor, name="stadspuls-difference", prepared=TEMPORARY_TABLES)
        self._barring_flags = barring_flags

    async def backlog(self, connection: Connection) -> dict[int, int]:
        """Return how many notes wait, by shard."""
        return await backlog(connection)

    async def work_off(self, connection: Connection, shard: int) -> None:
        """Make the differences that the oldest notes of a shard touch."""
        try:
            made = await difference(
                connection,
                shard=shard,
                barring_flags=self._barring_flags,
                most=self._settings.batch_tasks,
                timeouts=self._settings,
            )
        except Fenced as fenced:
            log.warning("dropped a batch", extra=facts(shard=shard, why=str(fenced)))
            return
        for change, count in made.items():
            self._monitor.instruments.count(telemetry.DIFFERENCES, count, change=change)
