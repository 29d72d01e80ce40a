"""Whether Kafka still answers a consumer, whose client waits for it without a word to us."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, Protocol, TypeAlias

from aiokafka import TopicPartition

from schemas.errors import BrokerUnavailable
from schemas.journal import facts
from schemas.settings import KafkaConnection
from stream_processors.kafka_probe import answers_another
from stream_processors.monitor import Health
from stream_processors.patience import telling

log = logging.getLogger(__name__)

Probe: TypeAlias = Callable[[Collection[TopicPartition]], Awaitable[bool]]

_SILENT: Final = "Kafka does not answer"
_ANSWER_SECONDS: Final = 60.0
"""Longer than the client's own patience, and than a group is given to find itself."""


class Polling(Protocol):
    """What we ask of a consumer."""

    def assignment(self) -> Collection[TopicPartition]:
        """Return its partitions."""

    def last_poll_timestamp(self, partition: TopicPartition) -> int | None:
        """Return when Kafka last answered for a partition, in milliseconds of the wall clock."""


def pulse_of(kafka: KafkaConnection, health: Health) -> "KafkaPulse":
    """Return the pulse of a consumer in Kafka, which may be silent for as long as a session."""
    seconds = kafka.session_seconds
    probe = partial(answers_another, kafka, within_seconds=seconds)
    return KafkaPulse(health, probe, patience_seconds=seconds)


class KafkaPulse:
    """Says in the health of a process that it works, or that it waits for Kafka.

    Kafka answers for a partition twice a second, also when there is nothing new. If it answers
    others and not the consumer, this one is to be given up.

    Args:
        health: of the process.
        probe: tells whether Kafka answers somebody else for partitions.
        patience_seconds: for as long Kafka may be silent.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        health: Health,
        probe: Probe,
        *,
        patience_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._health, self._probe = health, probe
        self._patience_seconds, self._clock = patience_seconds, clock
        self._answers: dict[TopicPartition, int | None] = {}
        self._heard_time = self._felt_time = self._probed_time = clock()
        self._is_silent = False

    async def feel(self, consumer: Polling, found: Collection[TopicPartition]) -> None:
        """Look whether Kafka has answered since the last turn.

        Args:
            consumer: a member of its group; without partitions it asks for nothing.
            found: partitions that gave records in this turn. Working on them took its time, and
                the client asks for no more of a partition while it still has some.

        Raises:
            BrokerUnavailable: Kafka answers others, but not this consumer; take another.
        """
        now, patience = self._clock(), self._patience_seconds
        answers = _answers(consumer)
        was_away = now - self._felt_time > patience  # we were, and not Kafka
        if found or not answers or answers != self._answers or was_away:
            self._answers, self._heard_time = answers, now
        self._felt_time = now
        is_silent = now - self._heard_time > patience
        self._tell(is_silent=is_silent)
        if is_silent and now - self._probed_time > patience:
            if await self._probe([*answers]) and _answers(consumer) == answers:
                raise BrokerUnavailable("Kafka answers others, and not this client any more")
            self._felt_time = self._probed_time = self._clock()

    @asynccontextmanager
    async def awaited(self) -> AsyncIterator[None]:
        """Yield for a question, which the client asks again until it is answered.

        Raises:
            BrokerUnavailable: it does so for too long; take another.
        """
        patience = self._patience_seconds
        try:
            with telling(_SILENT, after_seconds=patience, health=self._health):
                async with asyncio.timeout(max(_ANSWER_SECONDS, 2 * patience)):
                    yield
        except TimeoutError as silence:
            raise BrokerUnavailable(_SILENT) from silence

    def _tell(self, *, is_silent: bool) -> None:
        if is_silent:
            self._health.waits_for(_SILENT)
        else:
            self._health.is_ready()
        if is_silent != self._is_silent:
            self._is_silent = is_silent
            seconds = facts(patience_seconds=self._patience_seconds)
            log.warning(_SILENT if is_silent else "Kafka answers again", extra=seconds)


def _answers(consumer: Polling) -> dict[TopicPartition, int | None]:
    return {one: consumer.last_poll_timestamp(one) for one in consumer.assignment()}
