"""The traps that the recordings' README lists, each on the recording that has it."""

import json
from datetime import UTC, datetime

import pytest

from schemas.errors import ReadingRejected
from schemas.interpreter.lambert import lambert_72_to_wgs84
from schemas.library import Library
from tests.schemas.conftest import MakeProfile
from tests.schemas.recordings import DATA, document_of, lines_of, needs_recordings, read

pytestmark = needs_recordings

SDS011 = "sensor-community/archive_sds011_aberdeen_2019-03_2019-04.csv.gz"
PUSH = "sensor-community/push_airrohr_sds011_bme280.json"
LOOP = "verkeerscentrum-miv/miv_verkeersdata_one_point.xml"
LOOP_POINT = "verkeerscentrum-miv/miv_config_one_point.xml"
BICYCLES = "gent-bicycle-counter/fietstelpaal_coupure_links_2022.csv.gz"
LAB = "mqtt-recording-lab/mqtt_messages_2020-03-31.jsonl.txt"


def test_numbers_that_are_strings_are_numbers(library: Library) -> None:
    values = document_of(PUSH)["sensordatavalues"]
    given = read(library.profile("sensor-community/airrohr"), (DATA / PUSH).read_bytes())

    assert all(type(pair["value"]) is str for pair in values)
    assert all(type(one.result) is float for one in given.observations)


def test_pressure_in_pascal_and_hectopascal_is_one_series(
    library: Library, make_profile: MakeProfile
) -> None:
    given = read(library.profile("sensor-community/airrohr"), (DATA / PUSH).read_bytes())
    pascal = next(one for one in given.observations if one.datastream == "pressure")
    series = "p: {observed_property: air-pressure, path: p, unit: hPa}"
    hectopascal = read(make_profile("", series), b'{"p": 1005.3597}').observations[0]

    assert pascal.raw_result == "100535.97"
    assert pascal.result == pytest.approx(hectopascal.result)


def test_decimal_comma_and_lambert_72_are_read(make_profile: MakeProfile) -> None:
    top = """\
        decode: xml
        decimal: ","
        each: mivconfig.points
        xml: {lists: [points]}
        place: {x: X_coord_EPSG_31370, y: Y_coord_EPSG_31370, crs: "EPSG:31370"}
        """
    series = "t: {observed_property: distance, path: Kmp_Rsys, unit: km}"
    text = (DATA / LOOP_POINT).read_text(encoding="utf-8").replace("meetpunt", "points")

    given = read(make_profile(top, series), text.encode())

    assert given.observations[0].result == 94695
    assert given.rejections == ()
    # The file itself tells the same place in WGS 84.
    assert given.places[0].longitude == pytest.approx(4.289731136, abs=1e-6)
    assert given.places[0].latitude == pytest.approx(51.18460764, abs=1e-6)
    assert lambert_72_to_wgs84(144474.5297, 208293.5324) == pytest.approx(
        (4.289731136, 51.18460764), abs=1e-7
    )


def test_two_header_conventions_are_read_and_never_taken_for_rows(library: Library) -> None:
    """One line of names, and three lines of station, quantity and unit."""
    archive = read(
        library.profile("sensor-community/archive-sds011"),
        "\n".join(lines_of(SDS011)[:2]).encode(),
    )
    airbox = "\n".join(lines_of("amsterdam-airbox/AMS_hourly_airboxdata_total.csv")[:30])
    boxes = read(library.profile("waag/airbox"), airbox.encode())

    assert len(archive.observations) == 2
    assert {one.thing for one in boxes.observations} == {"airbox-ab46", "airbox-ab47"}
    assert archive.rejections == boxes.rejections == ()


def test_byte_order_mark_belongs_to_no_name(library: Library) -> None:
    lines = lines_of("gent-bicycle-counter/fietstelpaal_coupure_links_2022.csv.gz")[:3]

    given = read(library.profile("gent/bicycle-counter"), "\n".join(lines).encode())

    assert lines[0].startswith("\ufeff")
    assert given.rejections == ()
    assert len(given.observations) == 6


def test_empty_cell_is_no_observation(library: Library) -> None:
    header, line = lines_of("parking-series-germany/2020-09-15.csv.gz")[:2]

    given = read(library.profile("parkendd/series"), f"{header}\n{line}".encode())

    assert ",," in line
    assert len(given.observations) == sum(bool(cell) for cell in line.split(",")[1:])


