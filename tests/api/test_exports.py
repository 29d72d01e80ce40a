"""History in bulk: what is in it, in which order, in constant memory."""

import asyncio
import csv
import io
import json
import tracemalloc

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from api.datastreams import Facts
from api.exports.formats import CSV, JSON, LINES, OBSERVATION, Row
from api.settings import ApiSettings

from .conftest import add_many, served

FACTS = Facts(
    datastream_id=1, city="a", theme="t", thing_id=1, thing="x", observed_property="p", unit="1",
    interval_seconds=0, open=True, licence="", longitude=None, latitude=None,
)  # fmt: skip


async def rows(client: httpx.AsyncClient, query: str) -> list[dict[str, str]]:
    answer = await client.get(f"/observations.csv?{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.embedded
async def test_csv_has_a_header_and_every_observation_in_order(client: httpx.AsyncClient) -> None:
    found = await rows(client, "datastream=3&datastream=1")

    assert [row["datastream"] for row in found] == ["1"] * 250 + ["3"] * 29
    assert found[0] == {
        "datastream": "1", "city": "zonnedorp", "theme": "traffic", "thing": "teller-1",
        "observedProperty": "car-count", "unit": "1", "phenomenonStart": "2025-12-31T00:00:00Z",
        "phenomenonEnd": "2025-12-31T00:15:00Z", "resultTime": "2025-12-31T00:15:00Z",
        "result": "0.0", "quality": "", "sequence": "1", "publishedTime": "2025-12-31T00:16:00Z",
        "rawResult": "",
    }  # fmt: skip
    times = [row["phenomenonStart"] for row in found[:250]]
    assert times == sorted(times)


@pytest.mark.embedded
async def test_json_and_lines_say_the_same_as_csv(client: httpx.AsyncClient) -> None:
    array = (await client.get("/observations.json?city=zonnedorp,maanstad")).json()
    lines = await client.get(
        "/observations.json?city=zonnedorp,maanstad", headers={"Accept": "application/x-ndjson"}
    )

    assert [json.loads(line) for line in lines.text.splitlines()] == array
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert len(await rows(client, "city=zonnedorp,maanstad")) == len(array) == 282
    assert [one["result"] for one in array[-3:]] == [True, "=SOM(A1)", {"a": {"b": 2}, "t": "x"}]


@pytest.mark.embedded
async def test_an_empty_export_is_a_header_or_an_empty_array(client: httpx.AsyncClient) -> None:
    query = "datastream=1&from=2030-01-01"

    assert await rows(client, query) == []
    assert (await client.get(f"/observations.json?{query}")).json() == []


@pytest.mark.embedded
async def test_a_period_includes_its_begin_and_not_its_end(client: httpx.AsyncClient) -> None:
    found = await rows(client, "datastream=1&from=2026-01-01&to=2026-01-01T01:00:00%2B00:00")

    assert [row["phenomenonStart"][11:16] for row in found] == ["00:00", "00:15", "00:30", "00:45"]


@pytest.mark.embedded
async def test_quality_leaves_out_what_is_flagged(client: httpx.AsyncClient) -> None:
    counts = {
        quality: len(await rows(client, f"datastream=3&quality={quality}"))
        for quality in (
            *("all", "good", "error", "warning", "info", "time.received"),
            *("range.high,time.received", "error,warning,info"),
        )
    }

    assert counts == {
        "all": 29, "good": 23, "error": 23, "warning": 29, "info": 25, "time.received": 25,
        "range.high,time.received": 19, "error,warning,info": 19,
    }  # fmt: skip


@pytest.mark.embedded
async def test_flag_chooses_what_is_flagged_with_its_raw_value(client: httpx.AsyncClient) -> None:
    found = await rows(client, "datastream=3&flag=range.high")
    severe = await rows(client, "datastream=3&flag=error,info")

    assert {row["quality"] for row in found} == {"range.high"}
    assert [row["rawResult"] for row in found] == ["x5", "x10", "x15", "x20", "x25", "x30"]
    assert len(severe) == 29 - 19
    assert await rows(client, "datastream=3&flag=error&quality=good") == []
    before = await rows(client, "datastream=3&flag=error&asOf=2026-01-01T00:12:00Z")
    assert [row["rawResult"] for row in before] == ["x5", "x10"]


@pytest.mark.embedded
async def test_as_of_is_before_later_corrections_and_withdrawals(
    client: httpx.AsyncClient,
) -> None:
    async def state(time: str) -> list[str]:
        found = await rows(client, f"datastream=3&to=2026-01-01T00:05:00Z&asOf={time}")
        return [row["result"] for row in found]

    assert await state("2026-01-01T00:02:30Z") == ["1.5", "3.0"]
    assert await state("2026-01-15") == ["1.5", "3.0", "4.5", "6.0"]
    assert await state("2026-02-15") == ["1.5", "99.0", "4.5", "6.0"]
    assert await state("2026-03-15") == ["1.5", "99.0", "6.0"]


@pytest.mark.embedded
async def test_aggregates_are_read_as_they_were_summed(client: httpx.AsyncClient) -> None:
    found = await rows(client, "datastream=1&aggregate=hour&from=2025-12-31T02:00:00Z")

    assert [row["bucketStart"][11:13] for row in found] == ["02", "03", "04", "05"]
    assert (found[0]["count"], found[0]["mean"], found[0]["last"]) == ("4", "2.5", "4.0")


@pytest.mark.embedded
async def test_the_answer_names_a_file_and_the_licence(client: httpx.AsyncClient) -> None:
    answer = await client.get("/observations.csv?city=zonnedorp&theme=traffic")

    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="stadspuls-zonnedorp-traffic.csv"'
    )
    assert 'modellicentie-gratis-hergebruik/v1.0>; rel="license"' in answer.headers["link"]
    assert '</quality/flags>; rel="describedby"' in answer.headers["link"]


