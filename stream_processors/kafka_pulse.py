"""Whether Kafka still answers a consumer, whose client waits for it without a word to us."""

import logging
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Protocol

from aiokafka import TopicPartition

from schemas.journal import facts
from stream_processors.monitor import Health
from stream_processors.patience import telling

log = logging.getLogger(__name__)

_SILENT = "Kafka does not answer"


class Polling(Protocol):
    """What we ask of a consumer."""

    def assignment(self) -> Collection[TopicPartition]:
        """Return its partitions."""

    def last_poll_timestamp(self, partition: TopicPartition) -> int | None:
        """Return when Kafka last answered for a partition, in milliseconds of the wall clock."""


class KafkaPulse:
    """Says in the health of a process that it works, or that it waits for Kafka.

    Kafka answers for a partition twice a second, also when there is nothing new.

    Args:
        health: of the process.
        patience_seconds: for as long Kafka may be silent.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        health: Health,
        *,
        patience_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._health, self._patience_seconds, self._clock = health, patience_seconds, clock
        self._answers: dict[TopicPartition, int | None] = {}
        self._heard_time = clock()
        self._is_silent = False

    def feel(self, consumer: Polling, found: Collection[TopicPartition]) -> None:
        """Look whether Kafka has answered since the last turn.

        Args:
            consumer: a member of its group; without partitions it asks for nothing.
            found: partitions that gave records in this turn. Working on them took its time, and
                the client asks for no more of a partition while it still has some.
        """
        answers = {one: consumer.last_poll_timestamp(one) for one in consumer.assignment()}
        if found or not answers or answers != self._answers:
            self._answers, self._heard_time = answers, self._clock()
        silent_seconds = self._clock() - self._heard_time
        self._tell(is_silent=silent_seconds > self._patience_seconds)

    def awaited(self) -> AbstractContextManager[None]:
        """Return a context for a question, which the client asks again until it is answered."""
        return telling(_SILENT, after_seconds=self._patience_seconds, health=self._health)

    def _tell(self, *, is_silent: bool) -> None:
        if is_silent:
            self._health.waits_for(_SILENT)
        else:
            self._health.is_ready()
        if is_silent != self._is_silent:
            self._is_silent = is_silent
            seconds = facts(patience_seconds=self._patience_seconds)
            log.warning(_SILENT if is_silent else "Kafka answers again", extra=seconds)
