"""A reading goes from MQTT or HTTP to open data."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import pytest

from tests.journey.running import Up, eventually, stadspuls

HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)


def telraam(hour: datetime = HOUR, **changes: Any) -> dict[str, Any]:
    """Return an hour of a Telraam counter."""
    return {
        "segment_id": 9000001234,
        "date": hour.isoformat().replace("+00:00", ".000Z"),
        "interval": "hourly",
        "uptime": 0.8,
        "car": 120.5,
        "heavy": 3.25,
        "bike": 40.0,
        "pedestrian": None,
        "v85": 42.5,
        **changes,
    }


def test_message_becomes_an_open_observation(platform: Up) -> None:
    with platform.device("leiedonk") as device:
        sent = device.publish("city/leiedonk/telraam/v2/mqtt-1", json.dumps(telraam()), qos=1)
        sent.wait_for_publish(30)

    (observation,) = eventually(lambda: platform.observations("leiedonk", "mqtt-1", "car"))
    assert observation["result"] == 120.5
    assert observation["phenomenonTime"].startswith(HOUR.strftime("%Y-%m-%dT%H:00:00"))


def test_missing_value_is_no_observation(platform: Up) -> None:
    with platform.device("leiedonk") as device:
        device.publish(
            "city/leiedonk/telraam/v2/mqtt-2", json.dumps(telraam()), qos=1
        ).wait_for_publish(30)

    assert eventually(lambda: platform.observations("leiedonk", "mqtt-2", "bike"))
    assert platform.observations("leiedonk", "mqtt-2", "pedestrian") == []


def test_http_reading_takes_the_same_journey(platform: Up) -> None:
    answer = platform.post(
        "/ingest/vlierhove/telraam/v2/http-1", city="vlierhove", json=telraam(car=7)
    )

    assert answer.status_code == httpx.codes.ACCEPTED
    (observation,) = eventually(lambda: platform.observations("vlierhove", "http-1", "car"))
    assert observation["result"] == 7


def test_batch_answers_for_each_line(platform: Up) -> None:
    lines = [
        json.dumps(telraam(HOUR - timedelta(hours=number), car=number)) for number in range(5)
    ]
    answer = platform.post(
        "/ingest/vlierhove/telraam/v2/http-2",
        city="vlierhove",
        content="\n".join(lines),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": "batch-1"},
    )

    assert answer.status_code == httpx.codes.MULTI_STATUS
    found = eventually(lambda: _when(platform.observations("vlierhove", "http-2", "car"), 5))
    assert [one["result"] for one in found] == [4, 3, 2, 1, 0]


def test_same_reading_twice_is_one_observation(platform: Up) -> None:
    with platform.device("leiedonk") as device:
        for _ in range(3):
            device.publish(
                "city/leiedonk/telraam/v2/twice", json.dumps(telraam()), qos=1
            ).wait_for_publish(30)
        after = telraam(HOUR - timedelta(hours=1), car=1)
        device.publish(
            "city/leiedonk/telraam/v2/twice", json.dumps(after), qos=1
        ).wait_for_publish(30)

    found = eventually(lambda: _when(platform.observations("leiedonk", "twice", "car"), 2))
    assert [one["result"] for one in found] == [1, 120.5]


def test_correction_replaces_and_the_old_version_stays_readable(platform: Up) -> None:
    topic = "city/leiedonk/telraam/v2/corrected"
    with platform.device("leiedonk") as device:
        device.publish(topic, json.dumps(telraam(car=10)), qos=1).wait_for_publish(30)
        eventually(lambda: platform.observations("leiedonk", "corrected", "car"))
        between = datetime.now(UTC)
        time.sleep(0.01)  # so that the correction lies after `between` by the clock
        device.publish(topic, json.dumps(telraam(car=11)), qos=1).wait_for_publish(30)

    eventually(lambda: platform.observations("leiedonk", "corrected", "car")[0]["result"] == 11)
    stream = _datastream(platform, "corrected", "car")
    now = platform.get("/observations.json", params={"datastream": stream})
    before = platform.get(
        "/observations.json", params={"datastream": stream, "asOf": between.isoformat()}
    )
    assert [one["result"] for one in now.json()] == [11]
    assert [one["result"] for one in before.json()] == [10]


def test_observation_appears_on_the_live_stream(platform: Up) -> None:
    with httpx.stream(
        "GET",
        platform.facts["api"] + "/live/observations",
        params={"city": "leiedonk", "theme": "traffic"},
        timeout=60,
    ) as stream:
        lines = stream.iter_lines()
        with platform.device("leiedonk") as device:
            device.publish(
                "city/leiedonk/telraam/v2/live-1", json.dumps(telraam(car=77.5)), qos=1
            ).wait_for_publish(30)
        found = next(line for line in lines if line.startswith("data:") and "77.5" in line)

    assert json.loads(found.removeprefix("data:"))["result"] == 77.5


def test_history_is_streamed_as_csv(platform: Up) -> None:
    with platform.device("leiedonk") as device:
        device.publish(
            "city/leiedonk/telraam/v2/csv-1", json.dumps(telraam()), qos=1
        ).wait_for_publish(30)
    eventually(lambda: platform.observations("leiedonk", "csv-1", "car"))

    stream = _datastream(platform, "csv-1", "car")
    answer = platform.get("/observations.csv", params={"datastream": stream})

    assert answer.status_code == httpx.codes.OK
    assert answer.headers["content-type"].startswith("text/csv")
    header, row, *_ = answer.text.splitlines()
    assert "result" in header.split(",")
    assert "120.5" in row.split(",")


def test_household_meter_is_for_the_city_alone(platform: Up) -> None:
    telegram = _telegram()
    answer = platform.post(
        "/ingest/leiedonk/dsmr/p1/household-1",
        city="leiedonk",
        content=telegram,
        headers={"Content-Type": "text/plain"},
    )
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text

    def streams(**options: Any) -> list[dict[str, Any]]:
        found = platform.get(
            "/sensorthings/v1.1/Datastreams",
            params={"$filter": "Thing/properties/name eq 'household-1'"},
            **options,
        )
        value: list[dict[str, Any]] = found.json()["value"]
        return value

    key = {"Authorization": f"Bearer {platform.installation.http_key('leiedonk')}"}
    other = {"Authorization": f"Bearer {platform.installation.http_key('vlierhove')}"}
    assert eventually(lambda: streams(headers=key))
    assert streams() == []
    assert streams(headers=other) == []


def test_meter_number_is_nowhere(platform: Up) -> None:
    """The gate removes it before the first disk write."""
    canary = "4530303437303030303030373336383136"
    platform.post(
        "/ingest/leiedonk/dsmr/p1/household-2",
        city="leiedonk",
        content=_telegram(canary),
        headers={"Content-Type": "text/plain"},
    )
    eventually(lambda: _things(platform, "leiedonk", "household-2"))

    for file in platform.installation.data_dir.rglob("*"):
        if file.is_file() and not file.is_symlink():
            assert canary.encode() not in file.read_bytes(), file


def _telegram(meter: str = "4530303434303030303030303030303137") -> bytes:
    stamp = (datetime.now(UTC) - timedelta(hours=2)).strftime("%y%m%d%H%M%S")
    summer = "W"
    body = (
        "/ISK5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n"
        f"0-0:1.0.0({stamp}{summer})\r\n0-0:96.1.1({meter})\r\n"
        "1-0:1.8.1(000123.456*kWh)\r\n1-0:1.8.2(000234.567*kWh)\r\n"
        "1-0:2.8.1(000000.000*kWh)\r\n1-0:2.8.2(000000.000*kWh)\r\n"
        "1-0:1.7.0(00.321*kW)\r\n1-0:2.7.0(00.000*kW)\r\n!"
    ).encode()
    return body + f"{_crc16(body):04X}\r\n".encode()


def _crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def _things(platform: Up, city: str, name: str) -> list[dict[str, Any]]:
    found = platform.get(
        "/sensorthings/v1.1/Things",
        params={"$filter": f"properties/name eq '{name}'"},
        headers={"Authorization": f"Bearer {platform.installation.http_key(city)}"},
    )
    value: list[dict[str, Any]] = found.json()["value"]
    return value


def _datastream(platform: Up, thing: str, name: str) -> str:
    found = platform.get(
        "/sensorthings/v1.1/Datastreams",
        params={
            "$filter": f"Thing/properties/name eq '{thing}' and properties/name eq '{name}'",
            "$select": "id",
        },
    )
    (stream,) = found.json()["value"]
    return str(stream["@iot.id"])


def _when(found: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    return found if len(found) >= number else []


def test_first_page_lists_the_datasets(platform: Up) -> None:
    page = platform.get("/")

    assert page.status_code == httpx.codes.OK
    assert re.search(r"<html[^>]*lang=\"nl\"", page.text)
    assert "Leiedonk" in page.text


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/openapi.json", "/docs"])
def test_address_answers(platform: Up, path: str) -> None:
    assert platform.get(path).status_code == httpx.codes.OK


def test_recording_is_replayed_as_the_sensor_would(platform: Up, tmp_path: Path) -> None:
    hours = [telraam(HOUR - timedelta(hours=number), car=number) for number in range(3)]
    recording = tmp_path / "recording.json"
    recording.write_text(json.dumps({"data": hours}))

    done = stadspuls(
        "replay", str(recording), "--items", "data", "--profile", "telraam/v2", "--json",
        "--city", "leiedonk", "--thing", "replayed",
        "--data-dir", str(platform.installation.data_dir),
    )  # fmt: skip

    told = json.loads(done.stdout)
    assert (told["messages_acknowledged"], told["lost"]) == (3, 0)
    found = platform.observations("leiedonk", "replayed", "car")
    assert [one["result"] for one in found] == [2, 1, 0]
    assert told["observations_stored"] >= 3
    assert told["rejections"] == {}


def test_audit_of_the_running_platform_finds_everything_where_it_must_be(platform: Up) -> None:
    platform.post("/ingest/vlierhove/telraam/v2/audited", city="vlierhove", json=telraam())
    eventually(lambda: platform.observations("vlierhove", "audited", "car"))

    told = stadspuls(
        "audit", "--json", "--data-dir", str(platform.installation.data_dir), check=False
    )

    facts = json.loads(told.stdout)
    assert facts["findings"] == []
    assert told.returncode == 0
    counts = facts["cities"]["vlierhove"]
    known = ("stored", "duplicate", "withheld", "empty", "rejected")
    assert counts["received"] == sum(counts[name] for name in known) > 0


def test_renewed_password_cuts_off_who_has_the_old_one(platform: Up) -> None:
    ends: dict[str, list[str]] = {"leiedonk": [], "vlierhove": []}

    def watch(city: str, device: mqtt.Client) -> None:
        device.on_disconnect = lambda *_: ends[city].append("cut off")
        device.on_connect = lambda *about: ends[city].append(str(about[3]))

    with platform.device("leiedonk") as stolen, platform.device("vlierhove") as other:
        watch("leiedonk", stolen)
        watch("vlierhove", other)
        done = stadspuls(
            "city", "password", "leiedonk", "--renew",
            "--data-dir", str(platform.installation.data_dir),
        )  # fmt: skip
        eventually(lambda: len(ends["leiedonk"]) > 1)  # cut off, and refused when it came back
        # The embedded broker begins anew to learn a password.
        eventually(lambda: platform.services == "real" or "Success" in ends["vlierhove"])
        eventually(platform.takes_readings)
        sent = other.publish("city/vlierhove/telraam/v2/calm", json.dumps(telraam()), qos=1)
        sent.wait_for_publish(90)
        disturbed = list(ends["vlierhove"])

    with platform.device("leiedonk") as renewed:
        renewed.publish(
            "city/leiedonk/telraam/v2/renewed", json.dumps(telraam()), qos=1
        ).wait_for_publish(90)
    assert "leiedonk.sensors: the password is in" in done.stdout
    assert ends["leiedonk"][0] == "cut off"
    assert "Success" not in ends["leiedonk"]
    assert platform.services == "embedded" or disturbed == []
    assert eventually(lambda: platform.observations("leiedonk", "renewed", "car"))
    assert eventually(lambda: platform.observations("vlierhove", "calm", "car"))
