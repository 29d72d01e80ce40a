"""Pages from the publication: closed once, complete, and for good."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from api.ldes.building.leader import leading
from api.ldes.building.monitor import Monitor
from api.ldes.building.page_closer import PageCloser
from api.ldes.building.settings import LdesSettings
from api.ldes.page_store import DirectoryPageStore, PageStoreUnavailable
from schemas.errors import Misconfigured
from tests.api.ldes.conftest import MORNING, PAGE, Owner, Site, site_over
from tests.api.ldes.graphs import TREE_MEMBER, graph, name

pytestmark = pytest.mark.embedded

MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)


def members(text: str) -> list[int]:
    """Return the sequences of a page's members, in the order of the text."""
    found = (line.split()[2] for line in text.splitlines() if "tree#member>" in line)
    return [int(one.rpartition("/")[2].rstrip(">")) for one in found]


async def test_full_page_is_closed_when_a_later_batch_is_committed(site: Site) -> None:
    await site.publisher.publish(*[1] * PAGE, at=MORNING, step=MILLISECOND)
    await site.turns()
    assert await site.pages() == []

    await site.publisher.publish(1, at=MORNING + DAY / 24)
    await site.turns()

    [page] = await site.pages()
    assert members(site.text(page)) == list(range(1001, 1001 + PAGE))
    assert (page["page"], page["member_count"], page["open"]) == (1, PAGE, True)
    assert page["upper_time"] == MORNING + DAY / 24


async def test_page_tells_what_leads_on_before_its_members(site: Site) -> None:
    await site.publisher.publish(*[1] * (2 * PAGE + 2), at=MORNING, step=MILLISECOND)
    await site.turns()

    first, second = await site.pages()
    address = "http://stadspuls.test/ldes/zonnedorp/traffic/page/"
    found = graph(site.text(second))
    [page] = found.subjects(name("a"), name("tree:Node"))
    assert str(page) == f"{address}2"
    assert [str(one) for one in found.objects(page, name("hydra:previous"))] == [f"{address}1"]
    assert [str(one) for one in found.objects(page, name("hydra:next"))] == [f"{address}3"]
    assert [str(one) for one in found.objects(page, name("ldes:immutable"))] == ["true"]
    assert [str(one) for one in found.objects(None, name("tree:view"))] == [f"{address}2"]
    assert list(found.objects(page, name("dct:license")))
    assert not list(graph(site.text(first)).objects(None, name("hydra:previous")))
    lines = site.text(second).splitlines()
    first_member = next(place for place, line in enumerate(lines) if "tree#member>" in line)
    known = {f"<{address}2>", f"<{address[:-6]}#stream>", "_:search", "_:time"}
    assert {line.split()[0] for line in lines[:first_member]} <= known


async def test_quiet_day_is_closed_when_it_is_over(site: Site) -> None:
    """Nobody publishes any more, so the builder lets time pass in the publication lane."""
    long_ago = datetime.fromisoformat("2026-01-05T09:00:00Z")
    await site.publisher.publish(1, at=long_ago)
    await site.turns()

    [page] = await site.pages()
    assert page["upper_time"] == datetime.fromisoformat("2026-01-06T00:00:00Z")
    moved = await site.owner.fetchval("select last_published_at from publication_lane")
    assert moved > long_ago + DAY


async def test_each_dataset_has_its_own_pages(site: Site) -> None:
    await site.publisher.publish(1, 3, 1, 3, at=MORNING)
    await site.publisher.publish(1, at=MORNING + DAY)
    await site.turns()

    [traffic], [air] = await site.pages(), await site.pages("air-quality")
    assert members(site.text(traffic)) == [1001, 1003]
    assert members(site.text(air)) == [1002, 1004]


async def test_what_is_restricted_is_in_no_open_page(site: Site, owner: Owner) -> None:
    await owner.execute("update datastream set open = false where datastream_id = 5")
    await site.publisher.publish(1, 5, 2, 1, at=MORNING)
    await site.publisher.publish(1, at=MORNING + DAY)
    await site.turns()

    [traffic], [energy] = await site.pages(), await site.pages("energy")
    assert members(site.text(traffic)) == [1001, 1004]
    assert "GEHEIM" not in site.text(traffic)
    assert (traffic["open"], energy["open"]) == (True, False)


