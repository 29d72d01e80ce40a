"""A message brought again is no new observation."""

from datetime import timedelta
from typing import Any

from schemas.registry import Registry
from schemas.wire import Reading
from stream_processors.steps.deduplicate import (
    RedeliveryPolicy,
    RedeliveryState,
    deduplicate,
    remember,
)
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival
from tests.stream_processors.packs import reading

POLICY = RedeliveryPolicy(window=timedelta(minutes=5), most=3)


def _outcomes(
    registry: Registry, *readings: Reading, state: RedeliveryState | None = None
) -> list[str]:
    arrivals = [
        Arrival(partition=0, offset=number, reading=one) for number, one in enumerate(readings)
    ]
    passages, _ = deduplicate(
        normalise(arrivals, registry=registry), state or RedeliveryState(), policy=POLICY
    )
    return [one.result.empty or one.result.outcome for one in passages]


def _meter(seconds: float, **fields: Any) -> Reading:
    return reading(1, model="meter", seconds=seconds, **fields)


def test_redelivered_message_without_a_time_gives_nothing(registry: Registry) -> None:
    assert _outcomes(registry, _meter(0), _meter(9, dup=True)) == ["normalised", "redelivered"]


def test_same_message_without_dup_is_another_observation(registry: Registry) -> None:
    assert _outcomes(registry, _meter(0), _meter(9)) == ["normalised", "normalised"]


def test_dup_of_a_message_that_never_came_is_an_observation(registry: Registry) -> None:
    assert _outcomes(registry, _meter(0, dup=True)) == ["normalised"]


def test_dup_after_the_window_is_an_observation(registry: Registry) -> None:
    assert _outcomes(registry, _meter(0), _meter(301, dup=True)) == ["normalised", "normalised"]


def test_other_source_or_bytes_are_another_message(registry: Registry) -> None:
    other_thing = _meter(1, dup=True, thing="sluis")
    other_bytes = _meter(2, dup=True, payload=b'{"car": 9}')

    assert _outcomes(registry, _meter(0), other_thing, other_bytes) == ["normalised"] * 3


def test_message_with_a_time_of_its_own_is_left_to_its_key(registry: Registry) -> None:
    assert _outcomes(registry, reading(1), reading(1, dup=True)) == ["normalised", "normalised"]


def test_retained_message_without_a_time_gives_nothing(registry: Registry) -> None:
    outcomes = _outcomes(registry, _meter(0, retained=True), reading(1, retained=True))

    assert outcomes == ["retained", "normalised"]


def test_rejected_message_stays_rejected(registry: Registry) -> None:
    broken = [_meter(second, payload=b"{", dup=True) for second in (0, 1)]

    assert _outcomes(registry, *broken) == ["rejected", "rejected"]


def test_new_owner_of_a_partition_remembers_what_it_reads_again(registry: Registry) -> None:
    state = remember([_meter(0)], RedeliveryState(), policy=POLICY)

    assert _outcomes(registry, _meter(9, dup=True), state=state) == ["redelivered"]


def test_memory_is_bounded_in_number_and_time() -> None:
    many = [_meter(second, payload=b"%d" % second) for second in range(5)]
    state = remember(many, RedeliveryState(), policy=POLICY)
    later = remember([_meter(400)], state, policy=POLICY)

    assert len(state.seen) == 3
    assert len(later.seen) == 1
