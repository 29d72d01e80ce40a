"""A processor that hears nothing of Kafka says that it waits for it."""

from collections.abc import Collection

import pytest
from aiokafka import TopicPartition

from schemas.errors import BrokerUnavailable
from stream_processors.kafka_pulse import KafkaPulse
from stream_processors.monitor import Health

PLACE = TopicPartition("t", 0)
OTHER = TopicPartition("t", 1)


class Client:
    """A consumer that was answered when the test says."""

    def __init__(self) -> None:
        self.answered: dict[TopicPartition, int | None] = {PLACE: 0, OTHER: 0}

    def assignment(self) -> list[TopicPartition]:
        return [*self.answered]

    def last_poll_timestamp(self, partition: TopicPartition) -> int | None:
        return self.answered[partition]


class Turns:
    """Turns of a processor, one each second."""

    def __init__(self) -> None:
        self.health, self.client, self.seconds = Health(), Client(), 0.0
        self.answers_others, self.probes = False, 0
        self._pulse = KafkaPulse(
            self.health, self._probe, patience_seconds=3, clock=lambda: self.seconds
        )

    async def take(self, count: int, *, found: tuple[TopicPartition, ...] = ()) -> bool:
        """Return whether the processor is ready after so many turns."""
        for _ in range(count):
            self.seconds += 1
            await self._pulse.feel(self.client, found)
        return self.health.ready

    async def _probe(self, places: Collection[TopicPartition]) -> bool:
        assert {*places} == {PLACE, OTHER}
        self.probes += 1
        return self.answers_others


@pytest.fixture
async def turns() -> Turns:
    made = Turns()
    assert await made.take(1)
    return made


async def test_silence_longer_than_patience_is_told_and_its_end_too(
    turns: Turns, caplog: pytest.LogCaptureFixture
) -> None:
    assert await turns.take(3)
    assert not await turns.take(5)
    assert turns.health.waiting_for == "Kafka does not answer"

    turns.client.answered[OTHER] = 1
    assert await turns.take(1)
    assert [one.message for one in caplog.records] == [
        "Kafka does not answer",
        "Kafka answers again",
    ]


async def test_answer_without_news_is_an_answer_whatever_the_clock_on_the_wall_says(
    turns: Turns,
) -> None:
    for time in (5, 9, 2):
        turns.client.answered[PLACE] = time
        assert await turns.take(3)


async def test_who_works_long_on_what_there_was_does_not_wait_for_kafka(turns: Turns) -> None:
    assert await turns.take(9, found=(PLACE,))
    assert await turns.take(1)


async def test_who_has_no_partition_waits_for_nothing(turns: Turns) -> None:
    turns.client.answered.clear()

    assert await turns.take(9)


async def test_client_that_hears_nothing_while_kafka_answers_others_is_given_up(
    turns: Turns,
) -> None:
    turns.answers_others = True
    assert await turns.take(3)

    with pytest.raises(BrokerUnavailable, match="answers others"):
        await turns.take(1)


async def test_kafka_that_answers_nobody_is_asked_again_now_and_then(turns: Turns) -> None:
    assert not await turns.take(20)
    assert 2 <= turns.probes <= 6

    turns.answers_others = True
    with pytest.raises(BrokerUnavailable):
        await turns.take(4)


async def test_client_that_is_answered_beside_the_other_is_kept(turns: Turns) -> None:
    async def answering_both(_: Collection[TopicPartition]) -> bool:
        turns.client.answered[PLACE] = 1
        return True

    turns._pulse._probe = answering_both

    assert await turns.take(3)
    assert not await turns.take(1)
    assert await turns.take(1)


async def test_who_was_away_itself_does_not_give_its_client_up(turns: Turns) -> None:
    turns.answers_others = True
    turns.seconds += 60

    assert await turns.take(3)