async def test_what_was_closed_to_others_meanwhile_is_left_out(site: Site, owner: Owner) -> None:
    await site.publisher.publish(1, 5, at=MORNING)
    await site.turns()
    await owner.execute("update datastream set open = false where datastream_id = 5")
    await site.publisher.publish(1, at=MORNING + DAY)
    await site.turns()

    [page] = await site.pages()
    assert members(site.text(page)) == [1001]


async def test_page_with_nothing_left_to_publish_is_none(site: Site, owner: Owner) -> None:
    await site.publisher.publish(5, at=MORNING)
    await site.turns()
    await owner.execute("update datastream set open = false where datastream_id = 5")
    await site.publisher.publish(1, at=MORNING + DAY)
    await site.publisher.publish(1, at=MORNING + 2 * DAY)
    await site.turns()

    [page] = await site.pages()
    assert (page["page"], members(site.text(page))) == (1, [1002])


async def test_nodes_lead_to_every_page(site: Site, owner: Owner) -> None:
    for days in (0, 1, 40):
        await site.publisher.publish(1, at=MORNING + days * DAY)
    await site.turns()

    nodes = {row["bucket"]: row["parent"] for row in await owner.fetch("select * from event_node")}
    assert nodes == {
        "2090": "",
        "2090-01": "2090",
        "2090-01-05": "2090-01",
        "2090-01-06": "2090-01",
        "2090-02": "2090",
        "2090-02-14": "2090-02",
    }
    pages = [page["bucket"] for page in await site.pages()]
    assert pages == ["2090-01-05", "2090-01-06"]


async def test_builder_goes_on_where_the_one_before_was_killed(
    site: Site, ldes_settings: LdesSettings, owner: Owner
) -> None:
    """Whatever it had in memory is read again; what was in closed pages is not."""
    await site.publisher.publish(*[1] * (PAGE + 3), at=MORNING, step=MILLISECOND)
    await site.turns()
    connection = site.builder._connection
    again = await site_over(connection, ldes_settings, owner, Monitor(), site.publisher)
    await again.publisher.publish(*[1] * PAGE, at=MORNING + DAY / 24, step=MILLISECOND)
    await again.turns()

    pages = await again.pages()
    assert [page["page"] for page in pages] == [1, 2]
    assert [one for page in pages for one in members(again.text(page))] == list(
        range(1001, 1001 + 2 * PAGE)
    )


@pytest.mark.parametrize("station", ["before the store", "in the store", "before the commit"])
async def test_kill_leaves_neither_a_lost_nor_a_double_page(
    site: Site,
    ldes_settings: LdesSettings,
    owner: Owner,
    monkeypatch: pytest.MonkeyPatch,
    station: str,
) -> None:
    class Killed(BaseException):
        pass

    async def killed(*_: object, **__: object) -> None:
        raise Killed

    async def killed_in_the_store(store: DirectoryPageStore, key: str, content: bytes) -> bytes:
        store._keep(key, content)
        raise Killed

    await site.publisher.publish(*[1] * (PAGE + 1), at=MORNING, step=MILLISECOND)
    with monkeypatch.context() as patch:
        match station:
            case "before the store":
                patch.setattr(PageCloser, "close", killed)
            case "in the store":
                patch.setattr(DirectoryPageStore, "keep", killed_in_the_store)
            case _:
                patch.setattr("api.ldes.building.builder.write_down", killed)
        with pytest.raises(Killed):
            await site.builder.turn()
    # The next one knows another licence: were the first page taken over, both could be seen.
    await owner.execute("update dataset set licence = 'https://example.org/other'")
    connection = site.builder._connection
    again = await site_over(connection, ldes_settings, owner, Monitor(), site.publisher)
    assert again.files() == {}
    await again.turns()

    [page] = await again.pages()
    assert list(again.files()) == [f"{page['name']}.nq.zst"]
    assert members(again.text(page)) == list(range(1001, 1001 + PAGE))


