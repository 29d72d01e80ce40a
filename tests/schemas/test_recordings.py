"""The recordings in `../shared/data`, through the profiles, against what they decode to."""

import csv
import gzip
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas import wire
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import Yield, observe
from schemas.library import Library
from schemas.privacy import gate

DATA = Path(__file__).parents[3] / "shared" / "data"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PM_NAMES = {
    "pm1": "pm1_0_mass_concentration",
    "pm2-5": "pm2_5_mass_concentration",
    "pm10": "pm10_mass_concentration",
    "temperature": "air_temperature",
    "humidity": "air_humidity",
    "pressure": "barometric_pressure",
}

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(),
    reason="left out: the recordings of Telraam, airRohr, DL-PM and P1 (no ../shared/data here)",
)


def read(profile: CompiledProfile, payload: bytes) -> Yield:
    return observe(
        profile,
        gate(profile, payload),
        thing="recorded",
        received_time=NOW,
        zone=ZoneInfo("Europe/Brussels"),
    )


def results(given: Yield) -> dict[str, wire.Result]:
    assert given.rejections == ()
    return {one.datastream: one.result for one in given.observations}


def test_every_hour_of_telraam_is_read(library: Library) -> None:
    profile = library.profile("telraam/v2")
    hours = [
        hour
        for file in sorted((DATA / "telraam" / "hourly").glob("device_*.json"))
        for hour in json.loads(file.read_text(encoding="utf-8"))["data"]
    ]

    yields = [read(profile, json.dumps(hour).encode()) for hour in hours]

    assert len(yields) == 2913
    assert sum(given.empty == "nothing-valid" for given in yields) == 2913 - 2124
    for hour, given in zip(hours, yields, strict=True):
        names = ("car", "heavy", "bike", "pedestrian", "v85") if hour["uptime"] > 0 else ()
        expected = {name: hour[name] for name in names if hour[name] is not None}
        assert results(given) == expected


def test_snapshot_of_telraam_is_read(library: Library) -> None:
    payload = (DATA / "telraam" / "api_live_snapshot_feature.json").read_bytes()
    said = json.loads(payload)["features"][0]["properties"]

    given = read(library.profile("telraam/snapshot"), payload)

    names = ("car", "heavy", "bike", "pedestrian", "v85")
    assert results(given) == {name: said[name] for name in names}
    assert {one.thing for one in given.observations} == {"segment-426009"}
    assert given.observations[0].phenomenon_start == datetime(2021, 9, 30, 6, tzinfo=UTC)


def test_push_of_an_airrohr_is_read(library: Library) -> None:
    payload = (DATA / "sensor-community" / "push_airrohr_sds011_bme280.json").read_bytes()

    given = read(library.profile("sensor-community/airrohr"), payload)

    assert results(given) == {
        "pm10": 35.67,
        "pm2-5": 17.0,
        "temperature": -2.83,
        "humidity": 66.73,
        "pressure": pytest.approx(1005.3597),
    }
    assert {one.quality for one in given.observations} == {("time.received",)}


@pytest.mark.parametrize("suffix", ["", "_01", "_02"])
@pytest.mark.parametrize("names_model", [True, False])
def test_particulate_matter_uplink_equals_its_recorded_decoding(
    library: Library, suffix: str, names_model: bool
) -> None:
    folder = DATA / "lorawan-uplinks" / "Decentlab_DL-PM"
    uplink = json.loads((folder / f"ThingsStackCommunity_payload{suffix}.json").read_bytes())
    decoded = json.loads((folder / f"ThingsStackCommunity_result{suffix}.json").read_bytes())
    values = decoded["telemetry"][0]["values"]
    if names_model:
        ids = {"brand_id": "decentlab", "model_id": "dl-pm"}
        uplink["uplink_message"]["version_ids"] = ids
    profile = library.profile("the-things-stack/v3" if names_model else "decentlab/dl-pm")

    given = read(profile, json.dumps(uplink).encode())

    for one in given.observations:
        factor = 0.01 if one.datastream == "pressure" else 1
        expected = values[PM_NAMES[one.datastream]] * factor
        assert isinstance(one.result, float)
        assert math.isclose(one.result, expected, rel_tol=1e-12)
        assert (one.profile, one.thing) == ("decentlab/dl-pm", "03022")
        assert one.phenomenon_start == datetime(2020, 2, 6, 9, 46, 5, 234172, tzinfo=UTC)
    assert set(results(given)) == {name for name, path in PM_NAMES.items() if path in values}


