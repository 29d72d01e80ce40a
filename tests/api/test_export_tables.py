"""History in bulk as Parquet, Arrow and GeoJSON: the same as JSON, in constant memory."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import duckdb
import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio

from api.datastreams import Facts
from api.exports.files import TableFile, TextFile
from api.exports.formats import GEOJSON, JSON, OBSERVATION, Row
from api.exports.tables import ARROW, PARQUET, Table
from api.settings import ApiSettings

from .conftest import add_many, served

ALL = "city=zonnedorp,maanstad"


async def array(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/observations.json?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def parquet(client: httpx.AsyncClient, query: str) -> pa.Table:
    answer = await client.get(f"/observations.parquet?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    return pq.read_table(pa.BufferReader(answer.content))


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a table as it stands in the JSON export."""
    text = row.pop("resultText")
    place = (row.pop("longitude"), row.pop("latitude"))
    assert place == (None, None) or all(isinstance(one, float) for one in place)
    if row["result"] is None and text is not None:
        row["result"] = text if text.startswith("=") else json.loads(text)
    times = ("phenomenonStart", "phenomenonEnd", "resultTime", "publishedTime")
    said = {name: row[name] and row[name].isoformat().replace("+00:00", "Z") for name in times}
    return row | said


@pytest.mark.embedded
async def test_parquet_and_arrow_say_the_same_as_json(client: httpx.AsyncClient) -> None:
    expected = await array(client, ALL)
    table = await parquet(client, ALL)
    file = await client.get(f"/observations.arrow?{ALL}")
    stream = await client.get(
        f"/observations.arrow?{ALL}", headers={"Accept": "application/vnd.apache.arrow.stream"}
    )

    assert [as_json(row) for row in table.to_pylist()] == expected
    assert pa.ipc.open_file(file.content).read_all().equals(table)
    assert pa.ipc.open_stream(stream.content).read_all().equals(table)
    assert file.headers["content-type"] == "application/vnd.apache.arrow.file"
    assert stream.headers["content-type"] == "application/vnd.apache.arrow.stream"
    assert (
        'filename="stadspuls-zonnedorp-maanstad.arrows"' in stream.headers["content-disposition"]
    )


@pytest.mark.embedded
async def test_a_result_that_is_no_number_stands_in_a_column_of_texts(
    client: httpx.AsyncClient,
) -> None:
    last = (await parquet(client, ALL)).to_pylist()[-3:]

    assert [row["result"] for row in last] == [None] * 3
    assert [row["resultText"] for row in last] == ["true", "=SOM(A1)", '{"a": {"b": 2}, "t": "x"}']