async def test_full_disk_stops_the_builder_and_nothing_is_written_down(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise PageStoreUnavailable("no space left")

    await site.publisher.publish(*[1] * (PAGE + 1), at=MORNING, step=MILLISECOND)
    with monkeypatch.context() as patch:
        patch.setattr(DirectoryPageStore, "keep", full)
        with pytest.raises(PageStoreUnavailable):
            await site.builder.turn()

    assert await site.owner.fetchval("select sequence from event_progress") == 0
    assert await site.pages() == []


async def test_closed_page_outlives_every_change(
    site: Site, ldes_settings: LdesSettings, owner: Owner
) -> None:
    await site.publisher.publish(1, 3, at=MORNING)
    await site.publisher.publish(1, 3, at=MORNING + DAY)
    await site.turns()
    before = site.files()
    await owner.execute(
        "update dataset set licence = 'https://example.org/l', title = 'x';"
        'update datastream set unit_of_measurement = \'{"definition": "https://example.org/u"}\';'
        "update feature_of_interest set feature = '{\"geometry\": null}'"
    )
    connection = site.builder._connection
    again = await site_over(connection, ldes_settings, owner, Monitor(), site.publisher)
    await again.publisher.publish(1, 3, at=MORNING + 2 * DAY)
    await again.turns()

    after = again.files()
    assert len(after) == 2 * len(before)
    assert {key: after[key] for key in before} == before


async def test_correction_names_what_it_replaces(site: Site, owner: Owner) -> None:
    await site.publisher.publish(1, at=MORNING)
    [first] = site.publisher.published
    start = first.phenomenon_start
    await site.publisher.publish(1, at=MORNING, change="corrected", phenomenon_start=start)
    await owner.execute(
        "insert into observation_version select 1, 0, $1, $2, $2, now(), now(), 1001, 0, 1, null,"
        " null, null, now(), 1002, false",
        first.phenomenon_start,
        first.phenomenon_end,
    )
    await site.publisher.publish(1, at=MORNING + DAY)
    await site.turns()

    [page] = await site.pages()
    found = graph(site.text(page))
    one, other = sorted(found.objects(None, TREE_MEMBER), key=str)
    assert list(found.objects(other, name("prov:wasRevisionOf"))) == [one]
    assert list(found.objects(one, name("dct:isVersionOf"))) == list(
        found.objects(other, name("dct:isVersionOf"))
    )


async def test_second_builder_waits_until_the_first_is_gone(
    ldes_settings: LdesSettings, site: Site
) -> None:
    standby = asyncio.ensure_future(anext(leads(ldes_settings)))
    done, _ = await asyncio.wait([standby], timeout=1.5)
    assert not done
    site.builder._connection.terminate()

    assert await asyncio.wait_for(standby, 30) > 0


async def leads(settings: LdesSettings) -> AsyncIterator[int]:
    async with leading(settings.database, Monitor()) as connection:
        yield connection.get_server_pid()


async def test_base_iri_is_fixed_by_the_first_page(
    site: Site, ldes_settings: LdesSettings, owner: Owner
) -> None:
    connection = site.builder._connection
    moved = ldes_settings.model_copy(update={"base_iri": "https://elsewhere.test"})
    await site_over(connection, moved, owner, Monitor())
    await site_over(connection, ldes_settings, owner, Monitor())
    await site.publisher.publish(1, at=MORNING)
    await site.publisher.publish(1, at=MORNING + DAY)
    await site.turns()

    with pytest.raises(Misconfigured, match="LDES_BASE_IRI"):
        await site_over(connection, moved, owner, Monitor())


async def test_publication_that_was_cut_is_told(site: Site) -> None:
    await site.publisher.publish(1, at=MORNING)
    await site.turns()
    site.publisher.sequence += 7
    await site.publisher.publish(1, at=MORNING)
    await site.turns()

    assert site.monitor.registry.get_sample_value("stadspuls_ldes_observations_missing_total") == 7
