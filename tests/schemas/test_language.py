"""Words, doubts, places, times that are written twice, and datastreams under conditions."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.errors import Misconfigured, ReadingRejected
from schemas.interpreter.lambert import LAMBERT_72, lambert_72_to_wgs84, lambert_2008_to_wgs84
from schemas.interpreter.observe import Yield, observe
from schemas.interpreter.rejections import REJECTIONS_LIMIT
from tests.schemas.conftest import MakeProfile

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(profile: Any, document: Any) -> Yield:
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    zone = ZoneInfo("Europe/Brussels")
    return observe(profile, payload, thing="t", received_time=NOW, zone=zone)


def test_words_stand_for_values_and_unknown_ones_are_rejected(make_profile: MakeProfile) -> None:
    series = """\
        free:
          observed_property: free-parking-spaces
          path: s
          unit: "1"
          values: {free: 1, taken: 0, "1": 1, "true": 1}
        """
    profile = make_profile("", series)

    for word in ("free", 1, True):
        (one,) = read(profile, {"s": word}).observations
        assert (one.result, one.raw_result) == (1, word)
    assert read(profile, {"s": "taken"}).observations[0].result == 0
    assert read(profile, {"s": None}).empty == "no-values"
    unknowns: list[Any] = ["closed", 1.0, False, []]
    for unknown in unknowns:
        assert read(profile, {"s": unknown}).rejections[0].reason == "field.unknown-word"


def test_devices_own_doubts_become_flags(make_profile: MakeProfile) -> None:
    top = "flags: [{flag: device.fault, when: [{path: status, equals: 2}]}]"
    series = """\
        t:
          observed_property: air-temperature
          path: t
          unit: Cel
          flags: [{flag: device.estimated, when: [{path: est, equals: true}]}]
        h: {observed_property: relative-humidity, path: h, unit: "%"}
        """
    profile = make_profile(top, series)

    given = read(profile, {"t": 1, "h": 2, "status": 2, "est": True})

    assert [one.quality for one in given.observations] == [
        ("time.received", "device.fault", "device.estimated"),
        ("time.received", "device.fault"),
    ]
    assert read(profile, {"t": 1}).observations[0].quality == ("time.received",)
    with pytest.raises(Misconfigured, match=r"did you mean `device\.fault`"):
        make_profile(top.replace("device.fault", "device.faulty"), series)


@pytest.mark.parametrize(
    ("place", "document", "expected"),
    [
        ("{x: lon, y: lat}", {"lon": 3.7, "lat": "51.1"}, (3.7, 51.1)),
        ("{x: p.x, y: p.y}", {"p": None}, None),
        ("{x: lon, y: lat}", {"lon": 0, "lat": 0}, None),
        ("{geojson: g}", {"g": {"type": "Point", "coordinates": [3.7, 51.1, 9]}}, (3.7, 51.1)),
        ("{x: x, y: y, crs: 'EPSG:31370'}", {"x": 104330.935, "y": 193993.74}, (3.7174, 51.0543)),
        ("{x: x, y: y, crs: 'EPSG:3812'}", {"x": 648679.0180, "y": 671067.0556}, (4.35, 50.85)),
    ],
)  # fmt: skip
def test_place_is_told_in_wgs84(
    make_profile: MakeProfile, place: str, document: dict[str, Any], expected: Any
) -> None:
    given = read(make_profile(f"place: {place}"), {"t": 1, **document})

    assert given.rejections == ()
    found = [(one.thing, one.longitude, one.latitude) for one in given.places]
    assert found == ([("t", *map(pytest.approx, expected))] if expected else [])


@pytest.mark.parametrize(
    ("place", "document"),
    [
        ("{x: lon, y: lat}", {"lon": 51.1, "lat": 91}),
        ("{x: lon, y: lat}", {"lon": 1e300, "lat": 1}),
        ("{geojson: g}", {"g": {"type": "LineString", "coordinates": [[1, 2]]}}),
        ("{geojson: g}", {"g": [1, "2"]}),
    ],
)
def test_impossible_place_is_rejected_beside_the_value(
    make_profile: MakeProfile, place: str, document: dict[str, Any]
) -> None:
    given = read(make_profile(f"place: {place}"), {"t": 1, **document})

    assert [one.result for one in given.observations] == [1]
    assert [one.reason for one in given.rejections] == ["field.place"]
    assert given.places == ()


def test_lambert_agrees_with_the_published_test_points() -> None:
    """IOGP Guidance Note 7-2 gives the projection's point; PROJ gave the others (Helmert)."""
    longitude, latitude = LAMBERT_72.geographic(251763.20, 153034.13)

    assert longitude * 57.29577951308232 == pytest.approx(5.8073703, abs=1e-6)
    assert latitude * 57.29577951308232 == pytest.approx(50.6795725, abs=1e-6)
    assert lambert_72_to_wgs84(229914.7465, 154990.3729) == pytest.approx((5.5, 50.7), abs=1e-7)
    assert lambert_2008_to_wgs84(569721.6265, 711726.3662) == pytest.approx(
        (3.22, 51.21), abs=1e-7
    )


