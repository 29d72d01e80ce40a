"""A city connects a sensor type and a property that nobody has heard of, without any Python."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from deploy.installation import EXAMPLES
from tests.journey.running import Up, eventually, stadspuls, up

CITY = """
slug: veldegem-bij-zee
name: {nl: Veldegem-bij-Zee}
publisher: Gemeente Veldegem-bij-Zee
contact: {name: Gemeente, email: data@veldegem.example}
datasets:
  - theme: water
    title: {nl: Waterpeil}
    description: {nl: Peilen van onze grachten}
    licence: creative-commons-zero
    access: open
"""
WORDS = """
observed_properties:
  - slug: ditch-level
    theme: water
    definition: http://qudt.org/vocab/quantitykind/Depth
    unit: m
    plausible: {low: -1, high: 5}
    label: {nl: Grachtpeil, en: Ditch level, fr: Niveau du fossé, de: Grabenpegel}
    description:
      nl: Hoe hoog het water in de gracht staat.
      en: How high the water in the ditch stands.
      fr: La hauteur de l'eau dans le fossé.
      de: Wie hoch das Wasser im Graben steht.
"""
PROFILE = """
id: peilwijs/p7
title: Peilwijs P7 ditch gauge
version: 1
source: invented for this test
personal: no
decode: json
phenomenon_time: {path: t, format: unix}
datastreams:
  level: {observed_property: ditch-level, path: readings.depth, unit: cm, missing: [-999]}
examples:
  - description: a usual level
    topic: city/veldegem-bij-zee/peilwijs/p7/sluis
    received_time: 2026-03-02T09:05:00Z
    payload: {t: 1772441100, readings: {depth: 123}}
    observations:
      - {datastream: level, result: 1.23}
"""


def write_pack(directory: Path) -> Path:
    """Write a city pack with a profile and a property of its own."""
    (directory / "profiles/peilwijs").mkdir(parents=True)
    (directory / "vocabulary").mkdir()
    (directory / "city.yaml").write_text(CITY)
    (directory / "vocabulary/observed-properties.yaml").write_text(WORDS)
    (directory / "profiles/peilwijs/p7.yaml").write_text(PROFILE)
    return directory


@pytest.fixture(
    params=[
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("real", marks=pytest.mark.real),
    ]
)
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Up]:
    tmp_path.chmod(0o755)
    packs = [EXAMPLES / "vlierhove"]
    with up(tmp_path / "data", services=request.param, packs=packs) as platform:
        yield platform


def test_own_sensor_type_is_checked_connected_and_read_back(running: Up, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")

    checked = stadspuls("profile", "check", str(pack / "profiles/peilwijs/p7.yaml"))
    assert "in order" in checked.stdout
    stadspuls("city", "check", str(pack))
    stadspuls("city", "add", str(pack), "--data-dir", str(running.installation.data_dir))

    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    payload = {"t": int(moment.timestamp()), "readings": {"depth": 87}}
    eventually(lambda: _is_accepted(running, payload))

    (observation,) = eventually(lambda: running.observations("veldegem-bij-zee", "sluis", "level"))
    assert observation["result"] == pytest.approx(0.87)

    with running.device("veldegem-bij-zee") as device:
        payload = {"t": int(moment.timestamp()) + 60, "readings": {"depth": 90}}
        device.publish(
            "city/veldegem-bij-zee/peilwijs/p7/sluis", json.dumps(payload), qos=1
        ).wait_for_publish(30)
    found = eventually(
        lambda: [
            one["result"]
            for one in running.observations("veldegem-bij-zee", "sluis", "level")
            if one["result"] > 0.88
        ]
    )
    assert found == pytest.approx([0.9])


def _is_accepted(running: Up, payload: dict[str, object]) -> bool:
    """The running platform takes the new pack over within seconds."""
    try:
        answer = running.post(
            "/ingest/veldegem-bij-zee/peilwijs/p7/sluis", city="veldegem-bij-zee", json=payload
        )
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.ACCEPTED


def test_wrong_profile_is_named_with_file_and_line(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    profile = pack / "profiles/peilwijs/p7.yaml"
    profile.write_text(PROFILE.replace("unit: cm", "unit: furlong-ish"))

    checked = stadspuls("profile", "check", str(profile), check=False)

    assert checked.returncode == 2
    assert "p7.yaml:10" in checked.stderr


def test_wrong_example_fails_the_check(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    profile = pack / "profiles/peilwijs/p7.yaml"
    profile.write_text(PROFILE.replace("result: 1.23", "result: 123"))

    checked = stadspuls("profile", "check", str(profile), check=False)

    assert checked.returncode == 1
    assert "1.23" in checked.stdout
