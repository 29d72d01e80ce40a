"""A consumer of a group that says so when it has stopped reading."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from schemas.errors import BrokerUnavailable

_LEAVING_SECONDS = 5.0


class GroupConsumer(AIOKafkaConsumer):  # type: ignore[misc] # the client has no types
    """aiokafka's consumer, watched.

    What reads in the background ends for good at an error that it did not expect. By itself the
    client then stays a member of its group, holds its partitions, and gives nothing, for ever.
    """

    async def getmany(self, *partitions: Any, **wishes: Any) -> Any:
        """Return records by partition, as aiokafka does.

        Raises:
            BrokerUnavailable: this consumer will never read again; take another.
        """
        try:
            found = await super().getmany(*partitions, **wishes)
        except RuntimeError as failure:  # as all of Kafka's errors are
            raise BrokerUnavailable(f"Kafka's client gave up: {failure!r}") from failure
        reading = self._fetcher.error_future
        if reading.done():
            raise BrokerUnavailable(f"Kafka's client gave up: {reading.exception()!r}")
        return found

    async def stop(self) -> None:
        """Leave the group, also with what has failed, and without waiting for long."""
        closings = [super().stop]
        if self._fetcher is not None:
            closings += [self._fetcher.close, self._client.close]
        for close in closings:
            with suppress(RuntimeError, TimeoutError):
                async with asyncio.timeout(_LEAVING_SECONDS):
                    await close()


@asynccontextmanager
async def member(
    consumer: GroupConsumer, topic: str, listener: ConsumerRebalanceListener
) -> AsyncIterator[GroupConsumer]:
    """Yield a consumer that takes its share of a topic while the context lasts.

    Raises:
        BrokerUnavailable: Kafka does not answer, or the consumer gave up.
    """
    try:
        await consumer.start()
        consumer.subscribe([topic], listener=listener)
        yield consumer
    except (KafkaError, OSError) as failure:
        raise BrokerUnavailable(f"Kafka does not answer: {failure!r}") from failure
    finally:
        await consumer.stop()
