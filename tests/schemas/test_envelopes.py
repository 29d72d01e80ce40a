"""Devices inside the envelope of a network server."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.errors import Misconfigured, ReadingRejected
from schemas.interpreter.observe import Yield, observe
from schemas.library import Library
from schemas.vocabulary import Vocabulary

ENVELOPE = "the-things-stack/v3"
COUNTER = """\
id: acme/counter
title: People counter
version: 3
source: made for a test
personal: yes
decode: json
carried_by:
  - envelope: the-things-stack/v3
    when: [{path: end_device_ids.application_ids.application_id, equals: crowd}]
interval: PT10M
requires: [{path: in, present: true}]
datastreams:
  in: {observed_property: visitor-count, path: in, unit: "1"}
examples:
  - {description: none, received_time: "2026-01-01T00:00:00Z", payload: 1, empty: no-values}
"""


def read(library: Library, profile: str, document: Any) -> Yield:
    return observe(
        library.profile(profile),
        json.dumps(document).encode(),
        thing="from-topic",
        received_time=datetime(2026, 4, 5, 10, tzinfo=UTC),
        zone=ZoneInfo("Europe/Brussels"),
    )


def uplink(**message: Any) -> dict[str, Any]:
    return {
        "end_device_ids": {
            "device_id": "Gate 1",
            "application_ids": {"application_id": "crowd"},
        },
        "uplink_message": {"received_at": "2026-04-05T09:30:00Z", **message},
    }


@pytest.fixture
def with_counter(tmp_path: Path, vocabulary: Vocabulary) -> Library:
    """Return the library with a city's own device, known by its application."""
    file = tmp_path / "acme" / "counter.yaml"
    file.parent.mkdir()
    file.write_text(COUNTER, encoding="utf-8")
    return Library.load(vocabulary=vocabulary, extra_directories=[tmp_path])


def test_city_adds_a_device_without_touching_the_envelope(with_counter: Library) -> None:
    (one,) = read(with_counter, ENVELOPE, uplink(decoded_payload={"in": 4})).observations

    assert (one.profile, one.profile_version, one.thing) == ("acme/counter", 3, "gate-1")
    assert one.phenomenon_start == datetime(2026, 4, 5, 9, 20, tzinfo=UTC)
    assert one.phenomenon_end == datetime(2026, 4, 5, 9, 30, tzinfo=UTC)


def test_topic_that_names_the_model_needs_no_sign_in_the_envelope(with_counter: Library) -> None:
    document = uplink(decoded_payload={"in": 4})
    del document["end_device_ids"]["application_ids"]

    (one,) = read(with_counter, "acme/counter", document).observations

    assert (one.result, one.thing) == (4, "gate-1")


def test_bare_payload_of_a_carried_device_is_read_too(with_counter: Library) -> None:
    (one,) = read(with_counter, "acme/counter", {"in": 4}).observations

    assert (one.thing, one.quality) == ("from-topic", ("time.received",))


def test_json_in_the_bytes_is_read(with_counter: Library) -> None:
    (one,) = read(with_counter, ENVELOPE, uplink(frm_payload="eyJpbiI6IDR9")).observations

    assert one.result == 4


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"frm_payload": "a"}, "payload.malformed"),
        ({"frm_payload": 7}, "payload.malformed"),
        ({"frm_payload": "eyJpbiI6IDR9eyJ9"}, "payload.malformed"),
        ({"decoded_payload": {"out": 3}}, "payload.unexpected"),
    ],
)
def test_envelope_with_something_else_inside_is_rejected(
    with_counter: Library, message: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ReadingRejected) as rejected:
        read(with_counter, ENVELOPE, uplink(**message))

    assert rejected.value.reason == reason


def test_uplink_without_payload_is_nothing_to_observe(with_counter: Library) -> None:
    assert read(with_counter, ENVELOPE, uplink()) == Yield(empty="no-values")


