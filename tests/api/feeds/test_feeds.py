"""Feeds of changes over HTTP: complete, immutable where they say so, and conformant."""

from typing import Any

import asyncpg
import httpx
import pytest
from rdflib import RDF, Dataset, Graph, URIRef
from rdflib.compare import isomorphic

from api.feeds.chronicle import Chronicle
from api.feeds.tree import PAGE
from api.ldes.terms import PREFIXES
from tests.api.conftest import BASE
from tests.shapes import complaints

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib"),
]
_MANY_MORE = """
insert into chronicle (feed, position, published_at, subject, activity, digest, description)
select
    'leiedonk', last + n, newest + n * interval '1 ms', 'id/thing/' || 1000 + n, 'delete', '', ''
from (
    select max(position) as last, max(published_at) as newest from chronicle
    where feed = 'leiedonk'
) as known
cross join generate_series(1, 100 - last) as n
"""
"""So many that a page is full, and the next one empty."""

FORMATS = {"nq": "nquads", "trig": "trig", "jsonld": "json-ld", "ttl": "turtle", "nt": "nt"}


def word(prefixed: str) -> URIRef:
    prefix, _, local = prefixed.partition(":")
    return URIRef(PREFIXES[prefix] + local)


async def read(client: httpx.AsyncClient, path: str, form: str = "nq") -> Dataset:
    answer = await client.get(f"{path}.{form}")
    assert answer.status_code == 200, f"{path}: {answer.text}"
    dataset = Dataset(default_union=True)
    dataset.parse(data=answer.content, format=FORMATS[form])
    return dataset


async def members(client: httpx.AsyncClient, name: str) -> dict[str, Dataset]:
    """Return the pages of a feed by their paths, reached from the root, and check the bounds."""
    pages: dict[str, Dataset] = {}
    waiting = [f"/feeds/{name}"]
    while waiting:
        path = waiting.pop()
        dataset = await read(client, path)
        children = {str(one) for one in dataset.objects(None, word("tree:node"))}
        waiting += [one.removeprefix(BASE) for one in sorted(children)]
        if "/page/" in path:
            pages[path] = dataset
    return pages


@pytest.mark.parametrize("name", ["catalogue", "vocabulary", "leiedonk"])
async def test_every_event_is_reached_from_the_root(
    client: httpx.AsyncClient, owner: asyncpg.Connection, chronicle: Chronicle, name: str
) -> None:
    await chronicle.turn(owner)
    found = [
        str(one)
        for dataset in (await members(client, name)).values()
        for one in dataset.objects(None, word("tree:member"))
    ]
    count = await owner.fetchval("select count(*) from chronicle where feed = $1", name)

    assert len(found) == len(set(found)) == count
    for one in found[:3]:
        assert (await client.get(one.partition("#")[0])).status_code == 200


@pytest.mark.parametrize(
    ("path", "forms"),
    [
        ("/feeds/catalogue", ("nq", "trig", "jsonld")),
        ("/feeds/catalogue/page/1", ("nq", "trig", "jsonld")),
        ("/feeds/leiedonk/node/1", FORMATS),
        ("/feeds/leiedonk/page/1", FORMATS),
        ("/feeds/vocabulary/page/1", FORMATS),
    ],
)
async def test_every_form_says_the_same(
    client: httpx.AsyncClient,
    owner: asyncpg.Connection,
    chronicle: Chronicle,
    path: str,
    forms: Any,
) -> None:
    await chronicle.turn(owner)
    found = {form: await read(client, path, form) for form in forms}

    for form, dataset in found.items():
        names = {str(one.identifier) for one in dataset.graphs() if len(one)}
        assert names == {str(one.identifier) for one in found["nq"].graphs() if len(one)}
        for graph in found["nq"].graphs():
            assert isomorphic(graph, dataset.graph(graph.identifier)), form


