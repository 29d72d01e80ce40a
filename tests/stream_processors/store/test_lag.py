"""The lag of the store is shown as it is, also while it works on what it has."""

from collections.abc import Collection, Mapping

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from stream_processors.instruments import Instruments
from stream_processors.store.lag import Lag
from stream_processors.store.ownership import Ownership
from stream_processors.store.place import Place

TOPIC = "city.observations"
OURS, TAKEN = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)


class Client:
    """A consumer that fetched up to somewhere, of a log that goes on."""

    def __init__(self) -> None:
        self.fetched: dict[TopicPartition, int] = {}
        self.ends = {OURS: 0}
        self.answers = True

    def assignment(self) -> set[TopicPartition]:
        return {*self.ends}

    def highwater(self, partition: TopicPartition) -> int | None:
        return self.fetched.get(partition)

    async def end_offsets(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        if not self.answers:
            raise KafkaConnectionError
        return {one: self.ends[one] for one in partitions}


class Scene:
    """A store that is at offset 10 of a partition; another one was taken from it."""

    def __init__(self) -> None:
        self.client, self.instruments = Client(), Instruments()
        known = {n: Place(topic=TOPIC, partition=n, next_offset=10) for n in range(2)}
        self.lag = Lag(self.client, TOPIC, Ownership(known=known), self.instruments)

    def shown(self) -> dict[str, float]:
        """Return the lag by partition."""
        self.lag.show()
        families = self.instruments.registry.collect()
        return {s.labels["partition"]: s.value for one in families for s in one.samples}


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_log_that_grows_while_nothing_is_fetched_is_seen(scene: Scene) -> None:
    scene.client.fetched[OURS] = 12
    assert scene.shown() == {"0": 2}

    scene.client.ends[OURS] = 500
    await scene.lag.ask()
    assert scene.shown() == {"0": 490}


async def test_what_was_fetched_since_is_newer_than_what_was_asked(scene: Scene) -> None:
    scene.client.ends[OURS] = 15
    await scene.lag.ask()
    scene.client.fetched[OURS] = 20

    assert scene.shown() == {"0": 10}


async def test_kafka_that_does_not_answer_leaves_what_was_known(scene: Scene) -> None:
    scene.client.ends[OURS] = 15
    await scene.lag.ask()
    scene.client.answers = False
    await scene.lag.ask()

    assert scene.shown() == {"0": 5}


async def test_log_made_anew_has_no_negative_lag(scene: Scene) -> None:
    scene.client.fetched[OURS] = 3

    assert scene.shown() == {"0": 0}


async def test_partition_that_is_taken_away_has_no_lag_here(scene: Scene) -> None:
    scene.client.ends[TAKEN] = 70
    await scene.lag.ask()
    assert scene.shown() == {"0": 0, "1": 60}

    del scene.client.ends[TAKEN]
    assert scene.shown() == {"0": 0, "1": 0}
