"""Times: formats, zones, and the hours at which clocks change."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.errors import ReadingRejected
from schemas.interpreter.phenomenon_time import Told, compile_clock
from schemas.language.profile_parts import Time, duration

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def told(raw: Any, city: str = "Europe/Brussels", **time: Any) -> Told:
    clock = compile_clock(Time(path="at", **time))
    return clock({"at": raw}, NOW, ZoneInfo(city))


@pytest.mark.parametrize(
    ("raw", "time", "expected"),
    [
        ("2026-07-01T12:00:00Z", {}, "2026-07-01T12:00:00"),
        ("2026-07-01 12:00:00.5+02:00", {}, "2026-07-01T10:00:00.500000"),
        ("2023-05-19T05:33:35.848446463Z", {}, "2023-05-19T05:33:35.848446"),
        ("2026-07-01T12:00:00", {"zone": "city"}, "2026-07-01T10:00:00"),
        ("2026-01-01T12:00:00", {"zone": "city"}, "2026-01-01T11:00:00"),
        ("2026-07-01T12:00:00", {"zone": "UTC"}, "2026-07-01T12:00:00"),
        ("2026-07-01T12:00:00Z", {"zone": "city"}, "2026-07-01T12:00:00"),
        (1782907200, {"format": "unix"}, "2026-07-01T12:00:00"),
        ("1782907200.25", {"format": "unix"}, "2026-07-01T12:00:00.250000"),
        (1782907200500, {"format": "unix-milliseconds"}, "2026-07-01T12:00:00.500000"),
        ("260701120000S", {"format": "dsmr", "zone": "city"}, "2026-07-01T10:00:00"),
        ("260101120000W", {"format": "dsmr", "zone": "city"}, "2026-01-01T11:00:00"),
        ("261025023000S", {"format": "dsmr", "zone": "city"}, "2026-10-25T00:30:00"),
        ("261025023000W", {"format": "dsmr", "zone": "city"}, "2026-10-25T01:30:00"),
        ("01/07/2026 12:00", {"format": "%d/%m/%Y %H:%M", "zone": "city"}, "2026-07-01T10:00:00"),
    ],
)
def test_time_is_read(raw: Any, time: dict[str, Any], expected: str) -> None:
    found = told(raw, **time)

    assert found.time == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert found.flags == ()


@pytest.mark.parametrize(
    ("raw", "time", "reason"),
    [
        ("2026-03-29T02:30:00", {"zone": "city"}, "time.nonexistent"),
        ("290326 0230", {"format": "%d%m%y %H%M", "zone": "city"}, "time.nonexistent"),
        ("2026-07-01T12:00:00", {}, "time.unreadable"),
        ("x" * 65, {}, "time.unreadable"),
        (float("1e300"), {"format": "unix"}, "time.unreadable"),
        (10**30, {"format": "unix"}, "time.unreadable"),
        (True, {"format": "unix"}, "time.unreadable"),
        ([1], {"format": "unix"}, "time.unreadable"),
        ("261332256199W", {"format": "dsmr", "zone": "city"}, "time.unreadable"),
        ("32/07/2026", {"format": "%d/%m/%Y", "zone": "city"}, "time.unreadable"),
        (None, {}, "time.missing"),
        ("", {}, "time.missing"),
    ],
)
def test_time_that_is_none_is_rejected_at_its_place(
    raw: Any, time: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ReadingRejected) as rejected:
        told(raw, **time)

    assert (rejected.value.reason, rejected.value.where) == (reason, "at")


def test_doubled_hour_is_taken_as_the_first_and_flagged() -> None:
    found = told("2026-10-25T02:30:00", zone="city")

    assert found.time == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert found.flags == ("time.ambiguous",)


def test_received_time_stands_in_flagged_where_the_profile_allows_it() -> None:
    assert told(None, otherwise="received") == Told(NOW, is_end=True, flags=("time.received",))


@pytest.mark.parametrize("time", [{"format": "rfc2822"}, {"zone": "Europe/Ghent"}, {"zone": ""}])
def test_unknown_format_or_zone_is_refused_at_load(time: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is no time"):
        told("2026-07-01T12:00:00Z", **time)


@pytest.mark.parametrize(
    ("text", "seconds"), [("PT15M", 900), ("PT1H", 3600), ("P1D", 86400), ("PT1H30S", 3630)]
)
def test_duration_is_read(text: str, seconds: int) -> None:
    assert duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "P", "PT", "PT0S", "1h", "P1M", "PT1.5H", "P999999999999D"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        duration(text)


def test_time_may_be_some_steps_from_the_one_that_is_written() -> None:
    def shifted(document: dict[str, Any], **time: Any) -> datetime:
        clock = compile_clock(Time(path="at", format="unix", otherwise="received", **time))
        return clock(document, NOW, ZoneInfo("UTC")).time

    later = {"later": {"path": "n", "times": "PT1H"}}
    earlier = {"earlier": {"path": "n", "times": "PT10M"}}

    assert shifted({"at": 0, "n": 3}, **later) == datetime(1970, 1, 1, 3, tzinfo=UTC)
    assert shifted({"at": 0}, **later) == datetime(1970, 1, 1, tzinfo=UTC)
    assert shifted({"n": 6}, **earlier) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    for wrong in ("3", 1e300, float("nan"), 10**400, [1], True):
        with pytest.raises(ReadingRejected, match=r"time\.unreadable"):
            shifted({"at": 0, "n": wrong}, **later)
    with pytest.raises(ReadingRejected, match="beyond all times"):
        shifted({"at": 0, "n": 300}, earlier={"path": "n", "times": "P9999D"})


def test_seconds_may_be_counted_from_another_day() -> None:
    since = {"format": "unix", "since": "2013-01-01T00:00:00Z"}

    assert told(3600, **since).time == datetime(2013, 1, 1, 1, tzinfo=UTC)
    assert told("3600.5", **since).time == datetime(2013, 1, 1, 1, 0, 0, 500_000, tzinfo=UTC)
    with pytest.raises(ValueError, match="needs an offset"):
        Time(path="at", format="unix", since=datetime(2013, 1, 1))  # noqa: DTZ001 - on purpose
    with pytest.raises(ValueError, match="is for the formats"):
        Time(path="at", since=datetime(2013, 1, 1, tzinfo=UTC))
