"""What a platform is told reaches the process that it is for."""

from pathlib import Path
from typing import Any

import pytest

from api.settings import ApiSettings, BaseMap
from deploy.installation import Installation
from deploy.parts import monitors, mqtt_url, open_parts
from deploy.settings import PlatformSettings
from deploy.stack import Stack

TILES = "https://tiles.example/{z}/{x}/{y}.png"


@pytest.mark.embedded
async def test_a_base_map_reaches_the_portal(
    embedded_stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STADSPULS_BASE_MAP__URL", TILES)
    monkeypatch.setenv("STADSPULS_BASE_MAP__ATTRIBUTION", "© Voorbeeld")
    settings = PlatformSettings(data_dir=tmp_path, base_iri="http://stadspuls.test")
    api, *_ = open_parts(Installation(tmp_path), settings, embedded_stack, monitors(settings))
    for name, value in (await api.command()).environment.items():
        monkeypatch.setenv(name, value)

    told = ApiSettings()
    assert told.base_map == BaseMap(url=TILES, attribution="© Voorbeeld")
    assert told.mqtt_url == ""


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ({"services": "real", "mqtt_port": 1883}, "mqtt://city.example:1883"),
        ({"services": "real", "mqtt_port": 8883, "certificate_file": "c.pem"},
         "mqtts://city.example:8883"),
        ({"services": "real"}, ""),
        ({"services": "embedded", "mqtt_port": 1883}, ""),
    ],
)  # fmt: skip
def test_an_address_for_mqtt_is_told_where_others_reach_the_broker(
    told: dict[str, Any], url: str
) -> None:
    assert mqtt_url(PlatformSettings(base_iri="https://city.example", **told)) == url
