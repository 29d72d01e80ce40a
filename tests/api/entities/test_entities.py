"""What observations name can be looked up, in every form, and leads on."""

import asyncpg
import httpx
import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from api.data_quality.measurements import metrics
from api.entities.kinds import KINDS
from api.iris import Iris
from api.ldes.terms import PREFIXES
from schemas.vocabulary import Vocabulary
from tests.api.conftest import BASE
from tests.api.portal.test_pages import Outline
from tests.shapes import complaints

pytestmark = [pytest.mark.embedded, pytest.mark.asyncio(loop_scope="module")]
FORMS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "nt": "nt"}
ADDRESSES = {
    "thing": "select 'id/thing/' || thing_id from thing where open",
    "sensor": "select distinct 'id/thing/' || thing_id || '/sensor/' || sensor_id"
    " from datastream where open",
    "model": "select 'id/sensor/' || sensor_id from sensor",
    "feature_of_interest": "select 'id/feature-of-interest/' || feature_of_interest_id"
    " from feature_of_interest join thing using (thing_id) where open",
    "observed_property": "select 'id/observed-property/' || observed_property_id"
    " from observed_property order by observed_property_id limit 12",
    "datastream": "select 'id/datastream/' || datastream_id from datastream where open",
}


def word(prefixed: str) -> URIRef:
    prefix, _, local = prefixed.partition(":")
    return URIRef(PREFIXES[prefix] + local)


async def addresses(owner: asyncpg.Connection, kind: str) -> list[str]:
    return [f"/{row[0]}" for row in await owner.fetch(ADDRESSES[kind])]


async def read(client: httpx.AsyncClient, path: str, form: str = "nt") -> Graph:
    answer = await client.get(f"{path}.{form}")
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return Graph().parse(data=answer.content, format=FORMS[form])


async def test_every_kind_has_its_addresses(owner: asyncpg.Connection) -> None:
    assert {kind.name for kind in KINDS} == set(ADDRESSES)
    for kind in ADDRESSES:
        assert await addresses(owner, kind), kind


@pytest.mark.parametrize("kind", ADDRESSES)
async def test_entity_has_what_its_shape_asks_for(
    client: httpx.AsyncClient, owner: asyncpg.Connection, kind: str
) -> None:
    graph = Graph()
    for path in await addresses(owner, kind):
        one = await read(client, path)
        assert (URIRef(BASE + path), RDF.type, None) in one
        graph += one

    assert complaints(graph, "sensor", "feature") == ""


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("kind", ADDRESSES)
async def test_every_form_says_the_same(
    client: httpx.AsyncClient, owner: asyncpg.Connection, kind: str
) -> None:
    path = (await addresses(owner, kind))[0]
    graphs = {form: await read(client, path, form) for form in FORMS}

    assert len(graphs["nt"]) > 4
    for form, graph in graphs.items():
        assert isomorphic(graph, graphs["nt"]), form


