"""Payloads into observations, or a reason."""

from pathlib import Path

import pytest

from schemas.cities.registry import Registry
from schemas.wire import READINGS, NormalisedReading, Reading, Rejection
from stream_processors.arrival import arrival_of
from stream_processors.record import Record
from stream_processors.steps.normalise import normalise
from stream_processors.steps.passage import Arrival
from stream_processors.steps.qualify import qualify
from tests.stream_processors.packs import RECEIVED, reading, registry_of


def _normalised(one: Reading, registry: Registry) -> NormalisedReading:
    arrival = Arrival(partition=3, offset=7, reading=one)
    [passage] = qualify(normalise([arrival], registry=registry), registry=registry)
    return passage.result


def test_reading_becomes_observations_at_its_place(registry: Registry) -> None:
    result = _normalised(reading(5), registry)

    [observation] = result.observations
    assert (result.partition, result.offset, result.profile) == (3, 7, "proef/teller")
    assert (result.city, result.outcome) == ("stad-a", "normalised")
    assert (observation.thing, observation.datastream, observation.result) == ("brug", "car", 5)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (reading(payload=b"{"), "payload.malformed"),
        (reading(payload=b""), "payload.empty"),
        (reading(payload=b"[" * 100_000), "payload.too-deep"),
        (reading(source="city/stad-z/proef/teller/brug"), "topic.unknown-city"),
        (reading(source="city/stad-a/proef/bestaat-niet/brug"), "profile.unknown"),
        (reading(source="elders"), "topic.unmapped"),
        (reading(source="city/stad-a"), "topic.malformed"),
    ],
)
def test_reading_that_cannot_be_read_tells_why(
    one: Reading, reason: str, registry: Registry
) -> None:
    result = _normalised(one, registry)

    assert result.outcome == "rejected"
    assert [rejection.reason for rejection in result.rejections] == [reason]


def test_topic_that_a_pack_lets_in_names_the_thing(tmp_path: Path) -> None:
    topics = [{"filter": "tele/+/SENSOR", "profile": "tasmota/plug"}]
    payload = b'{"Time": "2026-06-01T14:00:00", "ENERGY": {"Power": 61}}'
    one = reading(payload=payload, source="tele/pump/SENSOR")

    result = _normalised(one, registry_of(tmp_path, topics=topics))

    assert [(one.thing, one.result) for one in result.observations] == [("pump", 0.061)]


def test_value_out_of_range_is_flagged_and_stays(registry: Registry) -> None:
    [observation] = _normalised(reading(payload=b'{"car": -4, "time": "2026-06-01T12:00:00Z"}'),
                                registry).observations  # fmt: skip

    assert (observation.result, observation.quality) == (-4, ("range.low",))


def test_record_that_is_no_reading_is_rejected_in_its_place(registry: Registry) -> None:
    refusal = Rejection(reason="wire.unknown", detail="version 9")
    arrival = Arrival(partition=0, offset=1, reading=reading(), refusal=refusal)

    [passage] = normalise([arrival], registry=registry)

    assert passage.result.rejections == (refusal,)


def test_failure_of_the_interpreter_is_a_rejection(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("stream_processors.steps.normalise.observe", fail)

    result = _normalised(reading(1), registry)

    assert [one.reason for one in result.rejections] == ["profile.failed"]
    assert result.received_time > RECEIVED


def test_tombstone_is_a_reading_with_nothing_to_observe(registry: Registry) -> None:
    record = Record(
        topic=READINGS, partition=3, offset=7, timestamp=1_780_000_000_000,
        key=b"stad-a/city/stad-a/proef/teller/brug", value=b"", tombstone=True,
    )  # fmt: skip

    [passage] = normalise([arrival_of(record)], registry=registry)

    result = passage.result
    assert (result.city, result.source) == ("stad-a", "city/stad-a/proef/teller/brug")
    assert (result.outcome, result.empty, result.offset) == ("empty", "erased", 7)
