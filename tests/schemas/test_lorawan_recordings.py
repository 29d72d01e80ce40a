"""The recorded LoRaWAN uplinks of 20 models in three envelopes, against what they decode to.

Every value of every recorded decoding is compared, or is named here with the reason why it is
not an observation, or not the vendor's.
"""

import json
import math
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.interpreter.observe import Yield, observe
from schemas.library import Library
from schemas.wire import Observation
from tests.schemas.lorawan_models import HOUSEKEEPING, MODELS, NOT_OBSERVED, RADIO
from tests.schemas.recordings import DATA

UPLINKS = DATA / "lorawan-uplinks"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PAYLOADS = sorted(UPLINKS.glob("*/*_payload*.json")) or [UPLINKS / "none_payload.json"]
"""Where there are none, one that is left out, so that it is told."""

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="left out: 98 LoRaWAN uplinks (no ../shared/data here)"
)


def recorded(payload: Path) -> list[dict[str, Any]]:
    """Return the recorded values: of the radio's moment, and of the device's own times."""
    result = payload.with_name(payload.name.replace("payload", "result"))
    parts = json.loads(result.read_bytes())["telemetry"]
    return [part["values"] for part in parts]


def read(library: Library, profile: str, payload: bytes) -> Yield:
    zone = ZoneInfo("Europe/Brussels")
    return observe(
        library.profile(profile), payload, thing="recorded", received_time=NOW, zone=zone
    )


def expected_of(rule: Any, values: dict[str, Any]) -> Any:
    """Return what a recorded value is in the canonical unit, `None` when it is not there."""
    name, change = rule if isinstance(rule, tuple) else (rule, 1)
    if name not in values:
        return None
    value = values[name]
    if isinstance(change, dict):
        return change[value]
    return value if isinstance(value, bool) else value * change


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, bool):
        return found is expected
    # Some decodings are rounded to two decimals.
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


def by_name(observations: tuple[Observation, ...]) -> dict[str, Any]:
    return {one.datastream: one.result for one in observations}


def named(rule: Any) -> str:
    return str(rule[0] if isinstance(rule, tuple) else rule)


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_uplink_equals_its_recorded_decoding(library: Library, payload: Path) -> None:
    profile, rules = MODELS[payload.parent.name]
    parts = recorded(payload)[:1] if is_history(payload) else recorded(payload)
    values = {name: value for part in parts for name, value in part.items()}

    given = read(library, profile, payload.read_bytes())

    now = tuple(one for one in given.observations if is_of_now(payload, one))
    wanted = {name: expected_of(rule, values) for name, rule in rules.items()}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    found = by_name(now)
    assert given.rejections == ()
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        assert same(found[name], value), name


def is_history(payload: Path) -> bool:
    """Tell whether a recording holds a reading of 1976; see its own test."""
    return payload.parent.name == "Milesight_AM319" and "_1" in payload.stem


def is_of_now(payload: Path, one: Observation) -> bool:
    """Tell whether an observation is to be compared; the others have tests of their own."""
    is_misread = payload.parent.name == "Nwave_G4_NPS_SM" and one.datastream == "battery"
    return one.phenomenon_start.year > 1980 and not is_misread


@pytest.mark.parametrize("folder", MODELS)
def test_every_recorded_value_is_compared_or_named_with_its_reason(folder: str) -> None:
    known = {named(rule) for rule in MODELS[folder][1].values()}
    known |= RADIO | HOUSEKEEPING | set(NOT_OBSERVED)
    if folder in {"Decentlab_DL-PM", "Nwave_G4_NPS_SM"}:
        known |= {"battery_voltage"}  # not a datastream; and a misreading, see its own test

    names = {
        name
        for payload in (UPLINKS / folder).glob("*_payload*.json")
        for part in recorded(payload)
        for name in part
        if not name.endswith("number_concentration")
    }

    assert names - known == set()


def test_every_recorded_model_has_a_profile() -> None:
    assert {payload.parent.name for payload in PAYLOADS} == set(MODELS)
    assert len(PAYLOADS) == 98


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_envelope_that_names_the_model_gives_the_same(library: Library, payload: Path) -> None:
    profile, _ = MODELS[payload.parent.name]
    document = json.loads(payload.read_bytes())
    vendor, model = profile.split("/")
    if "uplink_message" in document:
        envelope = "the-things-stack/v3"
        told = library.profile(profile).definition.carried_by
        names = told[0].models[0].split("/") if told else [vendor, model]
        ids = dict(zip(("brand_id", "model_id"), names, strict=True))
        document["uplink_message"]["version_ids"] = ids
    elif "deviceInfo" in document:
        envelope = "chirpstack/v4"
        document["deviceInfo"]["tags"] = {"profile": profile}
    else:
        envelope = "chirpstack/v3"
        document["tags"] = {"profile": profile}

    given = read(library, envelope, json.dumps(document).encode())

    assert given == read(library, profile, payload.read_bytes())


