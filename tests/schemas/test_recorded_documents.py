"""The recorded JSON and XML of meters, car parks, loops and nodes."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.interpreter.observe import Yield
from schemas.library import Library
from tests.schemas.recordings import DATA, NOW, document_of, needs_recordings, read

pytestmark = needs_recordings


def results(given: Yield) -> dict[str, Any]:
    return {one.datastream: one.result for one in given.observations}


def named(given: Yield) -> dict[tuple[str, str], Any]:
    assert given.rejections == ()
    return {(one.thing, one.datastream): one.result for one in given.observations}


def payload(path: str) -> bytes:
    return (DATA / path).read_bytes()


@pytest.mark.parametrize("variant", ["", "_minimal", "_no_gas", "_single_phase"])
def test_homewizard_p1_is_read(library: Library, variant: str) -> None:
    path = f"homewizard-v1/HWE-P1_data{variant}.json"
    given, said = read(library.profile("homewizard/p1"), payload(path)), document_of(path)

    found = results(given)
    assert found["import-tariff-1"] == said["total_power_import_t1_kwh"]
    assert found["export-tariff-2"] == said["total_power_export_t2_kwh"]
    assert found["power"] == pytest.approx(said["active_power_w"] / 1000)
    assert found.get("gas") == said["total_gas_m3"]
    assert ("power-l2" in found) == (said["active_power_l2_w"] is not None)
    for one in given.observations:
        if one.datastream == "gas":
            assert one.phenomenon_start == datetime(2021, 6, 6, 12, 0, 10, tzinfo=UTC)


def test_meters_behind_the_homewizard_are_read_in_their_units(library: Library) -> None:
    given = read(library.profile("homewizard/p1"), payload("homewizard-v1/HWE-P1_data.json"))

    assert results(given)["water"] == 444.444
    assert results(given)["peak-power"] == pytest.approx(1.111)
    # The vendor's test payload states its heat meter in m³, which is no heat.
    assert [(one.reason, one.where) for one in given.rejections] == [
        ("field.unit", "external.heat_meter")
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("KWH1", {"import": 122.376, "export": 579.813, "power": -0.045252, "voltage": 228.472}),
        ("KWH3", {"import": 2940.101, "power-l2": 3.547015, "voltage-l3": 229.612}),
        ("SKT", {"import": 10830.511, "export": 2948.827, "power": 0.123, "power-l1": 0.123}),
    ],
)
def test_homewizard_kwh_meters_are_read(
    library: Library, name: str, expected: dict[str, float]
) -> None:
    given = read(library.profile("homewizard/kwh"), payload(f"homewizard-v1/HWE-{name}_data.json"))

    assert given.rejections == ()
    assert {key: results(given)[key] for key in expected} == pytest.approx(expected)


def test_homewizard_water_meter_is_read(library: Library) -> None:
    given = read(library.profile("homewizard/water"), payload("homewizard-v1/HWE-WTR_data.json"))

    assert results(given) == {"volume": 8129.123, "flow": 13.12}


def test_p1_monitor_is_read(library: Library) -> None:
    given = read(library.profile("p1-monitor/smartmeter"), payload("p1-monitor/smartmeter.json"))

    assert results(given) == {
        "import-high": 2996.141, "import-low": 5436.256, "export-high": 4408.947,
        "export-low": 1575.502, "power-import": 0.935, "power-export": 0, "gas": 2289.967,
    }  # fmt: skip
    assert given.observations[0].phenomenon_start == datetime(2021, 10, 1, 23, 26, 52, tzinfo=UTC)


@pytest.mark.parametrize("name", ["garages", "park_and_ride"])
def test_car_parks_of_ghent_are_read(library: Library, name: str) -> None:
    given = read(library.profile("gent/parking"), payload(f"gent-parking/{name}.json"))

    fields = [record["fields"] for record in document_of(f"gent-parking/{name}.json")["records"]]
    names = [
        ("availablecapacity", "totalcapacity"),
        ("availablespaces", "numberofspaces"),
    ][name == "park_and_ride"]
    assert given.rejections == ()
    assert [one.result for one in given.observations] == [
        one[key] for one in fields for key in (*names, "occupation")
    ]
    assert len({one.thing for one in given.observations}) == len(given.places) == 2
    assert given.places[0].latitude == pytest.approx(fields[0]["location"][0], abs=1e-6)


def test_shared_bicycles_of_ghent_are_read(library: Library) -> None:
    given = read(library.profile("gent/shared-bicycles"), payload("gent-parking/bluebikes.json"))

    assert results(given) == {"available": 45, "in-use": 15}


@pytest.mark.parametrize(
    ("profile", "file", "sites", "keys"),
    [
        ("aalen/parking", "aalen.json", 6, {"free": "free", "capacity": "max"}),
        ("basel/parking", "basel.json", 16, {"free": "free", "capacity": "total"}),
        (
            "ulm/parking-sites",
            "ulm-sensors_realtime-parking-sites.json",
            7,
            {"occupied": "currentcarparkfulltotal", "capacity": "maxcarparkfull"},
        ),
        (
            "ulm/parking-spaces",
            "ulm-sensors_realtime-parking-spots.json",
            44,
            {"occupied": "occupied"},
        ),
    ],
)
def test_lists_of_car_parks_are_read(
    library: Library, profile: str, file: str, sites: int, keys: dict[str, str]
) -> None:
    given = read(library.profile(profile), payload(f"parking-realtime/{file}"))

    assert given.rejections == ()
    assert len({one.thing for one in given.observations}) == sites
    for series, key in keys.items():
        sites_told = document_of(f"parking-realtime/{file}")
        expected = [site[key] for site in sites_told if site[key] is not None]
        assert [o.result for o in given.observations if o.datastream == series] == expected


def test_park_and_ride_of_freiburg_is_read(library: Library) -> None:
    file = "parking-realtime/freiburg_p_r_sensors.json"
    given = read(library.profile("freiburg/park-and-ride"), payload(file))

    features = document_of(file)["features"]
    assert [one.result for one in given.observations if one.datastream == "free"] == [
        feature["properties"]["obs_free"] for feature in features
    ]
    assert given.observations[0].phenomenon_start == datetime(2025, 5, 5, 10, 34, 3, tzinfo=UTC)
    assert [[one.longitude, one.latitude] for one in given.places] == [
        pytest.approx(feature["geometry"]["coordinates"], abs=1e-7) for feature in features
    ]


def test_car_park_of_ellwangen_is_read(library: Library) -> None:
    given = read(
        library.profile("ellwangen/parking"), payload("parking-realtime/ellwangen_sensit.json")
    )

    assert named(given) == {("lot-1", "free"): 2, ("lot-1", "capacity"): 45}


@pytest.mark.parametrize(
    ("profile", "file", "records", "vacant", "taken"),
    [
        ("datex2/parking-status", "friedrichshafen-sensors-realtime.xml", 55,
         "ns3:parkingNumberOfVacantSpaces", "ns3:parkingNumberOfOccupiedSpaces"),
        ("datex2/parking-facility", "stuttgart-realtime.xml", 40,
         "totalNumberOfVacantParkingSpaces", "totalNumberOfOccupiedParkingSpaces"),
    ],
)  # fmt: skip
def test_car_parks_in_datex_are_read(  # noqa: PLR0917
    library: Library, profile: str, file: str, records: int, vacant: str, taken: str
) -> None:
    given = read(library.profile(profile), payload(f"parking-realtime/{file}"))

    text = payload(f"parking-realtime/{file}").decode()
    text = re.sub(r"<category.*?</category>", "", text)
    assert given.rejections == ()
    assert len({one.thing for one in given.observations}) == records
    for series, tag in (("free", vacant), ("occupied", taken)):
        expected = [float(number) for number in re.findall(f"<{tag}>([0-9]+)</", text)]
        assert [o.result for o in given.observations if o.datastream == series] == expected


def test_minute_of_a_loop_detector_is_read(library: Library) -> None:
    path = "verkeerscentrum-miv/miv_verkeersdata_one_point.xml"
    given = read(library.profile("miv/loop-detector"), payload(path))

    names = ("motorcycles", "cars", "vans", "rigid-lorries", "articulated-lorries", "occupancy")
    assert named(given) == {("meetpunt-29", name): 0 for name in names}
    first = given.observations[0]
    assert first.phenomenon_start == datetime(2023, 5, 2, 9, 59, tzinfo=UTC)
    assert first.phenomenon_end == datetime(2023, 5, 2, 10, 0, tzinfo=UTC)


def test_survey_count_is_read(library: Library) -> None:
    given = read(library.profile("geomobility/count"), payload("geomobility/measurement.json"))

    assert results(given) == {"bicycles-a-b": 5}


def messages() -> list[dict[str, Any]]:
    file = DATA / "mqtt-recording-lab" / "mqtt_messages_2020-03-31.jsonl.txt"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_nodes_of_the_laboratory_are_read(library: Library) -> None:
    profile = library.profile("moziot/sensor-node")
    keys = {
        "temperature": "temp-C", "humidity": "hum-percent", "co2": "co2-ppm", "co": "co-ppm",
        "illuminance": "lux", "motion": "motion-bool", "loud-sound": "noise-bool",
    }  # fmt: skip
    nodes = [one["payload"] for one in messages() if not one["topic"].startswith("sonoff")]

    counted: Counter[str] = Counter()
    for said in nodes:
        given = read(profile, json.dumps(said).encode())
        assert named(given) == {
            (said["node-id"].lower(), series): said[key]
            for series, key in keys.items()
            if key in said
        }
        assert given.observations[0].phenomenon_start.timestamp() == said["timestamp"]
        counted.update(list(results(given)))
    assert len(nodes) == 70
    assert counted == {
        "motion": 30, "temperature": 16, "humidity": 16, "co2": 6, "co": 6, "illuminance": 6,
        "loud-sound": 6,
    }  # fmt: skip


def test_plugs_of_the_laboratory_tell_local_time(library: Library) -> None:
    """Portugal's summer time is UTC+1; the subscriber noted when each message came."""
    plugs = [one for one in messages() if one["topic"].startswith("sonoff")]

    assert len(plugs) == 4
    for one in plugs:
        given = read(
            library.profile("tasmota/plug"),
            json.dumps(one["payload"]).encode(),
            zone="Europe/Lisbon",
        )
        (state,) = given.observations
        came = datetime.fromisoformat(one["receivedTimestamp"])
        assert state.result is False
        assert abs((state.phenomenon_start - came).total_seconds()) < 5
        assert state.phenomenon_start < NOW
