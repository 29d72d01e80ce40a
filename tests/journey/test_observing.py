"""A reading followed through logs and traces of every station, and by MQTT; real services."""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.installation import EXAMPLES
from deploy.stack.ports import free_port
from schemas import telemetry
from tests.journey.running import PATIENCE_SECONDS, ROOT, Up, eventually, stadspuls, up
from tests.otlp import Receiver, receiver
from tests.pasted import running, the_one_with

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("observing")]
PARTS = {"api", "ingest", "normalise", "store", "aggregate", "ldes", "webhooks"}
PATH = "/ingest/vlierhove/telraam/v2/dorpsstraat"
PAGE = (ROOT / "deploy/README.md").read_text(encoding="utf-8")
[EXAMPLE] = re.findall(r"^stadspuls readings show .*$", PAGE, re.MULTILINE)
GOOD = (
    b'{"segment_id": 1, "date": "2026-10-02T08:00:00Z", "interval": "hourly", "uptime": 0.8, '
    b'"car": 120}'
)


@pytest.fixture(scope="module", name="spans")
def _spans() -> Iterator[Receiver]:
    """Whoever takes the traces."""
    with receiver() as received:
        yield received


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, spans: Receiver) -> Iterator[Up]:
    """A platform that follows every reading."""
    folder = tmp_path_factory.mktemp("observing")
    folder.chmod(0o755)
    with up(
        folder,
        services="real",
        packs=[EXAMPLES / "vlierhove"],
        STADSPULS_FOLLOW_SHARE="1",
        STADSPULS_LOG_FORMAT="json",
        STADSPULS_TRACES=spans.address,
        STADSPULS_MQTT_PORT=str(free_port()),
    ) as running:
        yield running


def told(platform: Up, part: str) -> list[dict[str, Any]]:
    """Return what a process wrote into its log, as objects."""
    log = platform.installation.data_dir / "logs" / f"{part}.log"
    lines = log.read_text().splitlines(keepends=True)  # the last may be half written
    return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]


def stops(platform: Up, reading: str) -> dict[str, dict[str, Any]]:
    """Return what the stations wrote of a reading, by station."""
    return {
        one["message"]: one
        for part in ("ingest", "normalise", "store")
        for one in told(platform, part)
        if one.get("reading") == reading and one["logger"] == "schemas.journey"
    }


def name_of(platform: Up, outcome: str) -> str:
    """Return the name of the reading that normalise told of with an outcome."""

    def found() -> str:
        names = [
            one["reading"] for one in told(platform, "normalise") if one.get("outcome") == outcome
        ]
        return str(names[-1]) if names else ""

    return eventually(found)


def test_a_reading_has_one_name_in_the_logs_of_every_station_and_in_its_trace(
    platform: Up, spans: Receiver
) -> None:
    answer = platform.post(PATH, city="vlierhove", content=GOOD)
    assert answer.status_code == httpx.codes.ACCEPTED
    reading = name_of(platform, "normalised")
    eventually(lambda: "store" in stops(platform, reading))
    written = stops(platform, reading)
    eventually(lambda: len(spans.trace(reading)) == 3)

    assert set(written) == {"ingest", "normalise", "store"}
    assert written["store"]["observations"] == written["normalise"]["observations"] == 1
    assert written["store"]["first_sequence"] is not None
    assert spans.services(reading) == {name: name for name in written}

    data_dir = str(platform.installation.data_dir)
    line = re.sub(r"\b[0-9a-f]{32}\b", reading, EXAMPLE)
    facts = json.loads(stadspuls(*line.split()[1:], "--json", "--data-dir", data_dir).stdout)
    assert facts["ingest"]["offset"] == written["normalise"]["offset"]
    assert facts["normalise"]["outcome"] == "normalised"
    assert [row["result_number"] for row in facts["store"]] == [120.0]
    assert (facts["known_before"], facts["dead_letters"]) == (0, [])


def test_a_rejected_reading_is_found_by_the_name_of_its_dead_letter(
    platform: Up, spans: Receiver
) -> None:
    platform.post(PATH, city="vlierhove", content=b"{")
    reading = name_of(platform, "rejected")
    eventually(lambda: len(spans.trace(reading)) == 4)
    letters = platform.dead_letters()
    shown = stadspuls(
        "readings", "show", reading, "--data-dir", str(platform.installation.data_dir)
    ).stdout
    named = [one for one in told(platform, "normalise") if one["message"] == "rejected"]

    assert reading in {letter["reading"] for letter in letters}
    assert set(spans.trace(reading)) == {"ingest", "normalise", "store", "dead-letters"}
    assert {one["reading"] for one in named} <= {letter["reading"] for letter in letters}
    assert named
    assert "payload.malformed" in shown


def test_every_process_tells_metrics_of_the_closed_list_alone(platform: Up) -> None:
    targets = json.loads((platform.installation.data_dir / "prometheus.json").read_text())
    told = {
        one["labels"]["part"]: httpx.get(f"http://{one['targets'][0]}/metrics", timeout=60).text
        for one in targets
    }
    families = {
        part: {one.name for one in text_string_to_metric_families(text)}
        for part, text in told.items()
    }

    assert families.keys() == PARTS
    for part, names in families.items():
        assert names, part
        assert names <= {one.name for one in telemetry.ALL}, part


def test_a_reading_that_nobody_knows_is_told_so(platform: Up) -> None:
    done = stadspuls(
        "readings", "show", "00062345" + "0" * 24,
        "--data-dir", str(platform.installation.data_dir), check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "neither Kafka nor a dead letter knows" in done.stderr


def test_the_example_for_developers_hears_by_mqtt_what_is_open(platform: Up) -> None:
    answer = platform.post(
        PATH, city="vlierhove", content=GOOD.replace(b"T08:00", b"T09:00").replace(b"120", b"77")
    )
    assert answer.status_code == httpx.codes.ACCEPTED
    eventually(lambda: platform.observations("vlierhove", "dorpsstraat", "car"))
    eventually(lambda: "live/vlierhove/traffic/+" in the_one_with(platform, "paho.mqtt"))
    with running([sys.executable, "-u", "-c", the_one_with(platform, "paho.mqtt")]) as said:
        topic, _, told = said.get(timeout=PATIENCE_SECONDS).partition(" ")

    assert re.fullmatch(r"live/vlierhove/traffic/\d+", topic)
    assert json.loads(told)["unit"]
