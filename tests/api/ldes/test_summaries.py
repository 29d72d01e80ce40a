"""Hours and days as event streams of their own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
import rdflib
from rdflib.compare import isomorphic

from api.ldes.building import builder as module
from api.ldes.building.settings import LdesSettings
from api.ldes.building.stream import load_streams
from api.ldes.json_ld import json_ld
from api.ldes.statistics_text import statistics
from api.ldes.turtle import turtle
from api.settings import ApiSettings, EventStreamSettings
from schemas.publication import pack
from tests.api.conftest import BASE, as_city
from tests.api.ldes.conftest import Site
from tests.api.ldes.graphs import TREE_MEMBER, follow, graph, name
from tests.shapes import complaints

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning"),
]

HOURLY = "/ldes/zonnedorp/traffic/hourly"
START = datetime(2025, 12, 31, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTITY = f"{BASE}/id/summary/1_hour_20251231T000000Z"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SUMMED_SECONDS", 0.0)


@pytest.fixture
def ldes_settings(ldes_settings: LdesSettings) -> LdesSettings:
    """Return settings of a builder that lets sums rest for no time."""
    return ldes_settings.model_copy(update={"summary_rest_seconds": 0.0})


@pytest.fixture
def settings(settings: ApiSettings, ldes_settings: LdesSettings) -> ApiSettings:
    """Return settings that look at once for what changed."""
    streams = EventStreamSettings(fresh_seconds=0.001, refresh_seconds=0.001)
    return settings.model_copy(
        update={"event_streams": streams, "pages_dir": ldes_settings.pages_dir}
    )


@pytest_asyncio.fixture
async def hours(site: Site) -> AsyncIterator[Site]:
    """Yield a builder beside three hours of datastream 1 that are noted as changed."""
    await site.owner.execute("delete from aggregate where bucket_start >= $1", START + 3 * HOUR)
    await note(site, 3)
    yield site


async def note(site: Site, count: int, *, first: int = 0, end: timedelta = HOUR) -> None:
    """Note hours as changed, as the aggregator does."""
    await site.owner.execute(
        "insert into summary (datastream_id, period, bucket_start, bucket_end, changed_at)"
        " select 1, 'hour', t, t + $3::interval, now() - interval '1 second'"
        " from generate_series($1::timestamptz, $2, interval '1 hour') as t"
        " on conflict (datastream_id, period, bucket_start) do update"
        " set changed_at = excluded.changed_at",
        START + first * HOUR,
        START + (first + count - 1) * HOUR,
        end,
    )


async def told(client: httpx.AsyncClient, path: str, **headers: str) -> rdflib.Graph:
    answer = await client.get(path, headers={"accept": "application/n-quads", **headers})
    assert answer.status_code == 200, answer.text
    return graph(answer.text)


def members(found: rdflib.Graph) -> list[str]:
    stream = rdflib.URIRef(f"{BASE}{HOURLY}#stream")
    return sorted(str(one) for one in found.objects(stream, TREE_MEMBER))


def number(found: rdflib.Graph, member: str, statistic: str) -> Any:
    """Return one of the numbers of a member."""
    procedure = rdflib.URIRef(f"{BASE}/id/statistic/{statistic}")
    for one in follow(found, rdflib.URIRef(member), "sosa:hasMember"):
        if procedure in found.objects(one, name("sosa:usedProcedure")):
            [value] = found.objects(one, name("sosa:hasSimpleResult"))
            return float(str(value))
    return None


async def test_hour_is_published_when_it_is_over_and_has_rested(
    hours: Site, client: httpx.AsyncClient
) -> None:
    await note(hours, 1, first=5, end=timedelta(days=40_000))  # one that is not over yet
    await hours.builder.turn()
    found = await told(client, f"{HOURLY}/page/1")

    assert members(found) == sorted(
        f"{BASE}/id/summary/1_hour_20251231T0{hour}0000Z/{hour + 1}" for hour in range(3)
    )
    first = f"{ENTITY}/1"
    assert number(found, first, "count") == 4
    assert number(found, first, "mean") == 2.5
    assert number(found, first, "maximum") == 4
    assert (
        await hours.owner.fetchval("select count(*) from summary where changed_at is not null")
        == 1
    )


async def test_members_satisfy_their_shape_and_every_form_says_the_same(
    hours: Site, client: httpx.AsyncClient
) -> None:
    await hours.builder.turn()
    await hours.owner.execute("delete from aggregate where bucket_start = $1", START)
    await note(hours, 1)
    await hours.builder.turn()
    page = (await client.get(f"{HOURLY}/page/1", headers={"accept": "application/n-quads"})).text

    assert complaints(graph(page), "summary") == ""
    assert isomorphic(rdflib.Graph().parse(data=turtle(page), format="turtle"), graph(page))
    found = rdflib.Dataset()
    found.parse(data=json_ld(page), format="json-ld")
    assert isomorphic(found.default_graph, graph(page))


async def test_hour_that_is_summed_up_again_is_a_new_version(
    hours: Site, client: httpx.AsyncClient
) -> None:
    await hours.builder.turn()
    await hours.owner.execute("update aggregate set sum = 20 where bucket_start = $1", START)
    await note(hours, 1)
    await hours.builder.turn()
    found = await told(client, f"{HOURLY}/page/1")

    versions = [one for one in members(found) if one.startswith(ENTITY)]
    assert versions == [f"{ENTITY}/1", f"{ENTITY}/4"]
    assert number(found, f"{ENTITY}/4", "mean") == 5
    assert follow(found, rdflib.URIRef(f"{ENTITY}/4"), "prov:wasRevisionOf") == {
        rdflib.URIRef(f"{ENTITY}/1")
    }


async def test_hour_with_nothing_left_is_withdrawn_once(
    hours: Site, client: httpx.AsyncClient
) -> None:
    await hours.builder.turn()
    await hours.owner.execute("delete from aggregate where bucket_start = $1", START)
    for _ in range(2):
        await note(hours, 1)
        await hours.builder.turn()
    found = await told(client, f"{HOURLY}/page/1")

    deleted = set(found.subjects(name("a"), name("as:Delete")))
    assert deleted == {rdflib.URIRef(f"{ENTITY}/4")}
    assert len(members(found)) == 4


async def test_sequence_of_an_erased_hour_is_not_given_again(hours: Site) -> None:
    """What waits is written anew without its members; a builder that starts then must know."""
    await hours.builder.turn()
    await hours.owner.execute("update event_waiting set batch = $1", pack([]))

    streams = await load_streams(hours.owner)

    assert [one.last_sequence for one in streams if one.kind == "hourly"] == [3]


async def test_hours_of_what_is_restricted_are_in_no_open_stream(
    hours: Site, client: httpx.AsyncClient
) -> None:
    await hours.owner.execute("update datastream set open = false where datastream_id = 1")
    await hours.builder._directory.refresh(hours.builder._connection)
    await hours.builder.turn()

    assert await hours.owner.fetchval("select count(*) from event_waiting") == 0
    assert (await client.get(f"{HOURLY}/page/1")).status_code == 404
    mine = await client.get(ENTITY, headers=as_city("zonnedorp"))
    assert mine.status_code == 404


async def test_stream_of_hours_has_a_root_and_dereferences(
    hours: Site, client: httpx.AsyncClient
) -> None:
    await hours.builder.turn()
    root = await told(client, HOURLY)
    [stream] = root.subjects(name("a"), name("ldes:EventStream"))
    assert str(stream) == f"{BASE}{HOURLY}#stream"
    assert {str(one) for one in root.objects(stream, name("tree:shape"))} == {
        f"{BASE}/shapes/summary"
    }
    year = next(iter(root.objects(None, name("tree:node"))))
    assert str(year).startswith(f"{BASE}{HOURLY}/20")
    await told(client, str(year).removeprefix(BASE))

    page = await told(client, f"{HOURLY}/page/1")
    for path in (f"{ENTITY}/1", ENTITY):
        alone = await told(client, path.removeprefix(BASE))
        assert number(alone, f"{ENTITY}/1", "sum") == number(page, f"{ENTITY}/1", "sum") == 10
    for path in (f"{ENTITY}/2", f"{ENTITY}/99", f"{ENTITY[:-6]}30000Z", f"{ENTITY}.pdf"):
        assert (await client.get(path.removeprefix(BASE))).status_code == 404


async def test_every_number_says_what_it_is(client: httpx.AsyncClient) -> None:
    for statistic in statistics():
        found = await told(client, f"/id/statistic/{statistic}")
        languages = {one.language for one in found.objects(None, name("skos:prefLabel"))}  # type: ignore[attr-defined]
        assert languages == {"nl", "en"}
    assert (await client.get("/id/statistic/guess")).status_code == 404
    assert (await client.get("/id/statistic/mean.ttl")).status_code == 200


async def test_order_holds_when_many_hours_come_at_once(hours: Site) -> None:
    """At most as many in a millisecond as a page can be cut between, and pages close full."""
    await hours.owner.execute(
        "insert into aggregate (datastream_id, period, bucket_start, bucket_end, count,"
        " flagged_count, sum) select 1, 'hour', t, t + interval '1 hour', 1, 0, 1 from"
        " generate_series($1::timestamptz, $2, interval '1 hour') as t",
        START + 10 * HOUR,
        START + 1300 * HOUR,
    )
    await note(hours, 1291, first=10)
    builder = hours.builder
    builder._settings = builder._settings.model_copy(update={"page_members": 500})
    for _ in range(4):
        await asyncio.sleep(0.005)  # the clock counts milliseconds
        await builder.turn()

    pages = await hours.owner.fetch("select * from event_page order by page")
    assert [page["page"] for page in pages] == [1, 2]
    assert all(page["member_count"] <= 500 for page in pages)
    assert pages[0]["upper_time"] <= pages[1]["lower_time"]