AGREE = """\
phenomenon_time:
  path: at
  must_agree: {path: day, time_of_day: clock, format: "%d/%m/%Y %H:%M", zone: Europe/Brussels}
"""


_UNTIL = """\
interval: PT15M
phenomenon_time: {path: a, zone: city, until: {path: b, zone: city}}
"""


@pytest.mark.parametrize(
    ("begin", "end", "reasons"),
    [
        ("2026-02-03T08:00", "2026-02-03T08:15", []),
        ("2026-02-03T08:00", "2026-02-04T08:00", ["time.interval"]),
        ("2026-02-03T08:15", "2026-02-03T08:00", ["time.interval"]),
        ("2026-02-03T08:00", None, ["time.missing"]),
        ("2026-03-29T01:45", "2026-03-29T03:00", []),  # the clocks go forward over an hour
        ("2026-10-25T02:45", "2026-10-25T02:00", []),  # and back: nobody can tell which hour
    ],
)
def test_end_of_an_interval_tells_its_length(
    make_profile: MakeProfile, begin: str, end: str | None, reasons: list[str]
) -> None:
    profile, found = make_profile(_UNTIL), []

    try:
        given = read(profile, {"a": begin, "b": end, "t": 4})
        found = [one.reason for one in given.rejections]
    except ReadingRejected as rejected:
        found = [rejected.reason]

    assert found == reasons


@pytest.mark.parametrize(
    ("at", "day", "clock", "reason"),
    [
        ("2026-02-03T08:30:00+01:00", "03/02/2026", "08:30", ""),
        ("2026-10-25T02:30:00+02:00", "25/10/2026", "02:30", ""),
        ("2026-10-25T02:30:00+01:00", "25/10/2026", "02:30", ""),
        ("2026-03-29T03:30:00+02:00", "29/03/2026", "02:30", "time.nonexistent"),
        ("2026-02-03T08:30:00+00:00", "03/02/2026", "08:30", "time.contradictory"),
        ("2026-02-03T08:30:00+01:00", "03/02/2026", None, "time.missing"),
    ],
)
def test_time_that_is_written_twice_must_agree(
    make_profile: MakeProfile, at: str, day: str, clock: str | None, reason: str
) -> None:
    profile, document = make_profile(AGREE), {"t": 1, "at": at, "day": day, "clock": clock}

    if not reason:
        (one,) = read(profile, document).observations
        assert one.phenomenon_start == datetime.fromisoformat(at)
        return
    with pytest.raises(ReadingRejected) as rejected:
        read(profile, document)
    assert rejected.value.reason == reason


def test_interval_of_the_payload_must_be_the_profiles(make_profile: MakeProfile) -> None:
    profile = make_profile("phenomenon_time: {path: at, format: iso8601-interval}\ninterval: PT1H")
    hour = {"t": 1, "at": "2026-02-03T07:00:00Z/2026-02-03T08:00:00Z"}

    assert read(profile, hour).observations[0].phenomenon_end == datetime(
        2026, 2, 3, 8, tzinfo=UTC
    )
    with pytest.raises(ReadingRejected, match=r"time\.interval"):
        read(profile, {"t": 1, "at": "2026-02-03T07:00:00Z/2026-02-03T07:15:00Z"})
    with pytest.raises(ReadingRejected, match=r"time\.unreadable"):
        read(profile, {"t": 1, "at": "2026-02-03T08:00:00Z/2026-02-03T07:00:00Z"})


def test_datastream_is_there_when_its_conditions_hold(make_profile: MakeProfile) -> None:
    series = """\
        cars: {observed_property: car-count, path: n, unit: "1", when: [{path: k, equals: car}]}
        bikes: {observed_property: bicycle-count, path: n, unit: "1", when: [{path: k, equals: b}]}
        """
    given = read(make_profile("", series), {"n": 4, "k": "b"})

    assert [(one.datastream, one.result) for one in given.observations] == [("bikes", 4)]


def test_items_without_a_time_of_their_own_take_the_lists(make_profile: MakeProfile) -> None:
    profile = make_profile("each: rows\nphenomenon_time: {path: at}")
    rows = [{"t": 1}, {"t": 2, "at": "2026-02-03T08:00:00Z"}]

    given = read(profile, {"at": "2026-02-03T07:00:00Z", "rows": rows})

    assert [one.phenomenon_start.hour for one in given.observations] == [7, 8]


def test_decimal_comma_takes_no_point(make_profile: MakeProfile) -> None:
    series = "t: {observed_property: air-temperature, path: t, unit: Cel}"
    profile = make_profile("decode: text\ntext: {separator: ';'}\ndecimal: ','", series)

    assert read(profile, b"t=21,5").observations[0].result == 21.5
    assert read(profile, b"t=1.234").rejections[0].reason == "field.not-a-number"


def test_rejections_of_a_long_list_are_bounded(make_profile: MakeProfile) -> None:
    given = read(make_profile("each: rows"), {"rows": [{"t": "x"}] * 5000})

    assert len(given.rejections) == REJECTIONS_LIMIT
    assert "4900 more" in given.rejections[-1].detail
