"""The recorded tables, row for row, against what another reader of CSV says."""

import csv
from datetime import UTC, datetime
from typing import Any

from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import Yield
from schemas.library import Library
from tests.schemas.recordings import lines_of, needs_recordings, read, rows_of

pytestmark = needs_recordings

SDS011 = "sensor-community/archive_sds011_aberdeen_2019-03_2019-04.csv.gz"
BICYCLES = "gent-bicycle-counter/fietstelpaal_coupure_links_2022.csv.gz"


def single(given: Yield) -> dict[str, Any]:
    assert given.rejections == ()
    return {one.datastream: one.result for one in given.observations}


def rows_read(profile: CompiledProfile, lines: list[str]) -> list[Yield]:
    return [read(profile, line.encode()) for line in lines]


def test_every_row_of_the_air_archive_is_read(library: Library) -> None:
    profile = library.profile("sensor-community/archive-sds011")
    rows, lines = rows_of(SDS011, ";"), lines_of(SDS011)[1:]

    assert len(lines) == 391_463
    for row, line in zip(rows, lines, strict=True):
        given = read(profile, line.encode())
        expected = {"pm10": row["P1"], "pm2-5": row["P2"]}
        assert single(given) == {name: float(text) for name, text in expected.items() if text}
        first = given.observations[0]
        assert first.thing == f"sensor-{row['sensor_id']}"
        assert first.phenomenon_start == datetime.fromisoformat(row["timestamp"] + "+00:00")


def test_whole_day_file_is_one_payload_too(library: Library) -> None:
    path = "sensor-community/day_files/2019-04-01_sds011_sensor_5331.csv"
    profile = library.profile("sensor-community/archive-sds011")

    given = read(profile, "\n".join(lines_of(path)).encode())

    assert [one.result for one in given.observations] == [
        float(row[name]) for row in rows_of(path, ";") for name in ("P1", "P2")
    ]
    assert len(given.places) == len(lines_of(path)) - 1


def test_bicycle_year_has_each_instant_once_and_no_correction(library: Library) -> None:
    """Twelve rows bear local times that do not exist, on instants that have rows of their own."""
    profile = library.profile("gent/bicycle-counter")
    rows, lines = list(rows_of(BICYCLES, ";")), lines_of(BICYCLES)[1:]

    yields = rows_read(profile, lines)

    assert len(lines) == 105_120
    wrong = [row for row, given in zip(rows, yields, strict=True) if given.rejections]
    assert len(wrong) == 12
    assert {row["Datum"] for row in wrong} == {"2022-03-27"}
    assert {row["Uur5Minuten"][:2] for row in wrong} == {"2:"}
    assert {r.reason for given in yields for r in given.rejections} == {"time.nonexistent"}
    kept = [given.observations for given in yields if given.observations]
    assert len(kept) == len({one[0].phenomenon_start for one in kept}) == 105_108
    for row, given in zip(rows, yields, strict=True):
        expected = [int(row[name]) for name in ("Totaal", "Hoofdrichting", "Tegenrichting")]
        assert [one.result for one in given.observations] in (expected, [])
        if given.observations:
            start = datetime.fromisoformat(row["Ordening"]).astimezone(UTC)
            assert given.observations[0].phenomenon_start == start
            assert given.observations[0].quality == ()


def test_every_hour_of_the_heat_meter_is_read(library: Library) -> None:
    path = "heat-meter-denmark/heat_meter_hourly_2018_2020.csv.gz"
    profile = library.profile("relife/heat-meter")
    lines = lines_of(path)[1:]

    assert len(lines) == 26_256
    for row, line in zip(rows_of(path), lines, strict=True):
        assert single(read(profile, line.encode())) == {
            "heat": float(row["energy_heat_kwh"]),
            "volume": float(row["volume_flow_m3"]),
        }


def test_every_cell_of_the_two_airboxes_is_read(library: Library) -> None:
    profile = library.profile("waag/airbox")
    lines = lines_of("amsterdam-airbox/AMS_hourly_airboxdata_total.csv")
    table = list(csv.reader(lines))

    yields = rows_read(profile, lines[3:])

    assert len(yields) == 2257
    names = {"NO2": "no2", "PM1": "pm1", "PM2.5": "pm2-5", "PM10": "pm10"}
    for cells, given in zip(table[3:], yields, strict=True):
        expected = {
            (f"airbox-{station.lower()}", names[quantity]): float(cell)
            for station, quantity, cell in zip(table[0][1:], table[1][1:], cells[1:], strict=True)
            if cell != "NaN"
        }
        found = {(one.thing, one.datastream): one.result for one in given.observations}
        assert found == expected
        assert given.rejections == ()
        assert bool(given.empty) == (not expected)
        start = datetime.strptime(cells[0] + " +0000", "%d-%m-%y %H:%M %z")
        assert {one.phenomenon_start for one in given.observations} <= {start}


def test_every_cell_of_the_german_car_parks_is_read(library: Library) -> None:
    profile = library.profile("parkendd/series")
    header, *lines = lines_of("parking-series-germany/2020-09-15.csv.gz")
    (names,) = csv.reader([header])

    yields = rows_read(profile, [f"{header}\n{line}" for line in lines])

    assert len(lines) == 233
    assert len(names) == 1 + 703
    assert sum(len(given.observations) for given in yields) == 49_339
    for line, given in zip(lines, yields, strict=True):
        assert given.rejections == ()
        cells = [float(cell) for cell in line.split(",")[1:] if cell]
        assert [one.result for one in given.observations] == cells
    assert len({one.thing for given in yields for one in given.observations}) == 510
