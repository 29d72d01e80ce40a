"""What payloads become."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.errors import ReadingRejected
from schemas.interpreter.compiled_profile import CompiledProfile
from schemas.interpreter.observe import Yield, observe
from schemas.library import Library
from tests.schemas.conftest import MakeProfile

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
HOUR = {
    "segment_id": 9000001234,
    "date": "2026-03-01T10:00:00.000Z",
    "interval": "hourly",
    "uptime": 0.5,
    "car": 12,
    "bike": None,
}


def read(profile: CompiledProfile, document: Any, *, thing: str | None = "t") -> Yield:
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    return observe(profile, payload, thing=thing, received_time=NOW, zone=BRUSSELS)


def rejection(profile: CompiledProfile, document: Any, *, thing: str | None = "t") -> str:
    with pytest.raises(ReadingRejected) as rejected:
        read(profile, document, thing=thing)
    return rejected.value.reason


def results(given: Yield) -> dict[str, Any]:
    return {one.datastream: one.result for one in given.observations}


def test_missing_and_null_fields_are_no_observations(library: Library) -> None:
    given = read(library.profile("telraam/v2"), HOUR)

    assert results(given) == {"car": 12}
    assert given.rejections == ()


def test_observation_says_what_it_is_of(library: Library) -> None:
    (car,) = read(library.profile("telraam/v2"), HOUR, thing="kerkstraat").observations

    assert (car.thing, car.profile, car.profile_version) == ("kerkstraat", "telraam/v2", 1)
    assert car.phenomenon_start == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert car.phenomenon_end == car.result_time == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert car.raw_result is None


@pytest.mark.parametrize(("uptime", "empty"), [(0, "nothing-valid"), (None, "nothing-valid")])
def test_hour_without_uptime_counts_nothing(library: Library, uptime: Any, empty: str) -> None:
    assert read(library.profile("telraam/v2"), {**HOUR, "uptime": uptime}) == Yield(empty=empty)


def test_only_nulls_are_nothing_to_observe(library: Library) -> None:
    assert read(library.profile("telraam/v2"), {**HOUR, "car": None}).empty == "no-values"


def test_wrong_field_leaves_the_others(library: Library) -> None:
    given = read(library.profile("telraam/v2"), {**HOUR, "car": "12", "heavy": True, "v85": 30.5})

    assert results(given) == {"v85": 30.5}
    assert [(one.reason, one.where) for one in given.rejections] == [
        ("field.wrong-type", "car"),
        ("field.wrong-type", "heavy"),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uptime": "much"}, "field.wrong-type"),
        ({"interval": "quarterly"}, "payload.unexpected"),
        ({"date": None}, "time.missing"),
        ({"date": "yesterday"}, "time.unreadable"),
        ({"date": "2026-03-01T10:00:00"}, "time.unreadable"),
        ({"date": 20260301}, "time.unreadable"),
        ({"date": "9999-12-31T23:59:59Z"}, "time.unreadable"),
        ({"date": "0001-01-01T00:00:00+05:00"}, "time.unreadable"),
    ],
)
def test_payload_that_cannot_be_used_is_rejected(
    library: Library, change: dict[str, Any], reason: str
) -> None:
    assert rejection(library.profile("telraam/v2"), {**HOUR, **change}) == reason


@pytest.mark.parametrize("payload", [b"[]", b"1", b'"x"', b"null", b"[{}]"])
def test_document_of_another_shape_gives_nothing(library: Library, payload: bytes) -> None:
    for profile in library:
        with suppress(ReadingRejected):
            assert not read(profile, payload).observations


def test_payload_without_any_known_field_is_rejected(make_profile: MakeProfile) -> None:
    assert rejection(make_profile(), {"humidity": 3}) == "payload.no-known-field"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("12,5", "field.not-a-number"),
        ("nan", "field.not-a-number"),
        ("1_000", "field.not-a-number"),
        ("0x10", "field.not-a-number"),
        ("\u0661\u0662", "field.not-a-number"),
        ("1e400", "field.out-of-bounds"),
        ([1], "field.wrong-type"),
        (True, "field.wrong-type"),
        (10**300, "field.out-of-bounds"),
        (2**53 + 2, "field.out-of-bounds"),
    ],
)
def test_text_that_is_no_number_is_rejected(
    make_profile: MakeProfile, raw: Any, reason: str
) -> None:
    series = "t: {observed_property: co2, path: t, unit: ppm, value: number-in-text}"

    given = read(make_profile("", series), {"t": raw})

    assert given.observations == ()
    assert [one.reason for one in given.rejections] == [reason]


@pytest.mark.parametrize("raw", [252, 252.0, "252", "NaN", "", "  ", None])
def test_value_that_stands_for_none_is_no_observation(make_profile: MakeProfile, raw: Any) -> None:
    series = """\
        speed:
          {observed_property: mean-speed, path: v, unit: km/h, value: number-in-text,
           missing: [252, NaN]}
        """

    assert read(make_profile("", series), {"v": raw}) == Yield(empty="no-values")


def test_scale_offset_and_unit_are_applied_in_this_order(make_profile: MakeProfile) -> None:
    series = (
        "t: {observed_property: air-temperature, path: t, unit: '[degF]', scale: 0.1, offset: 32}"
    )

    (one,) = read(make_profile("", series), {"t": 180}).observations

    assert one.result == pytest.approx(10.0)
    assert one.raw_result == 180


def test_another_unit_than_the_profile_has_rejects_the_value(make_profile: MakeProfile) -> None:
    series = "t: {observed_property: air-temperature, path: t, unit: Cel, unit_path: u}"
    profile = make_profile("", series)

    assert results(read(profile, {"t": 1, "u": "°C"})) == {"t": 1}
    assert results(read(profile, {"t": 1})) == {"t": 1}
    assert [one.reason for one in read(profile, {"t": 1, "u": "F"}).rejections] == ["field.unit"]


def test_first_alternative_that_has_a_value_counts(make_profile: MakeProfile) -> None:
    profile = make_profile("", "t: {observed_property: co2, path: [a, b], unit: ppm}")

    assert results(read(profile, {"a": 1, "b": 2})) == {"t": 1}
    assert results(read(profile, {"a": None, "b": 2})) == {"t": 2}
    assert read(profile, {"a": None}).empty == "no-values"


def test_value_counts_only_under_its_own_condition(make_profile: MakeProfile) -> None:
    series = """\
        t:
          observed_property: co2
          path: t
          unit: ppm
          valid_when: [{path: state, one_of: [ok, 1]}]
        """
    profile = make_profile("", series)

    assert results(read(profile, {"t": 1, "state": "ok"})) == {"t": 1}
    assert read(profile, {"t": 1, "state": "warming"}).empty == "nothing-valid"
    assert read(profile, {"t": 1, "state": True}).empty == "nothing-valid"


def test_truth_values_and_texts_are_results_too(make_profile: MakeProfile) -> None:
    series = """\
        a: {observed_property: visitor-count, path: a, unit: "1", value: boolean}
        b: {observed_property: visitor-count, path: b, unit: "1", value: text}
        """
    profile = make_profile("", series)

    assert results(read(profile, {"a": False, "b": "open"})) == {"a": False, "b": "open"}
    assert [one.where for one in read(profile, {"a": 1, "b": 2}).rejections] == ["a", "b"]


def test_items_of_a_list_are_read_one_by_one(make_profile: MakeProfile) -> None:
    profile = make_profile("each: rows\nthing: {path: [id, site]}")
    rows = [{"id": "A 1", "t": 1}, {"t": 2}, {"id": [], "t": 3}, 4, {"t": "x"}]

    given = read(profile, {"site": "Square", "rows": rows}, thing=None)

    assert [(one.thing, one.result) for one in given.observations] == [("a-1", 1), ("square", 2)]
    assert [(one.reason, one.where) for one in given.rejections] == [
        ("thing.invalid", "rows[2]"),
        ("payload.unexpected", "rows[3]"),
        ("field.wrong-type", "rows[4].t"),
    ]


def test_interval_without_a_time_of_its_own_ends_when_received(make_profile: MakeProfile) -> None:
    (one,) = read(make_profile("interval: PT15M"), {"t": 1}).observations

    assert (one.phenomenon_start, one.phenomenon_end) == (
        datetime(2026, 3, 1, 11, 45, tzinfo=UTC),
        NOW,
    )
    assert one.quality == ("time.received",)


def test_datastreams_may_have_intervals_of_their_own(make_profile: MakeProfile) -> None:
    series = """\
        quarter: {observed_property: visitor-count, path: q, unit: "1", interval: PT15M}
        now: {observed_property: visitor-count, path: n, unit: "1"}
        """
    profile = make_profile("phenomenon_time: {path: at, marks: end}", series)

    quarter, now = read(profile, {"q": 1, "n": 2, "at": "2026-03-01T10:00:00Z"}).observations

    assert quarter.phenomenon_start == datetime(2026, 3, 1, 9, 45, tzinfo=UTC)
    assert quarter.phenomenon_end == now.phenomenon_start == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert now.phenomenon_end is None


def test_result_time_is_kept_apart(make_profile: MakeProfile) -> None:
    top = "phenomenon_time: {path: at}\nresult_time: {path: known}"

    (one,) = read(
        make_profile(top), {"t": 1, "at": "2026-03-01T10:00:00Z", "known": "2026-03-01T10:07:00Z"}
    ).observations

    assert one.result_time == datetime(2026, 3, 1, 10, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("KWH - 32310067", "kwh-32310067"),
        ("eui-1000000000000001", "eui-1000000000000001"),
        ("Café_3", "caf-3"),
        (12041741, "12041741"),
        ("../../etc", "etc"),
        ("city/gent/x", "city-gent-x"),
    ],
)
def test_name_of_a_thing_is_made_fit(make_profile: MakeProfile, raw: Any, name: str) -> None:
    (one,) = read(make_profile("thing: {path: id}"), {"t": 1, "id": raw}).observations

    assert one.thing == name


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "thing.invalid"),
        ("***", "thing.invalid"),
        ("x" * 65, "thing.invalid"),
        ({}, "thing.invalid"),
        (True, "thing.invalid"),
        (None, "thing.missing"),
    ],
)
def test_thing_without_a_name_is_rejected(
    make_profile: MakeProfile, raw: Any, reason: str
) -> None:
    assert rejection(make_profile("thing: {path: id}"), {"t": 1, "id": raw}, thing=None) == reason


def test_topic_names_the_thing_where_the_profile_prefers_it(library: Library) -> None:
    profile = library.profile("telraam/v2")

    assert read(profile, HOUR, thing="kerkstraat").observations[0].thing == "kerkstraat"
    assert read(profile, HOUR, thing=None).observations[0].thing == "segment-9000001234"


def test_same_pair_twice_is_read_and_different_ones_are_rejected(library: Library) -> None:
    profile = library.profile("sensor-community/airrohr")
    pairs = [{"value_type": "P1", "value": "1"}, {"value_type": "P1", "value": "1"}, 7]

    assert results(read(profile, {"sensordatavalues": pairs})) == {"pm10": 1}
    pairs.append({"value_type": "P1", "value": "2"})
    assert rejection(profile, {"sensordatavalues": pairs}) == "field.duplicate"


@pytest.mark.parametrize(
    ("told", "start", "end"),
    [
        ({"s": 600}, NOW - timedelta(minutes=10), NOW),
        ({"s": None}, NOW - timedelta(hours=1), NOW),
        ({}, NOW - timedelta(hours=1), NOW),
    ],
)
def test_payload_may_tell_how_long_its_interval_is(
    make_profile: MakeProfile, told: dict[str, Any], start: datetime, end: datetime
) -> None:
    series = "{observed_property: precipitation, path: t, unit: mm, interval_path: s}"
    profile = make_profile("interval: PT1H", f"rain: {series}")

    (one,) = read(profile, {"t": 1, **told}).observations

    assert (one.phenomenon_start, one.phenomenon_end) == (start, end)


@pytest.mark.parametrize("seconds", [0, -1, "600", True, 10**9])
def test_length_that_is_none_rejects_the_value(make_profile: MakeProfile, seconds: Any) -> None:
    series = "{observed_property: precipitation, path: t, unit: mm, interval_path: s}"

    given = read(make_profile("", f"rain: {series}"), {"t": 1, "s": seconds})

    assert [(one.reason, one.where) for one in given.rejections] == [("field.out-of-bounds", "s")]
