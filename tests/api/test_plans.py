"""The plans of the hot questions: by the key, no scan, no sort of what was not asked for."""

from typing import Any

import asyncpg
import msgspec
import pytest

from api.access import EVERYBODY
from api.exports.stream import _OBSERVATIONS
from api.exports.wishes import EARLIEST, LATEST
from api.sensorthings.entities import DATASTREAM, OBSERVATION
from api.sensorthings.options import parse_options
from api.sensorthings.statements import Origin, Wanted, page_of
from api.settings import Limits

pytestmark = pytest.mark.embedded

FILL = """
insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name, unit,
    interval_seconds, title, description, observation_type, unit_of_measurement, open)
select 1, 1, 1, 1, 'n' || n, '1', 0, '', '', '', '{}', true from generate_series(1, 200) n;
insert into observation (datastream_id, reading_partition, phenomenon_start, result_time,
    published_at, received_time, sequence, reading_offset, result_number)
select d, 0, t, t, t, t, 1, n, n
from generate_series(6, 205) d, generate_series(1, 500) n,
    lateral (select timestamptz '2026-01-01Z' + n * interval '1 min' as t) x;
analyze;
"""


@pytest.fixture
async def filled(owner: asyncpg.Connection) -> asyncpg.Connection:
    await owner.execute(FILL)
    return owner


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes(part))]


async def plan_of(
    connection: asyncpg.Connection, sql: str, values: list[Any]
) -> list[dict[str, Any]]:
    text = await connection.fetchval(f"explain (analyze, format json) {sql}", *values)
    return nodes(msgspec.json.decode(text)[0]["Plan"])


def rows_read(plan: list[dict[str, Any]]) -> float:
    """Return how many rows of observation were touched."""
    return sum(
        float(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)))
        for node in plan
        if node.get("Relation Name") == "observation"
    )


@pytest.mark.parametrize(
    ("options", "most"),
    [
        ({"top": "10"}, 11),
        ({"top": "10", "orderby": "phenomenonTime desc"}, 11),
        ({"filter": "phenomenonTime ge 2026-01-01T05:00:00Z and "
          "phenomenonTime lt 2026-01-01T05:30:00Z"}, 31),
        ({"top": "10", "skiptoken": "'50_20260101T050000Z'"}, 11),
        ({"top": "10", "skiptoken": "'50_20260101T050000Z'", "orderby": "phenomenonTime desc"},
         11),
    ],
)  # fmt: skip
async def test_observations_of_a_datastream_are_read_by_the_key(
    filled: asyncpg.Connection, options: dict[str, str], most: int
) -> None:
    query = [(f"${name}", value) for name, value in options.items()]
    parsed = parse_options(query, limits=Limits())
    origin = Origin(DATASTREAM, DATASTREAM.navigations["Observations"], ((50,),))
    wanted = Wanted(OBSERVATION, parsed, limit=parsed.top or 100, origin=origin)
    statement = page_of(wanted, EVERYBODY)

    plan = await plan_of(filled, statement.sql, list(statement.values))

    assert rows_read(plan) <= most
    assert not [node for node in plan if node["Node Type"] == "Sort" and node["Actual Rows"] > 1]


async def test_the_first_page_of_all_observations_reads_a_page(filled: asyncpg.Connection) -> None:
    statement = page_of(Wanted(OBSERVATION, parse_options([], limits=Limits()), 100), EVERYBODY)

    assert rows_read(await plan_of(filled, statement.sql, list(statement.values))) <= 101


async def test_the_latest_of_many_datastreams_reads_one_each(filled: asyncpg.Connection) -> None:
    parsed = parse_options([("$orderby", "phenomenonTime desc")], limits=Limits())
    keys = tuple((n,) for n in range(6, 106))
    origin = Origin(DATASTREAM, DATASTREAM.navigations["Observations"], keys)
    statement = page_of(Wanted(OBSERVATION, parsed, limit=0, origin=origin), EVERYBODY)

    assert rows_read(await plan_of(filled, statement.sql, list(statement.values))) <= 100


async def test_an_export_never_sorts(filled: asyncpg.Connection) -> None:
    values: list[Any] = [list(range(6, 56)), EARLIEST, LATEST, [], None]

    plan = await plan_of(filled, _OBSERVATIONS, values)

    sorted_rows = [node["Actual Rows"] for node in plan if node["Node Type"] == "Sort"]
    assert not [number for number in sorted_rows if number > 1]
    assert [node for node in plan if node.get("Index Name", "").startswith("observation_pkey")]
