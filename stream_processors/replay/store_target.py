"""What readings give today to the store, by the way that everything takes."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from schemas.errors import StoreUnavailable
from schemas.settings import DatabaseConnection, KafkaConnection
from schemas.wire import DEAD_LETTERS, OBSERVATIONS
from stream_processors.database import Session, translated
from stream_processors.kafka_client import MAXIMUM_RECORD_BYTES
from stream_processors.kafka_sink import KafkaSink
from stream_processors.monitor import Health
from stream_processors.outgoing import dead_letter_record, observations_record
from stream_processors.replay.selection import Selection
from stream_processors.replay.target import Outcome
from stream_processors.statements import statement
from stream_processors.steps.passage import Passage

_BEGIN: Final = statement(__package__, "begin_replay")
_OUTCOME: Final = statement(__package__, "read_outcome")
_END: Final = statement(__package__, "end_replay")
_PAUSE_SECONDS: Final = 0.05
_STANDSTILL_SECONDS: Final = 120.0
WAITING_READINGS: Final = 2000
"""So many may wait for the store: live readings of the same partitions come behind them."""


class StoreTarget:
    """Sends to `city.observations`, no faster than the store takes it.

    Args:
        kafka: where Kafka is.
        database: where the store writes.
        replay: name of the replay.
    """

    def __init__(
        self, kafka: KafkaConnection, database: DatabaseConnection, *, replay: str
    ) -> None:
        self._sink = KafkaSink(kafka, Health())
        self._session = Session(database, name="stadspuls-replay")
        self._replay = replay
        self._sent = 0

    async def begin(self, selection: Selection) -> None:
        """Note that a replay begins.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        connection = await self._session.connection()
        with translated():
            wishes = msgspec.json.encode(selection.facts()).decode()
            await connection.execute(_BEGIN, self._replay, wishes)

    async def bring(self, partition: int, passages: Sequence[Passage]) -> None:
        """Send what readings of a partition give, once the store is not far behind.

        Raises:
            StoreUnavailable: the database does not answer, or the store does not go on.
        """
        # Of a piece that is larger than what may wait, nobody can have taken anything before.
        await self._taken(self._sent - max(WAITING_READINGS - len(passages), 0))
        fitted = [observations_record(one, maximum_bytes=MAXIMUM_RECORD_BYTES) for one in passages]
        await self._sink.send(OBSERVATIONS, partition, [record for _, record in fitted])
        letters = [
            dead_letter_record(passage, maximum_bytes=MAXIMUM_RECORD_BYTES)
            for passage, _ in fitted
            if passage.result.rejections
        ]
        await self._sink.send(DEAD_LETTERS, partition, letters)
        self._sent += len(passages)

    async def outcome(self) -> Outcome:
        """Return what came of all, once the store has taken it.

        Raises:
            StoreUnavailable: the database does not answer, or the store does not go on.
        """
        outcome = await self._taken(self._sent)
        connection = await self._session.connection()
        with translated():
            await connection.execute(_END, self._replay)
        return outcome

    async def close(self) -> None:
        """Let go of Kafka and the database."""
        await self._sink.close()
        await self._session.close()

    async def _taken(self, readings: int) -> Outcome:
        """Wait until the store has taken so many readings of ours."""
        outcome, since = await self._read(), time.monotonic()
        while outcome.readings < readings:
            await asyncio.sleep(_PAUSE_SECONDS)
            before, outcome = outcome, await self._read()
            since = time.monotonic() if outcome.readings > before.readings else since
            if time.monotonic() - since > _STANDSTILL_SECONDS:
                raise StoreUnavailable(
                    f"the store took {outcome.readings} of {self._sent} readings and does not go "
                    "on; what was sent is stored when it does. Replay once more then"
                )
        return outcome

    async def _read(self) -> Outcome:
        connection = await self._session.connection()
        with translated():
            row = await connection.fetchrow(_OUTCOME, self._replay)
        return Outcome(**dict(row)) if row else Outcome()
