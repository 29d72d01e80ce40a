"""How many records of a topic are not in the database yet, shown also while a batch takes long."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Final, Protocol

from aiokafka import TopicPartition

from schemas import telemetry
from schemas.journal import facts
from stream_processors.instruments import Instruments
from stream_processors.store.ownership import Ownership

log = logging.getLogger(__name__)

_PAUSE_SECONDS: Final = 5.0


class Ended(Protocol):
    """What we ask of a consumer."""

    def assignment(self) -> Collection[TopicPartition]:
        """Return its partitions."""

    def highwater(self, partition: TopicPartition) -> int | None:
        """Return where a log ended at the last fetch."""

    async def end_offsets(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        """Ask Kafka where logs end."""


class Lag:
    """Shows the lag of each partition that is ours.

    Args:
        consumer: knows where logs ended when it last fetched, which it does not do while the
            store works on what it has; so Kafka is asked now and then.
        topic: what is read.
        ownership: where the database is.
        instruments: of the process.
    """

    def __init__(
        self, consumer: Ended, topic: str, ownership: Ownership, instruments: Instruments
    ) -> None:
        self._consumer, self._topic = consumer, topic
        self._ownership, self._instruments = ownership, instruments
        self._asked: dict[TopicPartition, int] = {}
        self._shown: set[TopicPartition] = set()

    def show(self) -> None:
        """Show what is known; what was ours and is another's now, that one shows."""
        places = {TopicPartition(self._topic, n): one for n, one in self._ownership.known.items()}
        ours = places.keys() & self._consumer.assignment()
        for where in ours:
            end = max(self._consumer.highwater(where) or 0, self._asked.get(where, 0))
            self._show(where, max(end - places[where].next_offset, 0))
        for where in self._shown - ours:
            self._show(where, 0)
        self._shown = ours

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Ask and show now and then while the context lasts; the consumer is a member in it."""
        watching = asyncio.create_task(self._watch(), name=f"{self._topic}.lag")
        try:
            yield
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            await self.ask()
            self.show()

    async def ask(self) -> None:
        """Ask where the logs end; while Kafka does not answer, what was known stays."""
        places = [*self._consumer.assignment()]
        try:
            self._asked = {**await self._consumer.end_offsets(places)} if places else {}
        except (RuntimeError, OSError) as failure:  # as all of Kafka's errors are
            log.debug("where the logs end is not known", extra=facts(error=repr(failure)))

    def _show(self, where: TopicPartition, lag: int) -> None:
        number = str(where.partition)
        self._instruments.show(telemetry.STORE_LAG, lag, topic=self._topic, partition=number)
