"""A message brought again is no new observation."""

import json
from datetime import timedelta
from typing import Any

import msgspec

from schemas.cities.registry import Registry
from schemas.wire import Reading
from stream_processors.steps.deduplicate import (
    RedeliveryPolicy,
    RedeliveryState,
    deduplicate,
    remember,
)
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival, Passage
from tests.stream_processors.packs import RECEIVED, reading

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


def _unread(*readings: Reading) -> list[Passage]:
    return [Passage.unread(Arrival(partition=0, offset=0, reading=one)) for one in readings]


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
    state = remember(_unread(_meter(0)), RedeliveryState(), policy=POLICY)

    assert _outcomes(registry, _meter(9, dup=True), state=state) == ["redelivered"]


def test_memory_is_bounded_in_number_and_time() -> None:
    many = [_meter(second, payload=b"%d" % second) for second in range(5)]
    state = remember(_unread(*many), RedeliveryState(), policy=POLICY)
    later = remember(_unread(_meter(400)), state, policy=POLICY)

    assert len(state.seen) == 3
    assert len(later.seen) == 1


def _uplink(
    count: int, *, heard: float, gateway: int = 1, thing: str = "brug", **fields: Any
) -> Reading:
    """Return an uplink of a level gauge, as its network hands it on from a gateway."""
    payload = {
        "time": (RECEIVED + timedelta(seconds=heard)).isoformat(),
        "deviceInfo": {"devEui": thing},
        "devAddr": "01ab",
        "fCnt": count,
        "fPort": 85,
        "data": "A3c3AA==",
        "rxInfo": [{"gatewayId": gateway}],
    }
    return reading(
        source=f"city/stad-a/milesight/em500-swl/{thing}",
        seconds=heard + 1,
        payload=json.dumps(payload).encode(),
        **fields,
    )


def test_uplink_that_two_gateways_heard_counts_once(registry: Registry) -> None:
    outcomes = _outcomes(
        registry,
        _uplink(1, heard=0),
        _uplink(1, heard=0.3, gateway=2),
        _uplink(2, heard=60),
        _uplink(2, heard=60.3, gateway=2),
    )

    assert outcomes == ["normalised", "redelivered", "normalised", "redelivered"]


def test_same_uplink_in_the_same_bytes_is_left_to_its_key(registry: Registry) -> None:
    first = _uplink(1, heard=0)

    assert _outcomes(registry, first, first) == ["normalised", "normalised"]


def test_counter_that_begins_anew_with_other_bytes_is_another_uplink(registry: Registry) -> None:
    other = _uplink(1, heard=9)
    other = msgspec.structs.replace(other, payload=other.payload.replace(b"A3c3AA==", b"A3c4AA=="))

    assert _outcomes(registry, _uplink(1, heard=0), other) == ["normalised", "normalised"]


def test_uplink_of_another_device_or_much_later_counts(registry: Registry) -> None:
    outcomes = _outcomes(
        registry,
        _uplink(1, heard=0),
        _uplink(1, heard=0.3, thing="sluis"),
        _uplink(1, heard=400, gateway=2),
    )

    assert outcomes == ["normalised"] * 3


def test_retained_uplink_is_no_copy(registry: Registry) -> None:
    assert _outcomes(registry, _uplink(1, heard=0, retained=True)) == ["normalised"]


def test_new_owner_of_a_partition_remembers_uplinks(registry: Registry) -> None:
    arrival = Arrival(partition=0, offset=0, reading=_uplink(1, heard=0))
    passages = normalise([arrival], registry=registry)
    state = remember(passages, RedeliveryState(), policy=POLICY)

    assert _outcomes(registry, _uplink(1, heard=0.3, gateway=2), state=state) == ["redelivered"]
