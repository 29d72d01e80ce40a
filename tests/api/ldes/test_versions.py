"""Members dereference: observations and their versions by themselves."""

import httpx
import pytest
import rdflib

from api.ldes.building.settings import LdesSettings
from api.settings import ApiSettings
from tests.api.conftest import BASE, as_city
from tests.api.ldes.conftest import MORNING, Site
from tests.api.ldes.graphs import TREE_MEMBER, follow, graph, name
from tests.api.ldes.test_builder import DAY

pytestmark = pytest.mark.embedded

CORRECTED = "/id/observation/3_20260101T000200.500000Z"
WITHDRAWN = "/id/observation/3_20260101T000300.500000Z"
FOR_GOOD = "public, max-age=604800, immutable"


@pytest.fixture
def settings(settings: ApiSettings, ldes_settings: LdesSettings) -> ApiSettings:
    """Return settings over the pages that the builder makes."""
    return settings.model_copy(update={"pages_dir": ldes_settings.pages_dir})


async def told(client: httpx.AsyncClient, path: str) -> rdflib.Graph:
    answer = await client.get(path, headers={"accept": "application/n-quads"})
    assert answer.status_code == 200, answer.text
    return graph(answer.text)


async def test_observation_names_its_versions_and_tells_the_last(
    client: httpx.AsyncClient,
) -> None:
    found = await told(client, CORRECTED)
    entity, last = rdflib.URIRef(BASE + CORRECTED), rdflib.URIRef(f"{BASE}{CORRECTED}/900")

    assert {str(one) for one in found.objects(entity, name("dct:hasVersion"))} == {
        f"{BASE}{CORRECTED}/{sequence}" for sequence in (302, 900)
    }
    assert {str(one) for one in follow(found, last, "sosa:hasSimpleResult")} == {"99"}


async def test_corrected_version_stays_readable_and_its_successor_names_it(
    client: httpx.AsyncClient,
) -> None:
    first, second = (rdflib.URIRef(f"{BASE}{CORRECTED}/{sequence}") for sequence in (302, 900))
    before, after = await told(client, f"{CORRECTED}/302"), await told(client, f"{CORRECTED}/900")

    assert {str(one) for one in follow(before, first, "sosa:hasSimpleResult")} == {"3"}
    assert not follow(before, first, "prov:wasRevisionOf")
    assert follow(after, second, "prov:wasRevisionOf") == {first}


async def test_withdrawal_is_a_version_too(client: httpx.AsyncClient) -> None:
    gone = rdflib.URIRef(f"{BASE}{WITHDRAWN}/901")
    found = await told(client, f"{WITHDRAWN}/901")

    assert follow(found, gone, "a") == {name("as:Delete")}
    assert follow(found, gone, "prov:wasRevisionOf") == {rdflib.URIRef(f"{BASE}{WITHDRAWN}/303")}
    assert set(await told(client, WITHDRAWN)) > set(found)


async def test_member_of_a_closed_page_says_what_it_said_then(
    site: Site, client: httpx.AsyncClient
) -> None:
    """Whatever its thing, unit or our own renderer became."""
    await site.publisher.publish(1, 1, at=MORNING)
    one, other = site.publisher.published
    for row in (one, other):
        await site.owner.execute(
            "insert into observation (datastream_id, reading_partition, phenomenon_start,"
            " phenomenon_end, result_time, published_at, received_time, sequence, reading_offset,"
            " result_number) values (1, 0, $1, $2, $2, $3, now(), $4, 0, $5)",
            row.phenomenon_start,
            row.phenomenon_end,
            row.published_time,
            row.sequence,
            row.result,
        )
    address = str(next(iter(graph(await open_page(client)).objects(None, TREE_MEMBER))))
    path = address.removeprefix(BASE)
    assert (await client.get(path)).headers["cache-control"] == "public, max-age=1"
    await site.publisher.publish(1, at=MORNING + DAY)
    await site.turns()
    await site.owner.execute(
        'update datastream set unit_of_measurement = \'{"definition": "https://example.org/u"}\''
    )
    answer = await client.get(path, headers={"accept": "application/n-quads"})

    [page] = await site.pages()
    block = site.text(page).partition(f"#member> <{address}> .\n")[2]
    assert answer.headers["cache-control"] == FOR_GOOD
    assert answer.text == block[: len(answer.text)]
    assert block[len(answer.text) :].partition(" ")[2].startswith("<https://w3id.org/tree#member>")
    assert "elsewhere.test" not in answer.text


async def open_page(client: httpx.AsyncClient) -> str:
    answer = await client.get(
        "/ldes/zonnedorp/traffic/page/1", headers={"accept": "application/n-quads"}
    )
    return answer.text


async def test_restricted_observation_is_there_for_its_city_alone(
    client: httpx.AsyncClient,
) -> None:
    path = "/id/observation/2_20260101T000000Z"
    for tail in ("", "/400", ".ttl", "/400.jsonld"):
        assert (await client.get(path + tail)).status_code == 404
        assert (await client.get(path + tail, headers=as_city("maanstad"))).status_code == 404
        mine = await client.get(path + tail, headers=as_city("zonnedorp"))
        assert mine.status_code == 200
        assert mine.headers["cache-control"].startswith("private")


async def test_other_addresses_lead_nowhere(client: httpx.AsyncClient) -> None:
    for path in (
        "x", "3_20260101T000200.5Z", f"{CORRECTED[16:]}/1", f"{CORRECTED[16:]}/0", "1_99",
        f"{CORRECTED[16:]}/302/1", f"{CORRECTED[16:]}.pdf", "77_20260101T000200Z",
        f"{CORRECTED[16:]}/9999999999999999999",
    ):  # fmt: skip
        answer = await client.get(f"/id/observation/{path}")
        assert answer.status_code == 404, path


async def test_suffix_chooses_the_form(client: httpx.AsyncClient) -> None:
    by_suffix = await client.get(f"{CORRECTED}.ttl")
    version = await client.get(f"{CORRECTED}/302.trig")

    assert by_suffix.headers["content-type"].startswith("text/turtle")
    assert version.headers["content-type"].startswith("application/trig")
    again = {"if-none-match": by_suffix.headers["etag"]}
    assert (await client.get(f"{CORRECTED}.ttl", headers=again)).status_code == 304