def test_not_a_number_is_no_observation(library: Library) -> None:
    line = lines_of("amsterdam-airbox/AMS_hourly_airboxdata_total.csv")[3]

    given = read(library.profile("waag/airbox"), line.encode())

    assert line.endswith("NaN")
    assert (given.observations, given.rejections, given.empty) == ((), (), "no-values")


def test_252_is_no_speed(library: Library) -> None:
    payload = (DATA / LOOP).read_bytes()

    given = read(library.profile("miv/loop-detector"), payload)

    assert b">252<" in payload
    assert not [one for one in given.observations if one.datastream.endswith("speed")]


def test_cumulative_registers_never_count_down(library: Library) -> None:
    profile = library.profile("relife/heat-meter")
    lines = lines_of("heat-meter-denmark/heat_meter_hourly_2018_2020.csv.gz")[1:2001]

    results = [read(profile, line.encode()).observations[0].result for line in lines]
    heat = [result for result in results if isinstance(result, float)]

    assert profile.datastream("heat").observed_property.cumulative
    assert heat == sorted(heat)
    assert len(heat) == len(lines)


def test_local_time_without_offset_takes_the_citys_zone(library: Library) -> None:
    lines = (DATA / LAB).read_text(encoding="utf-8").splitlines()
    message = next(json.loads(line) for line in lines if "STATE" in line)
    payload = json.dumps(message["payload"]).encode()

    (lisbon,) = read(library.profile("tasmota/plug"), payload, zone="Europe/Lisbon").observations
    (ghent,) = read(library.profile("tasmota/plug"), payload).observations

    assert lisbon.phenomenon_start == datetime(2020, 3, 31, 17, 0, 21, tzinfo=UTC)
    assert (lisbon.phenomenon_start - ghent.phenomenon_start).total_seconds() == 3600


def test_local_time_with_another_offset_is_the_instant_that_it_says(library: Library) -> None:
    """The loop's minute is written with +01:00, its publication with +02:00."""
    given = read(library.profile("miv/loop-detector"), (DATA / LOOP).read_bytes())

    assert given.observations[0].phenomenon_start == datetime(2023, 5, 2, 9, 59, tzinfo=UTC)


def test_hour_that_does_not_exist_is_no_correction_of_the_one_that_does(
    library: Library,
) -> None:
    """Twelve rows of the change to summer time bear instants that have rows of their own."""
    profile = library.profile("gent/bicycle-counter")
    lines = [line for line in lines_of(BICYCLES) if ";2022-03-27;" in line]
    yields = [read(profile, line.encode()) for line in lines]

    wrong = [one for one in yields if one.rejections]
    starts = [one.observations[0].phenomenon_start for one in yields if one.observations]
    assert [one.rejections[0].reason for one in wrong] == ["time.nonexistent"] * 12
    assert not any(one.observations for one in wrong)
    assert len(starts) == len(set(starts)) == len(lines) - 12 == 23 * 12


def test_hour_without_uptime_counts_nothing(library: Library) -> None:
    files = sorted((DATA / "telraam" / "hourly").glob("device_*.json"))
    hours = [one for file in files for one in json.loads(file.read_bytes())["data"]]
    silent = [hour for hour in hours if hour["uptime"] == 0]

    assert {hour["car"] for hour in silent} == {0}
    for hour in silent:
        given = read(library.profile("telraam/v2"), json.dumps(hour).encode())
        assert given.observations == ()
        assert given.empty == "nothing-valid"


def test_same_message_twice_gives_the_same_observations(library: Library) -> None:
    """So the store finds the second one there already: no second row and no correction."""
    lines = (DATA / LAB).read_text(encoding="utf-8").splitlines()
    bodies = [json.dumps(json.loads(line)["payload"]).encode() for line in lines]
    profile = library.profile("moziot/sensor-node")

    found = set()
    for body in bodies:
        try:
            given = read(profile, body)
        except ReadingRejected:
            continue  # a plug's
        for one in given.observations:
            found.add((one.thing, one.datastream, one.phenomenon_start, one.result))

    assert len(bodies) == 2 * len(set(bodies))
    assert len(found) == 86 // 2


def test_payload_without_a_time_takes_that_of_receipt_and_says_so(library: Library) -> None:
    given = read(library.profile("sensor-community/airrohr"), (DATA / PUSH).read_bytes())

    assert {one.quality for one in given.observations} == {("time.received",)}