async def test_page_that_is_full_is_the_same_for_ever(
    client: httpx.AsyncClient, owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    first = await client.get("/feeds/catalogue/page/1.nq")
    await owner.execute(
        "update dataset set properties = jsonb_set(properties, '{title,nl}', '\"(nieuw)\"')"
        " where properties ? 'title'"
    )
    await chronicle.turn(owner)
    last = await owner.fetchval("select max(position) from chronicle where feed = 'catalogue'")
    again = await client.get("/feeds/catalogue/page/1.nq")
    newest = await client.get(f"/feeds/catalogue/page/{(last - 1) // PAGE + 1}.nq")

    assert again.content == first.content
    assert first.headers["cache-control"] == "public, max-age=604800, immutable"
    assert "<https://w3id.org/ldes#immutable>" in first.text
    assert "(nieuw)" in newest.text
    assert "immutable" not in newest.headers["cache-control"] + newest.text


async def test_full_page_and_its_members_are_as_they_were_first_given_whatever_writes_them(
    client: httpx.AsyncClient,
    owner: asyncpg.Connection,
    chronicle: Chronicle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await chronicle.turn(owner)
    await owner.execute(_MANY_MORE)
    pages = [f"/feeds/{name}/page/1" for name in ("catalogue", "leiedonk")]
    position = await owner.fetchval(
        "select min(position) from chronicle where feed = 'leiedonk' and subject ~ 'thing/[0-9]+$'"
    )
    subject = await owner.fetchval(
        "select subject from chronicle where feed = 'leiedonk' and position = $1", position
    )
    version = f"/{subject}/version/{position}"
    paths = [f"{path}.{form}" for path in (*pages, version) for form in ("nq", "jsonld")]
    before = [await client.get(path) for path in paths]
    monkeypatch.setattr("api.feeds.text.LICENCE", "https://example.org/other")
    monkeypatch.setattr("api.feeds.routes.written", lambda *_: b"written otherwise")
    monkeypatch.setattr("api.feeds.kept_pages.written", lambda *_: b"written otherwise")
    after = [await client.get(path) for path in paths[:4]]
    monkeypatch.undo()
    monkeypatch.setattr("api.feeds.text.LICENCE", "https://example.org/other")
    late = await client.get(f"{pages[0]}.trig")

    assert [one.content for one in after] == [one.content for one in before[:4]]
    assert [one.headers["etag"] for one in after] == [one.headers["etag"] for one in before[:4]]
    assert all("immutable" in one.headers["cache-control"] for one in before)
    assert late.status_code == 200
    assert "example.org/other" not in late.text
    assert before[4].text in before[2].text
    page = await read(client, "/feeds/leiedonk/page/2")
    assert list(page.objects(None, word("tree:member"))) == []
    assert list(page.objects(None, word("hydra:previous"))) == [URIRef(BASE + pages[1])]


async def test_versions_can_be_looked_up_when_the_entity_is_another_or_gone(
    client: httpx.AsyncClient, owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    thing = await owner.fetchval("select thing_id from thing where name = 'stationsstraat'")
    position = await owner.fetchval(
        "select min(position) from chronicle where subject = $1", f"id/thing/{thing}"
    )
    path = f"/id/thing/{thing}/version/{position}"
    first = await client.get(f"{path}.nt")
    await owner.execute(
        "update thing set open = false, title = 'anders' where thing_id = $1", thing
    )
    await chronicle.turn(owner)

    assert "Stationsstraat" in first.text
    assert (await client.get(f"/id/thing/{thing}")).status_code == 404
    assert (await client.get(f"{path}.nt")).content == first.content
    assert (await client.get(f"/id/thing/{thing}/version/999")).status_code == 404
    assert (await client.get(f"/id/thing/{thing + 1}/version/{position}")).status_code == 404
    assert (await client.get(f"/id/thing/{thing}/version/x")).status_code == 404


@pytest.mark.parametrize("name", ["vocabulary", "leiedonk"])
async def test_versions_satisfy_their_shapes(
    client: httpx.AsyncClient, owner: asyncpg.Connection, chronicle: Chronicle, name: str
) -> None:
    await chronicle.turn(owner)
    await owner.execute("update thing set open = false where name = 'zilverbrug'")
    await owner.execute("update datastream set open = false where interval_seconds = 900")
    await chronicle.turn(owner)
    graph = Graph()
    for dataset in (await members(client, name)).values():
        graph += dataset.graph(dataset.default_graph.identifier)

    assert complaints(graph, "version", "sensor", "feature") == ""
    if name == "leiedonk":
        assert list(graph.subjects(RDF.type, word("as:Delete")))


async def test_activity_says_only_what_it_is_about_and_its_graph_the_rest(
    client: httpx.AsyncClient, owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    await owner.execute("update dataset set properties = '{}' where city = 'vlierhove'")
    await chronicle.turn(owner)
    kinds = set()
    for dataset in (await members(client, "catalogue")).values():
        default = dataset.graph(dataset.default_graph.identifier)
        for event in default.objects(None, word("tree:member")):
            assert isinstance(event, URIRef)
            said = dict(default.predicate_objects(event))
            about, payload = said[word("as:object")], dataset.graph(event)
            kinds.add(said[RDF.type])

            assert set(said) == {RDF.type, word("as:object"), word("as:published")}
            deleted = said[RDF.type] == word("as:Delete")
            assert bool(len(payload)) is not deleted
            assert deleted or (about, RDF.type, None) in payload

    assert kinds == {word("as:Create"), word("as:Update"), word("as:Delete")}


async def test_whoever_follows_the_feed_has_the_catalogue(
    client: httpx.AsyncClient, owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    await owner.execute("update dataset set properties = '{}' where city = 'vlierhove'")
    await chronicle.turn(owner)
    kept: dict[Any, Graph] = {}
    for path, dataset in sorted((await members(client, "catalogue")).items(), key=_number):
        default = dataset.graph(dataset.default_graph.identifier)
        events = list(default.objects(None, word("tree:member")))
        for event in sorted(events, key=lambda one: int(str(one).rpartition("#")[2])):
            assert isinstance(event, URIRef), path
            kept[default.value(event, word("as:object"))] = dataset.graph(event)
    there = {subject: graph for subject, graph in kept.items() if len(graph)}
    catalogue = Graph().parse(data=(await client.get("/catalogue.nt")).text, format="nt")
    followed = Graph()
    for graph in there.values():
        followed += graph
    measured = {"generatedAtTime", "hasQualityMeasurement", "temporal", "spatial", "modified",
                "temporalResolution", "computedOn", "isMeasurementOf", "value"}  # fmt: skip

    assert set(there) == {
        subject
        for kind in ("Catalog", "Dataset", "Distribution", "DataService")
        for subject in catalogue.subjects(RDF.type, word(f"dcat:{kind}"))
    } | {
        subject
        for kind in ("http://xmlns.com/foaf/0.1/Agent", "http://www.w3.org/2006/vcard/ns#Kind")
        for subject in catalogue.subjects(RDF.type, URIRef(kind))
    }
    missing = [
        triple
        for triple in catalogue
        if triple[0] in there
        and triple not in followed
        and str(triple[1]).replace("#", "/").rpartition("/")[2] not in measured
    ]
    assert missing == []


def _number(item: tuple[str, Any]) -> int:
    return int(item[0].rpartition("/")[2])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feeds/nowhere", 404),
        ("/feeds/catalogue/page/999", 404),
        ("/feeds/catalogue/page/0", 404),
        ("/feeds/catalogue/node/2", 404),
        ("/feeds/catalogue/page/99999999999", 404),
        ("/feeds/catalogue.ttl", 404),
        ("/feeds/catalogue?x=1", 400),
        ("/feeds/vlierhove/page/1", 404),
    ],
)
async def test_what_is_not_there_is_told_as_a_problem(
    client: httpx.AsyncClient,
    owner: asyncpg.Connection,
    chronicle: Chronicle,
    path: str,
    status: int,
) -> None:
    await chronicle.turn(owner)
    answer = await client.get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_feed_without_events_is_an_empty_root(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    dataset = await read(client, "/feeds/vlierhove")

    assert (None, RDF.type, word("ldes:EventStream")) in dataset
    assert list(dataset.objects(None, word("tree:relation"))) == []


async def test_caller_that_has_it_gets_no_second_copy(
    client: httpx.AsyncClient, owner: asyncpg.Connection, chronicle: Chronicle
) -> None:
    await chronicle.turn(owner)
    for path in ("/feeds/catalogue", "/feeds/leiedonk/page/1"):
        first = await client.get(path)
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})

        assert (again.status_code, again.content) == (304, b"")
        assert (await client.head(path)).headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("coding", ["zstd", "gzip", "identity"])
async def test_feeds_are_compressed_as_the_caller_likes(
    client: httpx.AsyncClient, owner: asyncpg.Connection, chronicle: Chronicle, coding: str
) -> None:
    await chronicle.turn(owner)
    for path in ("/feeds/catalogue", "/feeds/leiedonk/page/1.nq"):
        plain = await client.get(path, headers={"Accept-Encoding": "identity"})
        answer = await client.get(path, headers={"Accept-Encoding": coding})

        assert answer.content == plain.content
        assert answer.headers.get("content-encoding", "identity") == coding
        assert (answer.headers["etag"] == plain.headers["etag"]) == (coding == "identity")
        assert "Accept-Encoding" in answer.headers["vary"]
