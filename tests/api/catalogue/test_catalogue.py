"""The catalogue over HTTP: made from what is there, in forms that say the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import asyncpg
import httpx
import pytest
from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from api.catalogue.triples import DCAT, DCT, DQV, FOAF, GEO, PROV, RDFS, SKOS
from api.data_quality.lines import quality_lines
from api.data_quality.measurements import measurements_of
from api.iris import Iris
from tests.api.conftest import BASE
from tests.shapes import complaints

pytestmark = [pytest.mark.embedded, pytest.mark.asyncio(loop_scope="module")]
PROFILES = ("catalogue", "dcat-ap", "dcat-ap-vl", "dcat-ap-hvd", "mobilitydcat-ap")
FORMS = {"ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml",
         "nt": "application/n-triples"}  # fmt: skip
ACCESS = "http://publications.europa.eu/resource/authority/access-right/"


def dataset(city: str, theme: str) -> URIRef:
    return URIRef(f"{BASE}/ldes/{city}/{theme}#stream")


async def read(client: httpx.AsyncClient, path: str = "/catalogue.ttl") -> Graph:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.content, format=answer.headers["content-type"].split(";")[0])


@asynccontextmanager
async def titled(owner: asyncpg.Connection, title: str) -> AsyncIterator[None]:
    """Give all datasets a title as long as the context lasts."""
    rows = await owner.fetch("select dataset_id, properties from dataset")
    await owner.execute(
        "update dataset set properties = jsonb_set(properties, '{title,nl}', to_jsonb($1::text))"
        " where properties ? 'title'",
        title,
    )
    yield
    for row in rows:
        await owner.execute("update dataset set properties = $2 where dataset_id = $1", *row)


@pytest.mark.parametrize("path", ["/catalogue", "/catalogue/sterredorp"])
async def test_catalogue_from_the_database_conforms(client: httpx.AsyncClient, path: str) -> None:
    graph = await read(client, path)

    assert len(list(graph.subjects(RDF.type, DCAT.Catalog))) == 1
    assert complaints(graph, *PROFILES) == ""


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
async def test_every_form_says_the_same(client: httpx.AsyncClient) -> None:
    graphs = {suffix: await read(client, f"/catalogue.{suffix}") for suffix in FORMS}

    assert len(graphs["nt"]) > 500
    for suffix, graph in graphs.items():
        assert isomorphic(graph, graphs["nt"]), suffix


@pytest.mark.parametrize("suffix", FORMS)
async def test_form_is_the_one_that_the_caller_accepts(
    client: httpx.AsyncClient, suffix: str
) -> None:
    answer = await client.get("/catalogue", headers={"Accept": FORMS[suffix]})

    assert answer.headers["content-type"] == f"{FORMS[suffix]}; charset=utf-8"
    assert "Accept" in answer.headers["vary"]
    assert answer.content == (await client.get(f"/catalogue.{suffix}")).content


@pytest.mark.parametrize("coding", ["zstd", "gzip", "identity"])
async def test_form_is_compressed_as_the_caller_likes(
    client: httpx.AsyncClient, coding: str
) -> None:
    plain = await client.get("/catalogue.nt", headers={"Accept-Encoding": "identity"})
    for _ in range(2):
        answer = await client.get("/catalogue.nt", headers={"Accept-Encoding": coding})

        assert answer.content == plain.content
        assert answer.headers.get("content-encoding", "identity") == coding
        assert {"Accept", "Accept-Encoding"} <= set(answer.headers["vary"].split(", "))
        sent = int(answer.headers["content-length"])
        assert (sent < len(plain.content) / 2) == (coding != "identity")


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/catalogue", "image/png", 406),
        ("/catalogue", "text/turtle;q=0", 406),
        ("/catalogue.csv", "*/*", 404),
        ("/catalogue/atlantis", "*/*", 404),
        ("/catalogue/leiedonk.xml", "*/*", 404),
        ("/catalogue?city=leiedonk", "*/*", 400),
    ],
)
async def test_what_is_not_there_is_told_as_a_problem(
    client: httpx.AsyncClient, path: str, accept: str, status: int
) -> None:
    answer = await client.get(path, headers={"Accept": accept})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_caller_that_has_it_gets_no_second_copy_until_it_changes(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    first = await client.get("/catalogue.nt")
    again = {"If-None-Match": f'"other", {first.headers["etag"]}'}
    same = await client.get("/catalogue.nt", headers=again)
    async with titled(owner, "Nieuw"):
        changed = await client.get("/catalogue.nt", headers=again)
    back = await client.get("/catalogue.nt", headers=again)

    assert same.status_code == 304
    assert same.content == b""
    assert changed.status_code == 200
    assert '"Nieuw"@nl' in changed.text
    assert back.status_code == 304
    assert first.headers["cache-control"].startswith("public, max-age=")


async def test_head_tells_what_get_would(client: httpx.AsyncClient) -> None:
    for path in ("/catalogue", "/catalogue.rdf", "/catalogue/leiedonk"):
        answer = await client.head(path)

        assert answer.status_code == 200
        assert answer.content == b""
        assert "etag" in answer.headers


async def test_every_address_that_it_gives_answers(client: httpx.AsyncClient) -> None:
    graph = await read(client)
    predicates = (DCAT.accessURL, DCAT.endpointURL, DCAT.endpointDescription, DCAT.landingPage,
                  FOAF.homepage, FOAF.page, RDFS.seeAlso)  # fmt: skip
    addresses = {str(one) for predicate in predicates for one in graph.objects(None, predicate)}
    ours = {one for one in addresses if one.startswith(BASE)}

    assert len(ours) > 30
    for one in ours:
        # The live stream goes on for ever; a closed event stream is there for its city's key.
        if "/live/" not in one and "/ldes/sterredorp/energy" not in one:
            assert (await client.get(one)).status_code == 200, one


async def test_extent_is_that_of_the_data(client: httpx.AsyncClient) -> None:
    graph = await read(client)
    traffic = dataset("leiedonk", "traffic")
    boxes = [graph.value(place, DCAT.bbox) for place in graph.objects(traffic, DCT.spatial)]
    period = graph.value(traffic, DCT.temporal)

    corners = "3.5482 50.9791, 3.5561 50.9791, 3.5561 50.9843, 3.5482 50.9843, 3.5482 50.9791"
    assert Literal(f"POLYGON (({corners}))", datatype=GEO.wktLiteral) in boxes
    times = [graph.value(subject, predicate) for subject, predicate in (
        (period, DCAT.startDate), (period, DCAT.endDate), (traffic, DCT.modified))]  # fmt: skip
    hours = [time.toPython().hour for time in times if isinstance(time, Literal)]
    assert hours == [9, 13, 13]
    resolution = graph.value(traffic, DCAT.temporalResolution)
    assert isinstance(resolution, Literal)
    assert resolution.toPython() == timedelta(minutes=15)


async def test_closed_dataset_says_why_and_nothing_of_what_lies_in_it(
    client: httpx.AsyncClient,
) -> None:
    graph = await read(client)
    energy = dataset("sterredorp", "energy")
    reason = graph.value(energy, DCT.rights)

    assert graph.value(energy, DCT.accessRights) == URIRef(ACCESS + "RESTRICTED")
    assert graph.value(reason, RDFS.label) == Literal("Gaat over gezinnen.", lang="nl")
    assert graph.value(reason, SKOS.notation) == Literal("personal-data")
    assert str(graph.value(reason, DCT.type)).endswith("Article13_1f")
    assert graph.value(energy, DCT.temporal) is None
    assert list(graph.objects(energy, DCT.spatial)) == [
        URIRef("https://data.vlaanderen.be/id/gemeente/44021")
    ]
    assert "GEHEIM" not in graph.serialize(format="turtle")
    assert "3.1" not in graph.serialize(format="nt")


async def test_city_that_names_itself_is_named_so(client: httpx.AsyncClient) -> None:
    graph = await read(client, "/catalogue/sterredorp")
    catalogue = URIRef(f"{BASE}/catalogue/sterredorp#catalogue")

    assert graph.value(catalogue, DCT.publisher) == URIRef(
        "https://data.vlaanderen.be/id/organisatie/OVO000001"
    )
    assert set(graph.objects(catalogue, DCAT.dataset)) == {
        dataset("sterredorp", "energy"), dataset("sterredorp", "parking"),
        URIRef(f"{BASE}/feeds/sterredorp#stream"),
    }  # fmt: skip


async def test_undeclared_data_is_not_listed(client: httpx.AsyncClient) -> None:
    assert "GEHEIM" not in (await client.get("/catalogue.ttl")).text


async def test_hours_and_days_are_had_as_the_dataset_in_other_resolutions(
    client: httpx.AsyncClient,
) -> None:
    graph = await read(client)
    found = {}
    for one in graph.objects(dataset("leiedonk", "traffic"), DCAT.distribution):
        address, length = (
            graph.value(one, DCAT.accessURL),
            graph.value(one, DCAT.temporalResolution),
        )
        if length:
            found[str(address)] = str(length)

    root = f"{BASE}/ldes/leiedonk/traffic"
    assert found == {f"{root}/hourly": "PT1H", f"{root}/daily": "P1D"}


async def test_what_changes_of_things_words_and_catalogue_is_listed_too(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    """With when it last did; the shared ones are in the catalogue of all cities alone."""
    time = "2026-03-05T10:00:00Z"
    await owner.execute(
        "insert into chronicle values ('leiedonk', 1, $1, 'id/thing/1', 'create', '', '')",
        datetime.fromisoformat(time),
    )
    graph, own = await read(client), await read(client, "/catalogue/leiedonk")
    await owner.execute("delete from chronicle")
    things = URIRef(f"{BASE}/feeds/leiedonk#stream")

    assert graph.value(things, DCT.modified) == Literal(time, datatype=XSD.dateTime)
    for feed in ("leiedonk", "vlierhove", "sterredorp", "vocabulary", "catalogue"):
        stream = URIRef(f"{BASE}/feeds/{feed}#stream")
        [form] = graph.objects(stream, DCAT.distribution)
        assert str(graph.value(form, DCAT.accessURL)) == f"{BASE}/feeds/{feed}"
        listed = (URIRef(f"{BASE}/catalogue#catalogue"), DCAT.dataset, stream)
        assert listed in graph
        assert ((None, DCAT.dataset, stream) in own) == (feed == "leiedonk")


async def test_quality_is_told_as_figures_with_a_meaning(client: httpx.AsyncClient) -> None:
    graph = await read(client)
    figures = {}
    for node in graph.objects(dataset("leiedonk", "traffic"), DQV.hasQualityMeasurement):
        metric, value = graph.value(node, DQV.isMeasurementOf), graph.value(node, DQV.value)
        assert isinstance(value, Literal)
        assert graph.value(node, DQV.computedOn) == dataset("leiedonk", "traffic")
        assert (await client.get(f"{metric}.nt")).status_code == 200
        figures[str(metric).rpartition("/")[2]] = float(value)

    assert figures == {
        "completeness": 0.8, "validity": 0.8, "usability": 0.9, "arrival-p50": 12.5,
        "arrival-p95": 60, "publication-p50": 0.1, "publication-p95": 0.25, "placed": 1,
        "place-precision": 11.13,
    }  # fmt: skip


async def test_quality_of_what_is_closed_or_not_measured_is_not_told(
    client: httpx.AsyncClient,
) -> None:
    graph = await read(client)

    for city, theme in (("sterredorp", "energy"), ("sterredorp", "parking")):
        assert list(graph.objects(dataset(city, theme), DQV.hasQualityMeasurement)) == []


async def test_stream_can_tell_its_quality_in_the_same_words(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    number = await owner.fetchval(
        "select dataset_id from dataset where city = 'leiedonk' and theme = 'traffic'"
    )
    measured = await measurements_of(owner, [number])
    lines = "".join(quality_lines(Iris(BASE), "leiedonk", "traffic", measured[number]))
    told, whole = Graph().parse(data=lines, format="nt"), await read(client, "/catalogue.nt")

    assert len(told) == 9 * 6
    assert not [one for one in told if one not in whole and one[1] != PROV.generatedAtTime]
