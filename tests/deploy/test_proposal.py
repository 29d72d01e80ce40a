"""Profiles that are proposed from samples hold, and say what is left to do."""

from pathlib import Path

import pytest

from deploy.proposal import propose
from schemas.errors import Misconfigured
from schemas.library import Library
from schemas.self_check import check
from schemas.vocabulary import Vocabulary

VOCABULARY = Vocabulary.load()
LIBRARY = Library.load(vocabulary=VOCABULARY)

SAMPLES = {
    "flat": b'{"deviceId": "A 7", "ts": 1770103790, "temp_c": 4.5, "humidity": 81, "odd": 3}',
    "pairs": b'{"id": 7, "v": [{"n": "temp", "value": "4.5"}, {"n": "press", "value": "101325"}]}',
    "list": b'[{"name": "P1", "free": 4, "at": "2026-02-03T08:00:00"}]',
    "nested list": b'{"owner": "x", "sites": [{"id": 1, "pm10": 4.5, "user": "y"}]}',
    "csv": b"id;time;NO2;O3\n7;2026-02-03T08:00:00Z;21.5;\n",
    "xml": b'<a><site id="7"><temp>4.5</temp></site></a>',
    "text": b"temp=4.5;hum=81;rssi=-70",
    "form": b"PASSKEY=x&dateutc=2026-02-03+07%3A30%3A00&tempf=41&windspeedmph=10&baromrelin=30",
    "list below": b'{"at": "2026-02-03T08:00:00Z", "data": {"stations": [{"station_id": 1, '
    b'"num_bikes_available": 4, "kinds": [{"n": 1}]}]}}',
    "lists in lists": b'{"data": [{"id": "L", "coordinates": {"latitude": 51, "longitude": 3.7}, '
    b'"points": [{"uid": "a", "free": 1, "at": "2026-02-03T08:00:00Z"}]}]}',
    "rows": b'{"fields": ["sensor_index", "last_seen", "pm2.5"], "data": [[7, 1770103790, 8.5]]}',
    "rows in a list": b'[{"station_no": "m", "columns": "Timestamp,co2", '
    b'"data": [["2026-02-03T08:00:00Z", 612]]}]',
    "pairs in a list": b'[{"id": 7, "v": [{"id": 1, "value_type": "P1", "value": "4.5"}]}]',
    "pairs deep down": b'{"current": {"at": "2026-02-03T08:00:00Z", "values": [{"name": "PM10", '
    b'"value": 4.5}, {"name": "HUMIDITY", "value": 81}]}}',
    "named by a word": b'{"results": [{"value": 21.5, "parameter": {"name": "no2", '
    b'"units": "ug/m3"}}]}',
    "values in objects": b'{"data": [{"id": "z", "no2": {"value": 21, "unitCode": "GQ"}, '
    b'"location": {"value": {"type": "Point", "coordinates": [3.7, 51]}}}]}',
    "decimal commas": b"meter;datum;tijd;temp\nm1;03-02-2026;08:15:00;4,5\n",
    "a quote in a name": b'{"a\\"b": [{"c": 1}], "temp": 4.5}',
}


@pytest.mark.parametrize("name", SAMPLES)
def test_proposal_holds_for_its_sample(name: str, tmp_path: Path) -> None:
    text = propose("acme/probe", SAMPLES[name], vocabulary=VOCABULARY)
    file = tmp_path / "acme" / "probe.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")

    profile = LIBRARY.extended(file, vocabulary=VOCABULARY).profile("acme/probe")

    assert check(profile) == []
    assert profile.datastreams
    assert profile.definition.examples[0].observations


def test_proposal_reads_units_times_things_and_personal_fields() -> None:
    flat = propose("acme/probe", SAMPLES["flat"], vocabulary=VOCABULARY)
    nested = propose("acme/probe", SAMPLES["nested list"], vocabulary=VOCABULARY)

    assert "phenomenon_time: {path: ts, format: unix}" in flat
    assert "thing: {path: deviceId}" in flat
    assert "  # odd = '3': what is it?" in flat
    assert "personal_fields: [owner, 'sites[*].user']" in nested
    assert "zone: city" in propose("acme/probe", SAMPLES["list"], vocabulary=VOCABULARY)
    assert "unit: Pa" in propose("acme/probe", SAMPLES["pairs"], vocabulary=VOCABULARY)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("form", "personal_fields: [PASSKEY]"),
        ("form", "phenomenon_time: {path: dateutc, zone: UTC}"),
        ("form", "path: windspeedmph, unit: mph"),
        ("form", "path: baromrelin, unit: inHg"),
        ("list below", "each: data.stations\n"),
        ("list below", "phenomenon_time: {path: at}"),
        ("lists in lists", "around: [{path: 'data[*].points', name: around}]\neach: data[].poi"),
        ("lists in lists", "place: {x: around.coordinates.longitude, y: around.coordinates.lat"),
        ("rows", "tables: [{path: data, columns: fields}]"),
        ("rows in a list", "thing: {path: around.station_no}"),
        ("pairs in a list", "pairs: {path: '[*].v', key: value_type, value: value}"),
        ("pairs deep down", "observed_property: relative-humidity, path: current.values.HUMIDITY"),
        ("named by a word", "unit: ug/m3, unit_path: parameter.units, when: [{path: parameter.n"),
        ("values in objects", "path: no2.value, unit: GQ, unit_path: no2.unitCode"),
        ("values in objects", "place: {geojson: location.value}"),
        ("decimal commas", "time_of_day: tijd, format: '%d-%m-%Y %H:%M:%S'"),
    ],
)
def test_proposal_sees_the_shape_of_a_sample(name: str, part: str) -> None:
    assert part in propose("acme/probe", SAMPLES[name], vocabulary=VOCABULARY)


def test_bare_number_becomes_a_text_with_one_name() -> None:
    assert "text: {pattern: '{value}'}" in propose("a/b", b"4.5\n", vocabulary=VOCABULARY)


def test_what_is_no_text_is_told_how_to_be_given() -> None:
    with pytest.raises(Misconfigured, match="--hex"):
        propose("acme/probe", b"\x0c\x01\x36\xff\xf6", vocabulary=VOCABULARY)