@pytest.mark.embedded
async def test_duckdb_reads_parquet_with_types_and_flags(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    file = tmp_path / "observations.parquet"
    file.write_bytes((await client.get("/observations.parquet?datastream=1,3")).content)

    relation = duckdb.sql(
        "select datastream, thing, count(*), max(result), min(phenomenonStart) at time zone 'UTC',"
        f" count(*) filter (list_contains(quality, 'range.high')) from '{file}' group by all"
        " order by all"
    )
    assert relation
    found = relation.fetchall()

    assert [(row[0], row[1], row[2], row[5]) for row in found] == [
        (1, "teller-1", 250, 0), (3, found[1][1], 29, 6),
    ]  # fmt: skip
    assert found[0][4].isoformat() == "2025-12-31T00:00:00"


@pytest.mark.embedded
async def test_geojson_has_a_feature_at_the_place_of_each_thing(client: httpx.AsyncClient) -> None:
    expected = await array(client, ALL)
    answer = await client.get(f"/observations.geojson?{ALL}")
    collection = answer.json()
    table = await parquet(client, ALL)

    assert answer.headers["content-type"] == "application/geo+json"
    assert collection["type"] == "FeatureCollection"
    assert [one["properties"] for one in collection["features"]] == expected
    assert {one["type"] for one in collection["features"]} == {"Feature"}
    places = zip(table["longitude"].to_pylist(), table["latitude"].to_pylist(), strict=True)
    assert [one["geometry"] for one in collection["features"]] == [
        None if x is None else {"type": "Point", "coordinates": [x, y]} for x, y in places
    ]
    assert any(one["geometry"] for one in collection["features"])


@pytest.mark.embedded
async def test_sums_flags_and_states_of_the_past_are_chosen_as_in_json(
    client: httpx.AsyncClient,
) -> None:
    hours = "datastream=1&aggregate=hour&from=2025-12-31T02:00:00Z"
    table = await parquet(client, hours)

    assert table["count"].to_pylist() == [one["count"] for one in await array(client, hours)]
    assert table["mean"].to_pylist()[0] == 2.5
    for query in ("datastream=3&flag=range.high", "datastream=3&asOf=2026-01-15T00:00:00Z"):
        found = [as_json(row) for row in (await parquet(client, query)).to_pylist()]
        assert found == await array(client, query)


@pytest.mark.embedded
async def test_nothing_is_a_file_without_rows(client: httpx.AsyncClient) -> None:
    nothing = "datastream=1&from=2030-01-01"
    arrow = await client.get(f"/observations.arrow?{nothing}")
    geojson = await client.get(f"/observations.geojson?{nothing}")
    table = await parquet(client, nothing)

    assert (table.num_rows, table.column_names[0]) == (0, "datastream")
    assert pa.ipc.open_file(arrow.content).read_all().num_rows == 0
    assert geojson.json() == {"type": "FeatureCollection", "features": []}
    assert (await parquet(client, "city=nergens")).num_rows == 0


@pytest.mark.embedded
async def test_a_file_names_its_licence(client: httpx.AsyncClient) -> None:
    table = await parquet(client, "city=zonnedorp&theme=traffic")

    assert b"modellicentie-gratis-hergebruik/v1.0" in table.schema.metadata[b"licence"]


@pytest.mark.embedded
async def test_what_cannot_be_exported_is_refused_in_every_form(client: httpx.AsyncClient) -> None:
    for ending in ("parquet", "arrow", "geojson"):
        answer = await client.get(f"/observations.{ending}?datastream=1&quality=nope")
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await client.get(f"/observations.{ending}?datastream=2")).status_code == 404


@pytest_asyncio.fixture(name="many")
async def _many(owner: asyncpg.Connection) -> int:
    """Give datastream 5 so many observations more, over several groups of rows."""
    number = 150_000
    await add_many(owner, number)
    return number


@pytest.mark.embedded
async def test_a_large_file_comes_in_groups(settings: ApiSettings, many: int) -> None:
    async with served(settings) as address, httpx.AsyncClient(base_url=address) as http:
        answer = await http.get("/observations.parquet?datastream=5", timeout=120)
        arrow = await http.get("/observations.arrow?datastream=5", timeout=120)
    file = pq.ParquetFile(pa.BufferReader(answer.content))
    results = file.read()["result"].to_pylist()

    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [
        66_000, 66_000, many + 3 - 132_000,
    ]  # fmt: skip
    assert results[:many] == [float(n) for n in range(1, many + 1)]
    assert pa.ipc.open_file(arrow.content).read_all()["result"].to_pylist() == results


def facts(number: int, place: tuple[float, float] | None = None) -> Facts:
    """Return a datastream."""
    return Facts(
        datastream_id=number, city="a", theme="t", thing_id=1, thing=f"x{number}",
        observed_property="p", unit="1", interval_seconds=0, open=True, licence="",
        longitude=place and place[0], latitude=place and place[1],
    )  # fmt: skip


EMPTY: Row = (None, None, None, 1.0, [], 1, None, None)


async def test_of_what_was_sent_nothing_is_kept() -> None:
    known = {number: facts(number) for number in range(20)}
    rows = [(known[number % 20], EMPTY) for number in range(2000)]
    for form in (PARQUET, ARROW):
        file = TableFile(form, Table(known, OBSERVATION, []))
        before = pa.total_allocated_bytes()
        pieces, most = [], 0
        for _ in range(200):
            pieces.append(await file.add(rows))
            most = max(most, pa.total_allocated_bytes() - before)
        pieces.append(await file.end())

        assert sum(1 for piece in pieces if piece) == 7
        assert most < 40_000_000  # two groups at most; the whole is 60 MB in columns


async def test_a_text_has_its_beginning_once_whatever_comes() -> None:
    placed = facts(1, (3.72, 51.05))
    for form, rows, count in ((JSON, [], 0), (JSON, [EMPTY] * 2, 4), (GEOJSON, [EMPTY], 2)):
        file = TextFile(form, OBSERVATION)
        whole = b"".join([await file.add([(placed, row)] * 2) for row in rows])
        found = json.loads(whole + await file.end())
        assert len(found["features"] if form is GEOJSON else found) == count
