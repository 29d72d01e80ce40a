"""The Kafka records."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import wire

NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@given(
    payload=st.binary(max_size=200),
    dup=st.booleans(),
    qos=st.integers(0, 2),
    moment=st.datetimes(timezones=st.just(UTC)),
)
def test_reading_survives_its_headers(
    *, payload: bytes, dup: bool, qos: int, moment: datetime
) -> None:
    reading = wire.Reading(
        city="gent",
        source="city/gent/telraam/v2/9",
        received_time=moment,
        payload=payload,
        dup=dup,
        qos=qos,
    )

    assert wire.read_reading(wire.reading_headers(reading), payload) == reading


def test_unknown_wire_version_is_refused() -> None:
    headers = [("wire", b"99")]

    with pytest.raises(ValueError, match="wire version b'99' is not 1"):
        wire.read_reading(headers, b"")


def test_reading_that_was_in_flight_before_an_upgrade_is_read() -> None:
    """Headers as the first gateways wrote them."""
    headers = [
        ("wire", b"1"), ("city", b"gent"), ("source", b"city/gent/telraam/v2/9"),
        ("receivedTime", b"2026-03-01T12:00:00.250000Z"), ("channel", b"http"),
        ("contentType", b"application/json"), ("qos", b"1"), ("dup", b"1"), ("retained", b"0"),
    ]  # fmt: skip

    reading = wire.read_reading(headers, b"{}")

    assert (reading.city, reading.source) == ("gent", "city/gent/telraam/v2/9")
    assert (reading.received_time, reading.channel) == (NOW, "http")
    assert (reading.dup, reading.retained, reading.payload) == (True, False, b"{}")


def test_record_that_was_in_flight_before_or_after_an_upgrade_is_read() -> None:
    """The first processors told no places; those to come may tell what we do not know."""
    record = (
        b'{"city":"gent","source":"city/gent/telraam/v2/9","profile":"telraam/v2","partition":3,'
        b'"offset":7,"receivedTime":"2026-03-01T12:00:00.250000Z","observations":[{"thing":"9",'
        b'"profile":"telraam/v2","profileVersion":1,"datastream":"car","phenomenonStart":'
        b'"2026-03-01T11:00:00Z","phenomenonEnd":"2026-03-01T12:00:00Z","resultTime":'
        b'"2026-03-01T12:00:00Z","result":14.0,"toCome":1}],"toCome":{"a":[1]}}'
    )

    reading = wire.read_normalised(record)

    [observation] = reading.observations
    assert (reading.partition, reading.offset, reading.received_time) == (3, 7, NOW)
    assert (observation.datastream, observation.result, observation.quality) == ("car", 14, ())
    assert (reading.places, reading.replay) == ((), "")


def test_missing_header_is_named() -> None:
    with pytest.raises(ValueError, match="'city' is missing"):
        wire.read_reading([("wire", b"1")], b"")


def test_record_without_zone_is_refused() -> None:
    record = wire.encode(_normalised()).replace(b"+01:00", b"").replace(b"Z", b"")

    with pytest.raises(msgspec.ValidationError):
        wire.read_normalised(record)


@pytest.mark.parametrize("result", [1.5, 7, True, "open", {"a": [1]}, [1, 2]])
def test_every_kind_of_result_survives(result: wire.Result) -> None:
    record = _normalised(_observation(result))

    again = wire.read_normalised(wire.encode(record))

    assert again == record
    assert type(again.observations[0].result) is type(result)


def test_outcome_is_one_word() -> None:
    rejection = wire.Rejection(reason="payload.malformed", detail="no JSON")

    assert _normalised().outcome == "normalised"
    assert msgspec.structs.replace(_normalised(), observations=()).outcome == "empty"
    assert (
        msgspec.structs.replace(_normalised(), observations=(), rejections=(rejection,)).outcome
        == "rejected"
    )
    assert msgspec.structs.replace(_normalised(), rejections=(rejection,)).outcome == "normalised"


def test_dead_letter_keeps_any_bytes() -> None:
    letter = wire.DeadLetter(
        city="gent",
        source="city/gent/telraam/v2/9",
        received_time=NOW,
        rejections=(wire.Rejection(reason="payload.malformed", detail="no JSON"),),
        payload=bytes(range(256)),
        payload_bytes=256,
        payload_sha256="00",
        station="ingest",
    )

    assert wire.read_dead_letter(wire.encode(letter)) == letter


def _observation(result: wire.Result = 1.5) -> wire.Observation:
    return wire.Observation(
        thing="9",
        profile="telraam/v2",
        profile_version=1,
        datastream="car",
        phenomenon_start=NOW.astimezone(timezone(timedelta(hours=1))),
        result_time=NOW,
        result=result,
    )


def _normalised(observation: wire.Observation | None = None) -> wire.NormalisedReading:
    return wire.NormalisedReading(
        city="gent",
        source="city/gent/telraam/v2/9",
        profile="telraam/v2",
        partition=0,
        offset=7,
        received_time=NOW,
        observations=(observation or _observation(),),
    )
