"""Runs retention: round after round, one process at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from schemas.errors import StoreUnavailable
from schemas.journal import facts
from stream_processors.database import Connection, Session, translated
from stream_processors.monitor import Health
from stream_processors.patience import patiently
from stream_processors.retention.chunks import remove_chunks
from stream_processors.retention.kafka import note_kafka
from stream_processors.retention.observations import (
    raise_horizon,
    remove_observations,
    remove_versions,
)
from stream_processors.retention.removal import Removal
from stream_processors.retention.rows import (
    remove_aggregates,
    remove_dead_letters,
    remove_publications,
)
from stream_processors.retention.rules import Rule, read_rules
from stream_processors.settings import AggregateSettings
from stream_processors.statements import statement

log = logging.getLogger(__name__)

Batch: TypeAlias = Callable[[], Awaitable[int]]
TEMPORARY_TABLES = statement(__package__, "temporary_tables")
_LOCK: Final = 0x7265_7465_6E74_696F
"""Advisory lock of the one who removes, any number that nobody else locks: "retentio"."""
_PAUSE_SECONDS: Final = 0.05


class Keeper:
    """Keeps what is to be kept, and removes the rest.

    Several may run: one of them works at a time.
    """

    def __init__(self, settings: AggregateSettings, health: Health) -> None:
        self._policy = settings.retention
        self._kafka = settings.kafka
        self._health = health
        self._session = Session(
            settings.database, name="stadspuls-retention", prepared=TEMPORARY_TABLES
        )

    async def run(self) -> None:
        """Work until cancelled; a batch under way is then removed wholly or not."""
        self._health.is_ready()  # the first round may take long
        try:
            while True:
                await patiently(self.turn, health=self._health)
                self._health.is_ready()
                await asyncio.sleep(self._policy.interval_seconds)
        finally:
            await self._session.close()

    async def turn(self, now: datetime | None = None) -> int:
        """Remove everything whose time is over, and return how many rows that was.

        Raises:
            StoreUnavailable: the database does not answer.
            BrokerUnavailable: Kafka does not.
        """
        try:
            connection = await self._session.connection()
            with translated():
                if not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
                    return 0
                try:
                    return await self._round(connection, now or datetime.now(UTC))
                finally:
                    await connection.fetchval("select pg_advisory_unlock($1)", _LOCK)
        except StoreUnavailable:
            await self._session.close()
            raise

    async def close(self) -> None:
        """Let go of the database."""
        await self._session.close()

    async def _round(self, connection: Connection, now: datetime) -> int:
        rules = await read_rules(connection, now)
        over = await self._horizons(connection, rules)
        removed = await remove_chunks(connection, over, now)
        for rule, before in over.values():
            removed += await self._remove_observations(connection, rule, before, now)
        for rule in rules:
            if rule.aggregates_before is not None:
                removed += await self._remove_aggregates(connection, rule, now)
        most = self._policy.batch_rows
        removed += await _all(lambda: remove_dead_letters(connection, now, self._kept, most=most))
        removed += await _all(
            lambda: remove_publications(connection, now, self._policy.publication_days)
        )
        if self._kafka is not None:
            await note_kafka(connection, self._kafka, now)
        if removed:
            log.info("rows removed that are over", extra=facts(removed=removed))
        return removed

    @property
    def _kept(self) -> timedelta:
        return timedelta(days=self._policy.dead_letters_days)

    async def _horizons(
        self, connection: Connection, rules: list[Rule]
    ) -> Mapping[int, tuple[Rule, datetime]]:
        found = [(rule, await raise_horizon(connection, rule)) for rule in rules]
        return {rule.dataset_id: (rule, before) for rule, before in found if before is not None}

    async def _remove_observations(
        self, connection: Connection, rule: Rule, before: datetime, now: datetime
    ) -> int:
        most = self._policy.batch_rows
        whose = (rule.city, rule.theme, rule.observations)
        rows = Removal(now, "observation", *whose, "rows", before)
        versions = Removal(now, "observation_version", *whose, "rows", before)
        return await _all(
            lambda: remove_observations(connection, rule, rows, most=most)
        ) + await _all(lambda: remove_versions(connection, rule, versions, most=most))

    async def _remove_aggregates(self, connection: Connection, rule: Rule, now: datetime) -> int:
        most = self._policy.batch_rows
        return await _all(lambda: remove_aggregates(connection, rule, now, most=most))


async def _all(batch: Batch) -> int:
    """Remove batch after batch until there is nothing left, with pauses for others."""
    total = 0
    while removed := await batch():
        total += removed
        await asyncio.sleep(_PAUSE_SECONDS)
    return total