def test_uplink_of_a_device_without_profile_says_so(library: Library) -> None:
    payload = next((DATA / "lorawan-tts-v3").glob("*.json")).read_bytes()

    with pytest.raises(Exception, match=r"payload\.unknown-model"):
        read(library.profile("the-things-stack/v3"), payload)


@pytest.mark.parametrize(
    ("name", "expected", "start", "gas_start"),
    [
        (
            "dsmr_v2_2",
            {"import-tariff-1": 1.001, "import-tariff-2": 1.001, "export-tariff-1": 1.001,
             "export-tariff-2": 1.001, "power-import": 1.01, "power-export": 0, "gas": 1.001},
            NOW,
            datetime(2016, 11, 7, 18, tzinfo=UTC),
        ),
        (
            "dsmr_v4_2",
            {"import-tariff-1": 1581.123, "import-tariff-2": 1435.706, "export-tariff-1": 0,
             "export-tariff-2": 0, "power-import": 2.027, "power-export": 0, "gas": 981.443},
            datetime(2016, 11, 13, 19, 57, 57, tzinfo=UTC),
            datetime(2016, 11, 29, 19, tzinfo=UTC),
        ),
        (
            "dsmr_v5_0",
            {"import-tariff-1": 4.426, "import-tariff-2": 2.399, "export-tariff-1": 2.444,
             "export-tariff-2": 0, "power-import": 0.244, "power-export": 0, "gas": 0.107},
            datetime(2017, 1, 2, 18, 20, 2, tzinfo=UTC),
            datetime(2017, 1, 2, 15, 10, 5, tzinfo=UTC),
        ),
        (
            "fluvius_emucs_1_7_1_gas_water",
            {"import-tariff-1": 0.034, "import-tariff-2": 15.758, "export-tariff-1": 0,
             "export-tariff-2": 0.011, "power-import": 0, "power-export": 0, "gas": 112.384,
             "water": 872.234},
            datetime(2020, 5, 12, 11, 54, 9, tzinfo=UTC),
            datetime(2020, 5, 12, 11, 45, 58, tzinfo=UTC),
        ),
    ],
)  # fmt: skip
def test_telegram_is_read_and_leaves_its_numbers_at_the_gate(
    library: Library, name: str, expected: dict[str, Any], start: datetime, gas_start: datetime
) -> None:
    profile = library.profile("dsmr/p1")
    payload = (DATA / "dsmr-p1" / f"{name}.txt").read_bytes()

    given = read(profile, payload)

    gas = next(one for one in given.observations if one.datastream == "gas")
    assert results(given) == expected
    assert given.observations[0].phenomenon_start == start
    assert gas.phenomenon_start == gas_start
    for reference in (b"0-0:96.1.1(", b"0-1:96.1.0(", b"0-1:96.1.1(", b"0-2:96.1.1("):
        _, found, rest = gate(profile, payload).partition(reference)
        assert not found or rest.startswith(b")")


def test_archive_of_sds011_rows_has_the_values_that_a_push_would_bring(library: Library) -> None:
    profile = library.profile("sensor-community/airrohr")
    name = "archive_sds011_aberdeen_2019-03_2019-04.csv.gz"
    with gzip.open(DATA / "sensor-community" / name, "rt", encoding="utf-8") as archive:
        rows = [row for row, _ in zip(csv.DictReader(archive, delimiter=";"), range(2000))]  # noqa: B905

    for row in rows:
        pairs = [{"value_type": key, "value": row[key]} for key in ("P1", "P2")]
        given = read(profile, json.dumps({"sensordatavalues": pairs}).encode())
        assert results(given) == {"pm10": float(row["P1"]), "pm2-5": float(row["P2"])}