async def test_everything_that_an_entity_names_can_be_looked_up(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    waiting = {path for kind in ADDRESSES for path in await addresses(owner, kind)}
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        graph = await read(client, path)
        named = {str(one) for one in graph.objects() if str(one).startswith(f"{BASE}/id/")}
        waiting |= {one.removeprefix(BASE) for one in named} - seen

    assert {path.split("/")[2] for path in seen} == {
        "thing", "sensor", "feature-of-interest", "observed-property", "datastream", "theme",
    }  # fmt: skip


async def test_thing_tells_where_it_is_and_what_it_carries(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    thing = await owner.fetchval("select thing_id from thing where name = 'stationsstraat'")
    graph = await read(client, f"/id/thing/{thing}")
    subject = URIRef(f"{BASE}/id/thing/{thing}")
    place = graph.value(subject, word("geo:hasGeometry"))

    assert graph.value(subject, RDF.type) == word("sosa:Platform")
    assert str(graph.value(place, word("geo:asWKT"))) == "POINT (3.5482 50.9791)"
    assert graph.value(subject, word("dct:publisher")) == URIRef(
        f"{BASE}/catalogue/leiedonk#publisher"
    )
    [sensor] = graph.objects(subject, word("sosa:hosts"))
    assert str(sensor).startswith(f"{subject}/sensor/")


async def test_property_is_named_in_four_languages_and_led_back_to_a_concept(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    number = await owner.fetchval(
        "select observed_property_id from observed_property where code = 'car-count'"
    )
    graph = await read(client, f"/id/observed-property/{number}")
    subject = URIRef(f"{BASE}/id/observed-property/{number}")
    labels = {one.language for one in graph.objects(subject, word("rdfs:label"))
              if isinstance(one, Literal)}  # fmt: skip

    assert labels == {"nl", "en", "fr", "de"}
    assert graph.value(subject, word("skos:broadMatch")) == URIRef(
        "https://data.vlaanderen.be/id/concept/VkmVerkeersKenmerkType/aantal"
    )
    assert graph.value(subject, word("skos:relatedMatch")) == URIRef(
        "https://data.vlaanderen.be/id/concept/VkmVoertuigType/auto"
    )


async def test_words_of_ours_can_be_looked_up(client: httpx.AsyncClient) -> None:
    vocabulary, iris = Vocabulary.load(), Iris(BASE)
    words = [*(iris.quality_flag(code) for code in vocabulary.quality_flags),
             *(iris.theme(slug) for slug in vocabulary.themes),
             *(iris.quality_metric(slug) for slug in metrics())]  # fmt: skip
    for address in words:
        graph = await read(client, address.removeprefix(BASE))

        assert graph.value(URIRef(address), word("skos:notation")) is not None


@pytest.mark.parametrize("kind", ADDRESSES)
async def test_page_for_people_has_landmarks_and_nothing_foreign(
    client: httpx.AsyncClient, owner: asyncpg.Connection, kind: str
) -> None:
    path = (await addresses(owner, kind))[0]
    answer = await client.get(
        path, headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"}
    )
    outline = Outline(answer.text)

    assert answer.headers["content-type"].startswith("text/html")
    assert {"header", "nav", "main", "footer", "title"} <= set(outline.tags)
    assert outline.tags.count("h1") == 1
    assert all(one.startswith("/static/") for one in outline.loaded)
    assert (await client.get(f"{path}.ttl")).status_code == 200


async def test_page_is_about_the_entity_in_the_language_of_its_reader(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    thing = await owner.fetchval("select thing_id from thing where name = 'stationsstraat'")
    page = await client.get(f"/id/thing/{thing}.html")
    theme = await client.get("/id/theme/traffic.html?lang=en")

    assert "geo:asWKT" in page.text
    assert "sosa:Platform" in page.text
    assert "geo:Geometry" not in page.text  # that is what its place is
    assert '<h1 id="title">Traffic' in theme.text


async def test_names_cannot_become_markup_or_triples(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    evil = '<script>alert(1)</script> "@en .\n<x:y> <x:y> "'
    row = await owner.fetchrow("select thing_id, title from thing where name = 'stationsstraat'")
    assert row
    await owner.execute("update thing set title = $2 where thing_id = $1", row[0], evil)
    try:
        page = await client.get(f"/id/thing/{row[0]}.html")
        graph = await read(client, f"/id/thing/{row[0]}")
    finally:
        await owner.execute("update thing set title = $2 where thing_id = $1", *row)

    assert "<script>" not in page.text
    labels = list(graph.objects(URIRef(f"{BASE}/id/thing/{row[0]}"), word("rdfs:label")))
    assert labels == [Literal(evil, lang="nl")]
    assert URIRef("x:y") not in set(graph.subjects())


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/id/thing/999999", 404),
        ("/id/thing/99999999999", 404),
        ("/id/thing/2147483648", 404),
        ("/id/thing/01", 404),
        ("/id/thing/-1", 404),
        ("/id/thing/x", 404),
        ("/id/thing/1.csv", 404),
        ("/id/thing/x/sensor/1", 404),
        ("/id/theme/nothing", 404),
        ("/id/quality-flag/range.nothing", 404),
        ("/id/nothing/1", 404),
        ("/id/theme/traffic?x=1", 400),
        ("/shapes/nothing", 404),
        ("/shapes/sensor.csv", 404),
    ],
)
async def test_what_is_not_there_is_told_as_a_problem(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await client.get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_caller_that_has_it_gets_no_second_copy(client: httpx.AsyncClient) -> None:
    for path in ("/id/theme/traffic", "/shapes/sensor"):
        first = await client.get(path)
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})

        assert first.headers["cache-control"].startswith("public, max-age=")
        assert "Accept" in first.headers["vary"]
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("coding", ["zstd", "gzip", "identity"])
async def test_entities_and_shapes_are_compressed_as_the_caller_likes(
    client: httpx.AsyncClient, coding: str
) -> None:
    for path in ("/id/theme/traffic.nt", "/id/theme/traffic.html", "/shapes/sensor.ttl"):
        plain = await client.get(path, headers={"Accept-Encoding": "identity"})
        answer = await client.get(path, headers={"Accept-Encoding": coding})
        tag = {"If-None-Match": answer.headers["etag"], "Accept-Encoding": coding}
        again = await client.get(path, headers=tag)

        assert answer.content == plain.content
        assert answer.headers.get("content-encoding", "identity") == coding
        assert answer.headers["vary"] == again.headers["vary"]
        assert {"Accept", "Accept-Encoding"} <= set(answer.headers["vary"].split(", "))
        assert again.status_code == 304


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", ["catalogue", "dcat-ap-hvd", "feature", "observation", "sensor"])
async def test_shape_is_served_under_its_own_address(client: httpx.AsyncClient, name: str) -> None:
    graphs = {form: await read(client, f"/shapes/{name}", form) for form in FORMS}
    shape = URIRef("http://www.w3.org/ns/shacl#NodeShape")
    subjects = [str(one) for one in graphs["ttl"].subjects(RDF.type, shape)]

    assert subjects
    assert all(one.startswith(f"{BASE}/shapes/{name}") for one in subjects)
    for form, graph in graphs.items():
        assert isomorphic(graph, graphs["nt"]), form
