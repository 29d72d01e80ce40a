"""A processor that hears nothing of Kafka says that it waits for it."""

import pytest
from aiokafka import TopicPartition

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
        self.health, self.client, self._seconds = Health(), Client(), 0.0
        self._pulse = KafkaPulse(self.health, patience_seconds=3, clock=lambda: self._seconds)

    def take(self, count: int, *, found: tuple[TopicPartition, ...] = ()) -> bool:
        """Return whether the processor is ready after so many turns."""
        for _ in range(count):
            self._seconds += 1
            self._pulse.feel(self.client, found)
        return self.health.ready


@pytest.fixture
def turns() -> Turns:
    made = Turns()
    assert made.take(1)
    return made


def test_silence_longer_than_patience_is_told_and_its_end_too(
    turns: Turns, caplog: pytest.LogCaptureFixture
) -> None:
    assert turns.take(3)
    assert not turns.take(5)
    assert turns.health.waiting_for == "Kafka does not answer"

    turns.client.answered[OTHER] = 1
    assert turns.take(1)
    assert [one.message for one in caplog.records] == [
        "Kafka does not answer",
        "Kafka answers again",
    ]


def test_answer_without_news_is_an_answer_whatever_the_clock_on_the_wall_says(
    turns: Turns,
) -> None:
    for time in (5, 9, 2):
        turns.client.answered[PLACE] = time
        assert turns.take(3)


def test_who_works_long_on_what_there_was_does_not_wait_for_kafka(turns: Turns) -> None:
    assert turns.take(9, found=(PLACE,))
    assert turns.take(1)


def test_who_has_no_partition_waits_for_nothing(turns: Turns) -> None:
    turns.client.answered.clear()

    assert turns.take(9)
