"""Figures of quality as callers read them: of the last day, of hours and days, and the flags."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from schemas.vocabulary import Vocabulary

from .conftest import BASE, Get, as_city

pytestmark = pytest.mark.embedded

_HOURS = """
insert into quality_hour
select 1, hour, 4, 2, 1, 1, '{"range.high": 1, "rate.steep": 2}',
    array[delay_bucket(10), delay_bucket(100)], array[3, 1], array[delay_bucket(0.2)], array[4]
from generate_series(timestamptz '2025-12-31T00:00:00Z', '2026-01-01T22:00:00Z', '1 hour') as hour
where hour <> '2025-12-31T02:00:00Z'
"""
_DAY = """
insert into datastream_quality values
    ($1, $2, case when $2::float8 is not null then 'declared' end, '2026-01-01T00:00:00Z',
     '2026-01-02T00:00:00Z', 90, case when $2::float8 is not null then 96 end, 60, 9, 1,
     '{"rate.steep": 9, "range.high": 1}', 10, 100, 0.2, 0.4, '2026-01-02T00:15:00Z')
"""


@pytest_asyncio.fixture(name="figures")
async def _figures(owner: asyncpg.Connection, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Return a client of an installation whose quality was counted."""
    await owner.execute(_HOURS)
    for series, every in ((1, 900.0), (2, 900.0), (3, None)):
        await owner.execute(_DAY, series, every)
    return client


