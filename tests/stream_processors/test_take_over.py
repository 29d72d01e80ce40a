"""Partitions that come and go while a processor takes them over."""

from collections.abc import Sequence

import pytest
from aiokafka import TopicPartition

from schemas import wire
from schemas.cities.registry import Registry
from schemas.settings import KafkaConnection
from stream_processors import group_runner
from stream_processors.group_offsets import Committed
from stream_processors.group_runner import GroupRunner
from stream_processors.monitor import Monitor
from stream_processors.settings import NormaliseSettings, StoreSettings
from stream_processors.store import database_runner
from stream_processors.store.database_runner import DatabaseRunner
from stream_processors.store.place import Place
from tests.stream_processors.fake_consumer import FakeConsumer
from tests.stream_processors.memory_sink import MemorySink

KEPT = TopicPartition(wire.OBSERVATIONS, 0)
GONE = TopicPartition(wire.OBSERVATIONS, 1)


@pytest.fixture
def consumer() -> FakeConsumer:
    return FakeConsumer(KEPT, GONE)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, consumer: FakeConsumer) -> DatabaseRunner:
    """Return a store that the group has just given both partitions."""

    async def cluster_of(kafka: KafkaConnection) -> str:
        return "one"

    monkeypatch.setattr(database_runner, "cluster_of", cluster_of)
    places = {n: Place(topic=wire.OBSERVATIONS, partition=n, next_offset=7) for n in range(2)}
    made = DatabaseRunner(StoreSettings(), MemorySink(places), Monitor(), group="g")
    made._consumer = consumer
    made.on_partitions_assigned([KEPT, GONE])
    return made


@pytest.fixture
def normalise(monkeypatch: pytest.MonkeyPatch, consumer: FakeConsumer) -> GroupRunner:
    """Return a normalise that the group has just given both partitions."""

    async def committed(
        kafka: KafkaConnection, group: str, places: Sequence[TopicPartition]
    ) -> dict[TopicPartition, Committed]:
        return dict.fromkeys(places, Committed(7, ""))

    monkeypatch.setattr(group_runner, "committed_places", committed)
    registry = Registry(cities={}, routes=None)  # type: ignore[arg-type]
    made = GroupRunner(NormaliseSettings(redelivery_memory_records=3), registry, Monitor())
    made._consumer = consumer
    made.on_partitions_assigned([KEPT, GONE])
    return made


def rebalance(runner: DatabaseRunner | GroupRunner, consumer: FakeConsumer) -> None:
    """Take one of the two partitions away, as the client does in the middle of a question."""
    runner.on_partitions_revoked([KEPT, GONE])
    consumer.assigned = {KEPT}
    runner.on_partitions_assigned([KEPT])
    consumer.meanwhile = lambda: None


async def test_store_takes_nothing_over_by_an_answer_from_before_a_rebalance(
    store: DatabaseRunner, consumer: FakeConsumer
) -> None:
    consumer.meanwhile = lambda: rebalance(store, consumer)
    await store._take_over()
    assert (consumer.sought, store._readings, store._ownership.known) == ({}, {}, {})

    await store._take_over()
    assert consumer.sought == {KEPT: 7}
    assert store._readings.keys() == store._ownership.known.keys() == {0}


async def test_store_does_not_take_over_what_was_taken_before_the_client_tells(
    store: DatabaseRunner, consumer: FakeConsumer
) -> None:
    consumer.meanwhile = lambda: consumer.assigned.discard(GONE)
    await store._take_over()

    assert store._readings.keys() == store._ownership.known.keys() == {0}


async def test_normalise_takes_nothing_over_by_an_answer_from_before_a_rebalance(
    normalise: GroupRunner, consumer: FakeConsumer
) -> None:
    consumer.meanwhile = lambda: rebalance(normalise, consumer)
    await normalise._take_over()
    assert (consumer.sought, normalise._shares) == ({}, {})

    await normalise._take_over()
    assert consumer.sought == {KEPT: 4}
    assert normalise._shares.keys() == {0}


async def test_normalise_does_not_take_over_what_was_taken_before_the_client_tells(
    normalise: GroupRunner, consumer: FakeConsumer
) -> None:
    consumer.meanwhile = lambda: consumer.assigned.discard(GONE)
    await normalise._take_over()

    assert normalise._shares.keys() == {0}


async def test_normalise_asks_for_no_end_of_what_was_taken_within_the_turn(
    normalise: GroupRunner, consumer: FakeConsumer
) -> None:
    await normalise._take_over()
    rebalance(normalise, consumer)
    await normalise._take_over()

    normalise._show([KEPT, GONE])

    _, _, shown = normalise._monitor.answer("/metrics")
    assert b'stadspuls_normalise_lag_readings{partition="0"} 5.0' in shown
    assert b'partition="1"' not in shown