def test_outer_profile_finds_the_datastream_of_an_inner_observation(
    with_counter: Library,
) -> None:
    (one,) = read(with_counter, ENVELOPE, uplink(decoded_payload={"in": 4})).observations

    found = with_counter.profile(ENVELOPE).measured_by(one)

    assert found.observed_property.slug == "visitor-count"


FRAME = bytes.fromhex("02000100090bb8c5da")
SENT = "2026-04-05T09:30:00Z"
UPLINKS: dict[str, dict[str, Any]] = {
    "the-things-stack/v3": uplink(frm_payload="AgABAAkLuMXa", f_port=1),
    "chirpstack/v4": {
        "deviceInfo": {"devEui": "gate-1"}, "time": SENT, "fCnt": 1, "fPort": 1,
        "data": "AgABAAkLuMXa",
    },
    "chirpstack/v3": {
        "deviceName": "gate-1", "devEUI": "AA==", "publishedAt": SENT, "fCnt": 1, "fPort": 1,
        "data": "AgABAAkLuMXa",
    },
    "actility/thingpark": {
        "DevEUI_uplink": {"DevEUI": "GATE-1", "Time": SENT, "payload_hex": FRAME.hex()},
    },
    "orange/live-objects": {
        "metadata": {"network": {"lora": {"devEUI": "GATE-1", "port": 1}}}, "timestamp": SENT,
        "value": {"payload": FRAME.hex()},
    },
    "loriot/uplink": {
        "cmd": "gw", "EUI": "GATE-1", "ts": 1775381400000, "port": 1, "data": FRAME.hex(),
    },
}  # fmt: skip


@pytest.mark.parametrize("envelope", UPLINKS)
def test_frame_comes_in_any_network_servers_envelope(library: Library, envelope: str) -> None:
    (pressure,) = read(library, "decentlab/dl-pm", UPLINKS[envelope]).observations

    assert (pressure.thing, pressure.result) == ("gate-1", 1013)
    assert pressure.phenomenon_start == datetime(2026, 4, 5, 9, 30, tzinfo=UTC)


def test_every_envelope_with_bytes_is_tried(library: Library) -> None:
    carriers = {one.id for one in library if one.contents and one.contents.encoded}

    assert carriers == set(UPLINKS)
    assert {one.id for one in library.profile("decentlab/dl-pm").envelopes} == carriers


@pytest.mark.parametrize("port", [2, "2", "002"])
def test_port_may_be_written_in_digits(library: Library, port: Any) -> None:
    message = {"DevEUI": "bay", "Time": SENT, "FPort": port, "payload_hex": "01fb"}

    given = read(library, "bosch/tpl110", {"DevEUI_uplink": message})

    assert [one.result for one in given.observations] == [True, -5]


@pytest.mark.parametrize("port", [None, "two", "-2", [2], 2.0])
def test_port_that_is_none_is_not_guessed(library: Library, port: Any) -> None:
    message = {"DevEUI": "bay", "Time": SENT, "FPort": port, "payload_hex": "01fb"}

    with pytest.raises(ReadingRejected, match="no port is told"):
        read(library, "bosch/tpl110", {"DevEUI_uplink": message})


def test_bytes_that_are_no_hexadecimal_are_rejected_with_their_place(library: Library) -> None:
    message = {"DevEUI": "bay", "Time": SENT, "payload_hex": "01f"}

    with pytest.raises(ReadingRejected, match="the bytes are not hex") as rejected:
        read(library, "decentlab/dl-pm", {"DevEUI_uplink": message})
    assert rejected.value.where == "DevEUI_uplink.payload_hex"


def test_name_of_a_model_belongs_to_one_profile(tmp_path: Path, vocabulary: Vocabulary) -> None:
    text = COUNTER.replace("personal: yes", "personal: no").replace(
        "    when: [{path: end_device_ids.application_ids.application_id, equals: crowd}]",
        "    models: [bosch/tpl110]",
    )
    file = tmp_path / "acme" / "counter.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")

    with pytest.raises(Misconfigured, match="`bosch/tpl110` is the model of bosch/tpl110"):
        Library.load(vocabulary=vocabulary, extra_directories=[tmp_path])
