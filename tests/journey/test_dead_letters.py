"""What was rejected comes back after a mend."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journey.running import Up, eventually, stadspuls, up
from tests.journey.test_own_sensor_type import PROFILE, write_pack

MENDED = PROFILE.replace("version: 1", "version: 2").replace("path: readings.depth", "path: d")


@pytest.mark.embedded
def test_dead_letter_is_replayed_after_a_mend(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    with up(tmp_path / "data", services="embedded", packs=[pack]) as platform:
        with platform.device("veldegem-bij-zee") as device:
            sent = device.publish(
                "city/veldegem-bij-zee/peilwijs/p7/sluis",
                json.dumps({"t": 1772441100, "d": 87}),
                qos=1,
            )
            sent.wait_for_publish(30)
        (letter,) = eventually(platform.dead_letters)
        assert letter["reasons"] == ["payload.no-known-field"]
        shown = _told(platform, "dead-letters", "show", str(letter["dead_letter_id"]))
        assert json.loads(shown["payload"])["d"] == 87

        (pack / "profiles/peilwijs/p7.yaml").write_text(_mended())
        _told(platform, "city", "add", str(pack))
        eventually(lambda: _replayed_into_an_observation(platform))

        (observation,) = platform.observations("veldegem-bij-zee", "sluis", "level")
        assert observation["result"] == pytest.approx(0.87)


def _mended() -> str:
    return MENDED.replace("readings: {depth: 123}", "d: 123")


def _replayed_into_an_observation(platform: Up) -> bool:
    """A letter that is replayed before the mend is taken over becomes another letter."""
    _told(platform, "dead-letters", "replay", "--city", "veldegem-bij-zee")
    return bool(platform.observations("veldegem-bij-zee", "sluis", "level"))


def _told(platform: Up, *words: str) -> Any:
    done = stadspuls(*words, "--json", "--data-dir", str(platform.installation.data_dir))
    return json.loads(done.stdout)
