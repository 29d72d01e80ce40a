"""What is wrong ends as a dead letter or a flag, with its reason; the stream goes on."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from tests.journey.running import Up, eventually
from tests.journey.test_journey import telraam

GOOD = json.dumps(telraam())
MALFORMED: dict[str, bytes] = {
    "not-utf8": b'{"segment_id": "\xff\xfe"}',
    "nan": GOOD.replace("120.5", "NaN").encode(),
    "infinity": GOOD.replace("120.5", "-Infinity").encode(),
    "too-large-number": GOOD.replace("120.5", "1e400").encode(),
    "deep": b'{"car":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "five-megabytes": b'{"pad":"' + b"x" * 5_000_000 + b'"}',
    "empty": b"",
    "blank": b"   ",
    "duplicate-key": GOOD.replace('"car"', '"car": 1, "car"').encode(),
    "nul": GOOD.replace("hourly", "hour\\u0000ly").encode(),
    "raw-nul": GOOD.encode() + b"\x00",
    "cut-off": GOOD[:60].encode(),
    "no-object": b"[1, 2, 3]",
    "number": b"42",
    "no-time": json.dumps({k: v for k, v in telraam().items() if k != "date"}).encode(),
    "wrong-time": json.dumps(telraam(date="yesterday")).encode(),
    "impossible-time": json.dumps(telraam(date="2026-02-30T00:00:00Z")).encode(),
    "time-out-of-range": json.dumps(telraam(date="9999-12-31T23:59:59-05:00")).encode(),
    "all-wrong-types": json.dumps(
        telraam(car="many", heavy=[], bike={}, pedestrian=True, v85="12,5")
    ).encode(),
    "huge-integer": GOOD.replace("120.5", "9" * 5000).encode(),
    "utf-16": GOOD.encode("utf-16"),
    "surrogate": GOOD.replace("hourly", "\\ud800").encode(),
}
FLAGGED: dict[str, tuple[dict[str, Any], str]] = {
    "future": (telraam(datetime.now(UTC) + timedelta(days=2)), "clock.future"),
    "epoch": (telraam(datetime(1970, 1, 1, tzinfo=UTC)), "clock.default"),
    "too-many": (telraam(car=1e9), "range.high"),
    "negative": (telraam(car=-5), "range.low"),
}


def test_malformed_payloads_end_as_dead_letters_and_the_stream_goes_on(platform: Up) -> None:
    run = uuid.uuid4().hex[:8]
    with platform.device("leiedonk") as device:
        for kind, payload in MALFORMED.items():
            topic = f"city/leiedonk/telraam/v2/{run}-{kind}"
            device.publish(topic, payload, qos=1).wait_for_publish(30)
        device.publish(f"city/leiedonk/telraam/v2/{run}-good", GOOD, qos=1).wait_for_publish(30)

    assert eventually(lambda: platform.observations("leiedonk", f"{run}-good", "car"))
    expected = {f"city/leiedonk/telraam/v2/{run}-{kind}" for kind in MALFORMED}

    def letters() -> dict[str, dict[str, Any]]:
        found = {one["source"]: one for one in platform.dead_letters()}
        return found if expected <= found.keys() else {}

    for source, letter in eventually(letters).items():
        if source in expected:
            assert letter["reasons"], source
            assert letter["rejections"][0]["detail"], source


@pytest.mark.parametrize("kind", FLAGGED)
def test_doubtful_value_is_stored_with_its_flag(platform: Up, kind: str) -> None:
    payload, code = FLAGGED[kind]
    with platform.device("leiedonk") as device:
        device.publish(
            f"city/leiedonk/telraam/v2/doubt-{kind}", json.dumps(payload), qos=1
        ).wait_for_publish(30)

    (observation,) = eventually(lambda: platform.observations("leiedonk", f"doubt-{kind}", "car"))
    assert code in json.dumps(observation["resultQuality"])


@pytest.mark.parametrize("platform", [pytest.param("real", marks=pytest.mark.real)], indirect=True)
@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
def test_city_cannot_write_below_another(platform: Up, version: MQTTProtocolVersion) -> None:
    """The embedded broker has no rules for topics: it listens on loopback only, and says so.

    Mosquitto acknowledges what it refuses, and then closes the connection.
    """
    intruder, witness = f"intruder-{version.name.lower()}", f"witness-{version.name.lower()}"
    for topic in (
        f"city/leiedonk/telraam/v2/{intruder}",
        "v3/leiedonk-sensoren@ttn/devices/x/up",
        f"city/vlierhove/telraam/v2/{witness}",
    ):
        with platform.device("vlierhove", version=version) as device:
            device.publish(topic, GOOD, qos=1).wait_for_publish(30)

    assert eventually(lambda: platform.observations("vlierhove", witness, "car"))
    assert platform.observations("leiedonk", intruder, "car") == []


def test_key_of_another_city_is_refused_and_counted(platform: Up) -> None:
    def refused() -> float:
        text = httpx.get(platform.facts["ingest"] + "/metrics").text
        return sum(
            float(line.rpartition(" ")[2])
            for line in text.splitlines()
            if line.startswith("stadspuls_ingest_messages_rejected_total") and "http" in line
        )

    before = refused()
    answer = platform.post("/ingest/leiedonk/telraam/v2/stolen", city="vlierhove", json=telraam())

    assert answer.status_code == httpx.codes.FORBIDDEN
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert refused() == before + 1
    assert platform.observations("leiedonk", "stolen", "car") == []


@pytest.mark.parametrize(
    "query",
    [
        "$top=nan", "$top=1e400", "$top=-1", "$top=99999999999999999999", "$skip=inf",
        "$filter=", "$filter=result eq", "$filter=" + "(" * 500, "$filter=result gt 1e999",
        "$filter=name eq 'a''b' or 1 eq 1", "$filter=nothing eq 1", "$orderby=result;drop",
        "$expand=Observations($expand=Datastream($expand=Observations))", "$expand=Nothing",
        "$select=%00", "$filter=name eq '%00'", "$filter=name eq '%ED%A0%80'", "%FF=%FE",
        "$filter=phenomenonTime gt 99999-01-01T00:00:00Z", "$count=maybe", "$unknown=1",
        "$filter=" + "not " * 300 + "true", "a" * 20_000, "$top=1&$top=2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/sensorthings/v1.1/Observations", "/observations.csv"])
def test_no_query_makes_a_500(platform: Up, path: str, query: str) -> None:
    answer = platform.get(f"{path}?{query}")

    assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR
    if answer.status_code >= httpx.codes.BAD_REQUEST:
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["detail"]