async def got(client: httpx.AsyncClient, query: str, **headers: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/quality?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_last_day_of_a_datastream_is_told_with_what_belongs_to_it(
    figures: httpx.AsyncClient,
) -> None:
    [found] = await got(figures, "datastream=1")
    age = found.pop("ageSeconds")

    assert age > 86_400
    assert found == {
        "datastream": 1, "city": "zonnedorp", "theme": "traffic", "thing": "teller-1",
        "observedProperty": "car-count", "unit": "1", "state": "silent",
        "newest": "2026-01-02T14:30:00Z", "everySeconds": 900, "everyFrom": "declared",
        "periodStart": "2026-01-01T00:00:00Z", "periodEnd": "2026-01-02T00:00:00Z",
        "observations": 90, "expected": 96, "completeness": 0.9375,
        "unflaggedShare": pytest.approx(60 / 90), "soundShare": pytest.approx(80 / 90),
        "warnings": 9, "errors": 1, "arrivalP50Seconds": 10, "arrivalP95Seconds": 100,
        "publicationP50Seconds": 0.2, "publicationP95Seconds": 0.4,
        "flags": {"rate.steep": 9, "range.high": 1},
    }  # fmt: skip


async def test_csv_says_the_same_by_suffix_and_by_accept(figures: httpx.AsyncClient) -> None:
    by_suffix = await figures.get("/quality.csv?datastream=1")
    by_accept = await figures.get("/quality?datastream=1", headers={"Accept": "text/csv"})
    [row] = csv.DictReader(io.StringIO(by_suffix.text))

    assert by_suffix.headers["content-type"].startswith("text/csv")
    assert (row["datastream"], row["state"], row["completeness"]) == ("1", "silent", "0.9375")
    assert by_accept.text.split(",")[:5] == by_suffix.text.split(",")[:5]
    assert (await figures.get("/quality.json?datastream=1")).json()[0]["datastream"] == 1


@pytest.mark.parametrize(
    ("minutes", "every", "state"),
    [(10, 900.0, "on-time"), (27, 900.0, "late"), (60, 900.0, "silent"), (60, None, "unknown")],
)
async def test_state_is_of_now(
    owner: asyncpg.Connection,
    client: httpx.AsyncClient,
    minutes: float,
    every: float | None,
    state: str,
) -> None:
    newest = datetime.now(UTC) - timedelta(minutes=minutes)
    await owner.execute(_DAY, 1, every)
    await owner.execute(
        "update latest set last_phenomenon_end = $1, published_at = now() where datastream_id = 1",
        newest,
    )

    [found] = await got(client, "datastream=1")

    assert found["state"] == state
    assert found["ageSeconds"] == pytest.approx(minutes * 60, abs=30)
    assert len(await got(client, f"datastream=1&state={state}")) == 1
    other = "late" if state != "late" else "silent"
    assert await got(client, f"datastream=1&state={other}") == []


async def test_clock_that_is_ahead_is_no_sign_of_life(
    owner: asyncpg.Connection, client: httpx.AsyncClient
) -> None:
    await owner.execute(_DAY, 1, 900.0)
    await owner.execute(
        "update latest set last_phenomenon_end = now() + interval '1 year',"
        " published_at = now() - interval '2 hours' where datastream_id = 1"
    )

    [found] = await got(client, "datastream=1")

    assert found["state"] == "silent"


async def test_hours_are_told_with_those_in_which_nothing_came(figures: httpx.AsyncClient) -> None:
    query = "datastream=1&period=hour&from=2025-12-31T00:10:00Z&to=2025-12-31T04:00:00Z"
    found = await got(figures, query)

    assert [one["periodStart"][11:13] for one in found] == ["00", "01", "02", "03"]
    assert [one["observations"] for one in found] == [4, 4, 0, 4]
    assert [one["completeness"] for one in found] == [1, 1, 0, 1]
    assert found[0]["arrivalP50Seconds"] == pytest.approx(10, rel=0.05)
    assert found[0]["arrivalP95Seconds"] == pytest.approx(100, rel=0.05)
    assert found[0]["flags"] == {"range.high": 1, "rate.steep": 2}
    assert (found[2]["soundShare"], found[2]["arrivalP50Seconds"]) == (None, None)


async def test_days_are_the_citys_own(figures: httpx.AsyncClient) -> None:
    query = "datastream=1&period=day&from=2025-12-31T12:00:00Z&to=2026-01-01T23:00:00Z"
    found = await got(figures, query)

    assert [one["periodStart"] for one in found] == [
        "2025-12-30T23:00:00Z", "2025-12-31T23:00:00Z",
    ]  # fmt: skip
    # The datastream begins at midnight in UTC: an hour of its first day was before it.
    assert [(one["observations"], one["expected"]) for one in found] == [(88, 92), (96, 96)]
    assert found[0]["arrivalP50Seconds"] == pytest.approx(10, rel=0.05)


@pytest.mark.parametrize(
    ("start", "hours"), [("2026-03-28T23:00:00Z", 23), ("2026-10-24T22:00:00Z", 25)]
)
async def test_clock_change_makes_no_hour_twice(
    figures: httpx.AsyncClient, start: str, hours: int
) -> None:
    end = (datetime.fromisoformat(start) + timedelta(hours=hours)).isoformat()
    query = f"datastream=1&from={start}&to={end.replace('+', '%2B')}"
    found = await got(figures, f"{query}&period=hour")
    days = await got(figures, f"{query}&period=day")

    assert len({one["periodStart"] for one in found}) == len(found) == hours
    assert [one["expected"] for one in days] == [4 * hours]


async def test_restricted_datastreams_need_the_key(figures: httpx.AsyncClient) -> None:
    everybody = await got(figures, "city=zonnedorp")
    city = await got(figures, "city=zonnedorp", **as_city("zonnedorp"))

    assert [one["datastream"] for one in everybody] == [1, 5]
    assert [one["datastream"] for one in city] == [1, 2, 5]
    assert (await figures.get("/quality?datastream=2")).status_code == 404


async def test_what_was_not_counted_yet_is_null(client: httpx.AsyncClient) -> None:
    [found] = await got(client, "datastream=1")

    assert (found["state"], found["observations"], found["flags"]) == ("unknown", None, None)


@pytest.mark.parametrize(
    "query",
    ["period=week&from=2026-01-01", "period=hour", "from=2026-01-01", "state=dead", "nope=1",
     "period=hour&from=2026-01-01&state=late", "datastream=x", "from=morgen&period=day",
     "period=hour&from=0001-01-01&city=zonnedorp"],
)  # fmt: skip
async def test_what_cannot_be_told_is_refused(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/quality?{query}")

    assert answer.status_code == 400
    assert len(answer.json()["detail"]) > 20


async def test_sensorthings_tells_the_figures_of_a_datastream(
    figures: httpx.AsyncClient, sta: Get
) -> None:
    known = (await sta("Datastreams(1)"))["properties"]["quality"]
    unknown = (await sta("Datastreams(5)"))["properties"]
    poor = await sta("Datastreams", filter="properties/quality/completeness lt 0.95")

    assert known["completeness"] == 0.9375
    assert known["soundShare"] == 0.8889
    assert (known["everySeconds"], known["everyFrom"]) == (900, "declared")
    assert "quality" not in unknown
    assert [one["@iot.id"] for one in poor["value"]] == [1]
    assert (await figures.get(known["figures"])).status_code == 200


async def test_every_flag_is_told_with_its_reason_and_parameters(
    client: httpx.AsyncClient,
) -> None:
    flags = (await client.get("/quality/flags")).json()
    steep = (await client.get("/quality/flags/rate.steep")).json()
    high = (await client.get("/quality/flags/range.high")).json()

    assert [one["code"] for one in flags] == list(Vocabulary.load().quality_flags)
    assert steep["@id"] == f"{BASE}/id/quality-flag/rate.steep"
    assert (steep["severity"], steep["version"]) == ("warning", 1)
    assert set(steep["reason"]) == {"nl", "en", "fr", "de"}
    assert steep["parameters"]["air-temperature"] == {"change": 10, "per_seconds": 900}
    assert high["parameters"]["air-temperature"] == {"low": -40, "high": 60}
    assert (await client.get("/quality/flags/nope")).status_code == 404
    assert (await client.get(f"/id/quality-flag/{high['code']}")).status_code == 200
