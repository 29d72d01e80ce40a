"""Records of all partitions of a consumer, of each as many: none waits for another's queue."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final, Protocol

from aiokafka import TopicPartition

_CATCHING_UP: Final = 0.02
"""Of the time that we were away: long enough for Kafka's answer when that was long."""

_INTERVAL_SECONDS: Final = 0.04
"""Between two takes, where little comes: each has its price, however few records it brings."""


class Polled(Protocol):
    """What we ask of a consumer."""

    def assignment(self) -> Collection[TopicPartition]:
        """Return its partitions."""

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[Any]]:
        """Return records that wait, of some partitions or of all."""


class FairShare:
    """Takes records in rounds; what some partitions have less of, the others give more of.

    Args:
        consumer: whose records; by itself it would empty one partition after the other.
        clock: monotonic seconds.
        sleep: for so many seconds.
    """

    def __init__(
        self,
        consumer: Polled,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._consumer, self._clock, self._sleep = consumer, clock, sleep
        self._left_time = clock()
        self._next_time = self._left_time

    async def take(self, most: int, *, wait_seconds: float) -> dict[TopicPartition, list[Any]]:
        """Return records by partition.

        Args:
            most: of all partitions together; one of each more, where it cannot be divided.
            wait_seconds: for the first of them.

        Raises:
            BrokerUnavailable: the consumer will never read again.
        """
        await self._sleep(max(0.0, self._next_time - self._clock()))
        begun_time = self._clock()
        found: dict[TopicPartition, list[Any]] = {}
        waiting = list(self._consumer.assignment())
        taken = await self._round(waiting, most, found)
        if not taken:
            wait_ms = int(wait_seconds * 1000)
            found = await self._consumer.getmany(timeout_ms=wait_ms, max_records=most)
        else:
            # Of a partition that still has records the client asks Kafka for none, so that what
            # came while we were away is not here yet.
            await self._sleep(_CATCHING_UP * (self._clock() - self._left_time))
            await self._take_rest(waiting, most - taken, found)
        self._left_time = self._clock()
        if 0 < sum(map(len, found.values())) < most:
            self._next_time = begun_time + _INTERVAL_SECONDS
        return found

    async def _take_rest(
        self, waiting: list[TopicPartition], left: int, found: dict[TopicPartition, list[Any]]
    ) -> None:
        while waiting and left > 0:
            before = {place: len(found.get(place, ())) for place in waiting}
            each = max(1, left // len(waiting))
            left -= await self._round(waiting, left, found)
            waiting = [one for one in waiting if len(found.get(one, ())) - before[one] >= each]

    async def _round(
        self, places: list[TopicPartition], most: int, found: dict[TopicPartition, list[Any]]
    ) -> int:
        """Take the same number of each place at most; return how many there were of all."""
        taken = 0
        for place in places:
            each = max(1, most // len(places))
            records = (await self._consumer.getmany(place, max_records=each)).get(place, [])
            if records:
                found.setdefault(place, []).extend(records)
            taken += len(records)
        return taken