@pytest.mark.parametrize(
    ("pattern", "thing", "start"),
    [
        (
            "Bosch_Parking_Lot_Sensor/ThingsStackCommunity_payload.json",
            "eui-1000000000000001",
            datetime(2023, 5, 19, 5, 33, 35, 641841, tzinfo=UTC),
        ),
        (
            "Bosch_Parking_Lot_Sensor/ChirpStack_payload.json",
            "1000000000000001",
            datetime(2023, 5, 22, 7, 47, 5, 404859, tzinfo=UTC),
        ),
        (
            "Decentlab_DL-PAR/ChirpStack_payload_02.json",
            "garden-sensor",
            datetime(2019, 11, 8, 13, 59, 25, 48445, tzinfo=UTC),
        ),
        (
            "Yobiiq_EM4301/ChirpStack_payload_01.json",
            "fc48c900000001c5",
            datetime(2024, 11, 18, 11, 15, tzinfo=UTC),
        ),
    ],
)
def test_thing_and_time_come_from_envelope_or_device(
    library: Library, pattern: str, thing: str, start: datetime
) -> None:
    profile, _ = MODELS[pattern.split("/", maxsplit=1)[0]]

    first = read(library, profile, (UPLINKS / pattern).read_bytes()).observations[0]

    assert (first.thing, first.phenomenon_start, first.quality) == (thing, start, ())


def test_twelve_of_the_chirpstack_uplinks_are_of_version_three(library: Library) -> None:
    """The recordings' README calls all of them v4; v3 has its EUI in base64 and no device time."""
    older = [
        payload for payload in PAYLOADS if "applicationName" in json.loads(payload.read_bytes())
    ]

    assert len(older) == 12
    assert {MODELS[payload.parent.name][0].split("/")[0] for payload in older} == {"decentlab"}
    assert all(
        one.thing == "garden-sensor"
        for payload in older
        for one in read(library, MODELS[payload.parent.name][0], payload.read_bytes()).observations
    )


def test_battery_of_a_parking_sensor_is_unsigned_as_its_maker_says(library: Library) -> None:
    """The recorded decoding has 2.32 V: it took the byte 0xd3 for a negative number."""
    payload = UPLINKS / "Nwave_G4_NPS_SM" / "ChirpStack_payload_1.json"

    found = by_name(read(library, "nwave/g4-nps", payload.read_bytes()).observations)

    assert recorded(payload)[0]["battery_voltage"] == 2.32
    assert found["battery"] == 3.344


def test_history_with_swapped_bytes_does_not_mix_with_the_values_of_now(library: Library) -> None:
    """Its publisher wrote it in big-endian; the device, and all tables, are little-endian."""
    payload = UPLINKS / "Milesight_AM319" / "ChirpStack_payload_1.json"

    given = read(library, "milesight/am319", payload.read_bytes())

    earlier = [one for one in given.observations if one.phenomenon_start.year < 1980]
    values = recorded(payload)[1]
    assert {one.phenomenon_start.timestamp() for one in earlier} == {214578533}
    found = by_name(tuple(earlier))
    assert found["humidity"] == values["humidity"] == 14080
    assert found["co2"] == values["co2"] == 49665
    assert (found["temperature"], values["temperature"]) == (-793.6, 5760.0)  # signed, and not
    assert len(given.observations) - len(earlier) == 10


def test_current_that_could_not_be_read_is_no_value(library: Library) -> None:
    payload = UPLINKS / "Milesight_CT101-CT103" / "ChirpStack_payload_3.json"

    assert recorded(payload)[0] == {"alarm": "read failed"}
    given = read(library, "milesight/ct101", payload.read_bytes())
    assert given == Yield(empty="no-values", uplink=given.uplink)


def test_cayenne_uplink_equals_what_the_network_server_made_of_it(library: Library) -> None:
    payload = next((UPLINKS.parent / "lorawan-tts-v3").glob("*.json")).read_bytes()
    decoded = json.loads(payload)["uplink_message"]["decoded_payload"]

    given = read(library, "cayenne/lpp", payload)

    assert by_name(given.observations) == {
        "temperature-2": decoded["temperature_2"],
        "temperature-3": decoded["temperature_3"],
        "humidity-2": decoded["relative_humidity_2"],
    }
    assert {one.thing for one in given.observations} == {"foo-bar-baz"}
    assert given.observations[0].phenomenon_start == datetime(
        2022, 1, 19, 19, 2, 33, 795669, tzinfo=UTC
    )


def test_analogue_inputs_of_a_cayenne_uplink_equal_the_servers_too(library: Library) -> None:
    """What they measure is their maker's; the frame reads them for a profile that knows."""
    payload = next((UPLINKS.parent / "lorawan-tts-v3").glob("*.json")).read_bytes()
    message = json.loads(payload)["uplink_message"]
    decode = library.profile("cayenne/lpp").decode_frame
    assert decode is not None

    found = decode(b64decode(message["frm_payload"]))

    inputs = {name: value for name, value in message["decoded_payload"].items() if "in_" in name}
    assert {name: found[name] / 100 for name in inputs} == inputs