@pytest.mark.embedded
@pytest.mark.parametrize(
    "query",
    ["", "from=2026-01-01", "datastream=x", "datastream=1&from=x", "datastream=1&from=1&from=2",
     "datastream=1&aggregate=week", "datastream=1&aggregate=day&quality=good", "nope=1",
     "datastream=1&quality=nope", "datastream=1&flag=good",
     "datastream=1&aggregate=day&flag=info"],
)  # fmt: skip
async def test_what_cannot_be_exported_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/observations.csv?{query}")).status_code == 400


@pytest.mark.embedded
async def test_a_name_of_a_city_cannot_break_the_header(client: httpx.AsyncClient) -> None:
    answer = await client.get("/observations.csv?city=%22%0d%0aX-Evil: 1%e2%82%ac")

    assert "x-evil" not in answer.headers
    assert "\r" not in answer.headers["content-disposition"]


@pytest_asyncio.fixture(name="many")
async def _many(owner: asyncpg.Connection) -> int:
    """Give datastream 5 so many observations more."""
    number = 100_000
    await add_many(owner, number)
    return number


@pytest.mark.embedded
async def test_a_large_export_streams_in_constant_memory(settings: ApiSettings, many: int) -> None:
    async with served(settings) as address, httpx.AsyncClient(base_url=address) as http:
        lines = 0
        tracemalloc.start()
        async with http.stream("GET", "/observations.csv?datastream=5") as answer:
            async for piece in answer.aiter_bytes():
                lines += piece.count(b"\n")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert lines == many + 3 + 1
    assert peak < 5_000_000  # the whole is 11 MB of CSV, and much more as rows


@pytest.mark.embedded
async def test_a_caller_who_leaves_frees_the_export(settings: ApiSettings, many: int) -> None:
    one = settings.limits.model_copy(update={"exports": 1})
    async with served(settings.model_copy(update={"limits": one})) as address:
        async with (
            httpx.AsyncClient(base_url=address) as http,
            http.stream("GET", "/observations.csv?datastream=5") as answer,
        ):
            assert len(await anext(answer.aiter_bytes())) < many
            async with httpx.AsyncClient(base_url=address) as other:
                assert (await other.get("/observations.csv?datastream=1")).status_code == 503
        async with httpx.AsyncClient(base_url=address) as http, asyncio.timeout(90):
            answer = await http.get("/observations.csv?datastream=1")
            while answer.status_code == 503:
                answer = await http.get("/observations.csv?datastream=1")


@given(st.text(max_size=20))
def test_csv_gives_back_any_text_and_computes_none(text: str) -> None:
    document = msgspec.Raw(msgspec.json.encode(text.replace("\x00", "")))
    row: Row = (None, None, None, document, [], 1, None, document)

    [line] = CSV.rows([(FACTS, row)], OBSERVATION)
    [cells] = csv.reader(io.StringIO(line.decode(), newline=""))

    assert not cells[9].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cells[9].removeprefix("'") == text.replace("\x00", "").removeprefix("'") or (
        cells[9] == "'" + text.replace("\x00", "")
    )


def test_numbers_are_no_formulas() -> None:
    [line] = CSV.rows([(FACTS, (None, None, None, -1.5, [], 1, None, None))], OBSERVATION)

    assert line == b"1,a,t,x,p,1,,,,-1.5,,1,,\r\n"


def test_formats_differ_in_what_stands_between() -> None:
    assert (JSON.beginning(OBSERVATION), JSON.separator, JSON.end) == (b"[", b",\n", b"]\n")
    assert (LINES.beginning(OBSERVATION), LINES.separator, LINES.end) == (b"", b"", b"")
