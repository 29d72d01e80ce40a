"""Event streams over HTTP."""

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
import rdflib
import zstandard
from rdflib.compare import isomorphic

from api.ldes.building.retirement import retire
from api.ldes.building.settings import LdesSettings
from api.ldes.page_store import DirectoryPageStore
from api.settings import ApiSettings, EventStreamSettings
from tests.api.conftest import BASE, as_city, started
from tests.api.ldes.conftest import MORNING, PAGE, Site
from tests.api.ldes.graphs import TREE_MEMBER, graph, name

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning"),
]

TRAFFIC = "/ldes/zonnedorp/traffic"
MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)
FOR_GOOD = "public, max-age=604800, immutable"

KEEP_A_MONTH = (
    "update dataset set properties = properties || "
    "jsonb_build_object('retention', jsonb_build_object('observations', 'P30D'))"
)
MEASURED = """
insert into dataset_quality (
    dataset_id, window_start, window_end, datastream_count, observation_count, expected_count,
    completed_count, unflagged_count, warning_count, error_count, arrival_p50_seconds,
    arrival_p95_seconds, publication_p50_seconds, publication_p95_seconds, computed_at
)
select
    dataset_id, '2090-03-01T12:00:00Z', '2090-03-02T12:00:00Z', 2, 90, 100, 80, 72, 9, 9, 12.5, 60,
    0.1, 0.25, '2090-03-02T12:07:13Z'
from dataset
"""
Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def settings(settings: ApiSettings, ldes_settings: LdesSettings) -> ApiSettings:
    """Return settings that look at once for what changed."""
    streams = EventStreamSettings(fresh_seconds=0.001, refresh_seconds=0.001, polling_seconds=3)
    small = streams.model_copy(update={"page_members": PAGE})
    return settings.model_copy(
        update={"event_streams": small, "pages_dir": ldes_settings.pages_dir}
    )


@pytest_asyncio.fixture
async def ask(client: httpx.AsyncClient) -> Ask:
    """Return a function that gets a document of a stream, N-Quads uncompressed."""

    async def get(
        path: str = "", *, status: int = 200, root: str = TRAFFIC, **headers: str
    ) -> httpx.Response:
        usual = {"accept": "application/n-quads", "accept-encoding": "identity"}
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        answer = await client.get(root + path, headers=usual | given)
        assert answer.status_code == status, answer.text
        return answer

    return get


@pytest_asyncio.fixture
async def full(site: Site) -> Site:
    """Return a stream with two closed pages and one that is open."""
    await site.publisher.publish(*[1] * (2 * PAGE), at=MORNING, step=MILLISECOND)
    await site.publisher.publish(1, 1, at=MORNING + DAY / 24, step=MILLISECOND)
    await site.turns()
    return site


def sequences(text: str) -> list[int]:
    return [int(str(one).rpartition("/")[2]) for one in graph(text).objects(None, TREE_MEMBER)]


def values(text: str, *subjects: rdflib.term.Node | None, word: str) -> set[str]:
    found = graph(text)
    return {str(one) for subject in subjects for one in found.objects(subject, name(word))}


async def walk(ask: Ask, path: str = "", root: str = TRAFFIC) -> AsyncIterator[tuple[str, str]]:
    """Yield every node from the root on, as clients find them, with its text."""
    waiting, seen = [path], {path}
    while waiting:
        node = waiting.pop(0)
        text = (await ask(node, root=root)).text
        yield node, text
        for address in sorted(values(text, None, word="tree:node")):
            child = address.removeprefix(BASE + root)
            assert child not in seen, f"{child} has two parents"
            seen.add(child)
            waiting.append(child)


async def test_every_published_member_is_found_from_the_root_once(full: Site, ask: Ask) -> None:
    found = [one async for _, text in walk(ask) for one in sequences(text)]

    assert sorted(found) == [one.sequence for one in full.publisher.published]


async def test_root_tells_what_clients_must_know(full: Site, ask: Ask) -> None:
    answer = await ask()
    stream = rdflib.URIRef(f"{BASE}{TRAFFIC}#stream")
    root = rdflib.URIRef(BASE + TRAFFIC)

    def told(word: str) -> set[str]:
        return values(answer.text, stream, word=word)

    assert told("tree:view") == {str(root)}
    assert told("ldes:timestampPath") == {str(name("dct:created"))}
    assert told("ldes:sequencePath") == {str(name("schema:position"))}
    assert told("ldes:versionOfPath") == {str(name("dct:isVersionOf"))}
    assert told("ldes:versionDeleteObject") == {str(name("as:Delete"))}
    assert told("ldes:pollingInterval") == {"3"}
    assert told("tree:shape") == {f"{BASE}/shapes/observation"}
    assert values(answer.text, root, word="a") == {
        str(name("tree:Node")),
        str(name("ldes:EventSource")),
    }
    assert not values(answer.text, root, word="ldes:immutable")
    assert answer.headers["cache-control"] == "public, max-age=1"


async def test_root_is_the_same_until_what_it_says_changes(full: Site, ask: Ask) -> None:
    """However much is published below it: whoever polls it is answered with 304."""
    await full.owner.execute(MEASURED)
    first = await ask()
    await full.publisher.publish(1, 1, at=MORNING + DAY, step=MILLISECOND)
    await full.turns()
    await ask(if_none_match=first.headers["etag"], status=304)
    await full.owner.execute("update dataset set changed_time = '2091-01-01T00:00:00.25Z'")
    changed = await ask(if_none_match=first.headers["etag"])

    root = rdflib.URIRef(BASE + TRAFFIC)
    assert values(first.text, root, word="prov:generatedAtTime") == {"2090-03-02T12:05:00.000Z"}
    assert values(changed.text, root, word="prov:generatedAtTime") == {"2091-01-01T00:00:00.250Z"}


async def test_root_tells_how_far_the_dataset_can_be_relied_on(full: Site, ask: Ask) -> None:
    await full.owner.execute(MEASURED)
    text = (await ask()).text
    figures = {
        str(one): values(text, one, word="dqv:value")
        for one in graph(text).objects(
            rdflib.URIRef(f"{BASE}{TRAFFIC}#stream"), name("dqv:hasQualityMeasurement")
        )
    }
    quality = f"{BASE}/catalogue/zonnedorp#traffic-quality-"

    assert figures[f"{quality}completeness"] == {"0.8"}
    assert figures[f"{quality}publication-p95"] == {"0.25"}
    times = values(text, rdflib.URIRef(f"{quality}validity"), word="prov:generatedAtTime")
    assert times == {"2090-03-02T12:05:00Z"}
    root = rdflib.URIRef(BASE + TRAFFIC)
    assert values(text, root, word="prov:generatedAtTime") == {"2090-03-02T12:05:00.000Z"}
    for path in ("/hourly", "/2090", "/page/1", "/page/3"):
        assert "QualityMeasurement" not in (await ask(path)).text


async def test_no_closed_page_changes_with_the_figures(full: Site, ask: Ask) -> None:
    before, page = full.files(), (await ask("/page/1")).content
    await full.owner.execute(MEASURED)
    await full.turns()

    assert (await ask("/page/1")).content == page
    assert before.items() <= full.files().items()


async def test_root_of_a_restricted_dataset_tells_no_figures(site: Site, ask: Ask) -> None:
    await site.owner.execute(MEASURED)
    key = as_city("zonnedorp")["Authorization"]

    root = await ask(root="/ldes/zonnedorp/energy", authorization=key)
    assert "hasQualityMeasurement" not in root.text


async def test_relations_bound_every_member_below_them(full: Site, ask: Ask) -> None:
    """By milliseconds, also where only those are compared."""
    texts = {node: text async for node, text in walk(ask)}
    by_sequence = {one.sequence: one.published_time for one in full.publisher.published}
    checked = 0
    for text in texts.values():
        found = graph(text)
        for relation in found.objects(None, name("tree:relation")):
            [node] = found.objects(relation, name("tree:node"))
            [kind] = found.objects(relation, name("a"))
            [value] = found.objects(relation, name("tree:value"))
            bound = datetime.fromisoformat(str(value))
            below = [
                one
                async for _, inner in walk(ask, str(node).removeprefix(BASE + TRAFFIC))
                for one in sequences(inner)
            ]
            assert below
            for one in below:
                checked += 1
                if str(kind).endswith("#LessThanRelation"):
                    assert by_sequence[one] < bound
                else:
                    assert by_sequence[one] >= bound
    assert checked


async def test_closed_page_is_for_good_and_the_open_one_is_not(full: Site, ask: Ask) -> None:
    closed, opened = await ask("/page/1"), await ask("/page/3")

    assert closed.headers["cache-control"] == FOR_GOOD
    assert values(closed.text, None, word="ldes:immutable") == {"true"}
    assert opened.headers["cache-control"] == "public, max-age=1"
    assert not values(opened.text, None, word="ldes:immutable")
    assert not values(opened.text, None, word="hydra:next")


async def test_open_page_is_closed_with_what_it_showed(full: Site, ask: Ask) -> None:
    before = sequences((await ask("/page/3")).text)
    await full.publisher.publish(1, at=MORNING + 2 * DAY)
    await full.turns()

    closed = await ask("/page/3")
    assert sequences(closed.text) == before
    assert closed.headers["cache-control"] == FOR_GOOD


async def test_what_is_published_is_seen_before_the_builder_has_looked(
    full: Site, ask: Ask
) -> None:
    await full.publisher.publish(1, 3, 1, at=MORNING + DAY / 12)

    newest = full.publisher.sequence
    assert sequences((await ask("/page/3")).text)[-2:] == [newest - 2, newest]


async def test_open_page_shows_no_more_than_it_will_be_closed_with(full: Site, ask: Ask) -> None:
    """Also when the builder is far behind."""
    await full.publisher.publish(*[1] * (3 * PAGE), at=MORNING + DAY / 12, step=MILLISECOND)
    shown = sequences((await ask("/page/3")).text)
    await full.turns()

    assert sequences((await ask("/page/3")).text) == shown
    assert len(shown) <= PAGE


async def test_page_that_comes_next_is_there_and_empty_until_it_has_members(
    full: Site, ask: Ask
) -> None:
    """A closed page names the next one; that must lead somewhere."""
    await full.owner.execute("delete from event_waiting")
    last = (await ask("/page/2")).text
    [following] = values(last, None, word="hydra:next")
    empty = await ask(following.removeprefix(BASE + TRAFFIC))

    assert sequences(empty.text) == []
    assert values(empty.text, None, word="hydra:previous") == {f"{BASE}{TRAFFIC}/page/2"}
    await ask("/page/4", status=404)


FORMS = [
    ("application/n-quads", "nq", "nquads"),
    ("application/trig", "trig", "trig"),
    ("text/turtle", "ttl", "turtle"),
    ("application/n-triples", "nt", "nt"),
    ("application/ld+json", "jsonld", "json-ld"),
    ("application/n-quads", "tree.nq", "nquads"),
]


async def test_every_form_says_the_same(full: Site, ask: Ask) -> None:
    for path in ("", "/2090-01", "/page/1", "/page/3"):
        expected = graph((await ask(path)).text)
        for media_type, suffix, form in FORMS:
            by_accept = await ask(path, accept=f"text/html, {media_type};q=0.5")
            by_suffix = await ask(f"{path}.{suffix}", accept="text/html")
            found = rdflib.Dataset()
            found.parse(data=by_accept.content, format=form)

            assert by_accept.content == by_suffix.content
            kind, _, profile = by_accept.headers["content-type"].partition(";")
            assert kind == media_type
            assert bool(profile) == (form != "json-ld")
            assert {"Accept", "Accept-Encoding"} <= set(by_accept.headers["vary"].split(", "))
            assert isomorphic(found.default_graph, expected)


async def test_form_that_is_not_offered_is_refused(full: Site, ask: Ask) -> None:
    refused = await ask(status=406, accept="text/html")

    assert "application/n-quads" in refused.json()["detail"]
    await ask(".rdf", status=404)


async def test_compressed_answers_are_the_same_page(
    full: Site, client: httpx.AsyncClient, ask: Ask
) -> None:
    codings = (("gzip", gzip.decompress), ("zstd", zstandard.decompress))
    for path in ("/page/1", "/page/3", ""):
        plain = (await ask(path)).content
        for coding, decode in codings:
            wanted = {"accept-encoding": f"br, {coding};q=0.9, *;q=0"}
            async with client.stream("GET", TRAFFIC + path, headers=wanted) as answer:
                raw = b"".join([piece async for piece in answer.aiter_raw()])

            assert answer.headers["content-encoding"] == coding
            assert decode(raw) == plain


async def test_tag_tells_forms_and_codings_apart_and_gives_304(full: Site, ask: Ask) -> None:
    tags = set()
    for accept in ("application/n-quads", "application/n-triples", "text/turtle"):
        for coding in ("identity", "gzip", "zstd"):
            answer = await ask("/page/1", accept=accept, accept_encoding=coding)
            tags.add(answer.headers["etag"])
            again = await ask(
                "/page/1",
                accept=accept,
                accept_encoding=coding,
                if_none_match=f'"x", {answer.headers["etag"]}',
                status=304,
            )
            assert again.content == b""
            assert again.headers["cache-control"] == FOR_GOOD
    assert len(tags) == 9


async def test_open_page_gives_304_until_something_is_published(full: Site, ask: Ask) -> None:
    tag = (await ask("/page/3")).headers["etag"]
    await ask("/page/3", if_none_match=tag, status=304)
    await full.publisher.publish(1, at=MORNING + DAY / 12)

    assert (await ask("/page/3", if_none_match=tag)).headers["etag"] != tag


async def test_other_forms_of_a_closed_page_are_kept(
    full: Site, ask: Ask, settings: ApiSettings
) -> None:
    """So that a later renderer cannot change what was given."""
    await ask("/page/1", accept="text/turtle", accept_encoding="gzip")
    [kept] = [file for file in full.files() if file.endswith(".ttl.gz")]
    (full.folder / kept).write_bytes(gzip.compress(b"as it was written then"))
    async with started(settings) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as other:
            answer = await other.get(f"{TRAFFIC}/page/1.ttl", headers={"accept-encoding": "gzip"})

    assert answer.text == "as it was written then"


async def test_complete_node_is_for_good_whatever_is_published_later(full: Site, ask: Ask) -> None:
    assert (await ask("/2090-01-05")).headers["cache-control"] == "public, max-age=1"
    await full.publisher.publish(1, at=MORNING + DAY)
    await full.turns()
    complete = await ask("/2090-01-05")
    await full.owner.execute("update dataset set licence = 'https://example.org/other'")

    assert complete.headers["cache-control"] == FOR_GOOD
    assert values(complete.text, None, word="ldes:immutable") == {"true"}
    assert (await ask("/2090-01-05")).content == complete.content
    assert (await ask("/2090-01")).headers["cache-control"] == "public, max-age=1"


async def test_search_leads_to_the_page_of_a_moment(full: Site, ask: Ask) -> None:
    [template] = values((await ask()).text, None, word="hydra:template")
    assert template == BASE + TRAFFIC + "{?time}"
    for time, page in (
        ("1999-01-01T00:00:00Z", 1),
        ("2090-01-05T09:00:00.005Z", 1),
        ("2090-01-05T09:00:00.006Z", 2),
        ("2090-01-05T11:00:00%2B01:00", 3),
        ("2100-01-01", 3),
    ):
        found = await ask(f"?time={time}", status=302)

        assert found.headers["location"] == f"{BASE}{TRAFFIC}/page/{page}"


async def test_search_keeps_the_form_and_tells_what_a_time_is(full: Site, ask: Ask) -> None:
    answer = await ask(".ttl?time=2100-01-01", status=302)

    assert answer.headers["location"].endswith("/page/3.ttl")
    assert "2026-01-05T10:00Z" in (await ask("?time=now", status=400)).json()["detail"]
    await ask("/page/1?time=2100-01-01", status=400)
    await ask("?tijd=2100-01-01", status=400)


async def test_restricted_dataset_needs_the_key_of_its_city(site: Site, ask: Ask) -> None:
    await site.publisher.publish(2, at=MORNING)
    await site.publisher.publish(2, at=MORNING + DAY)
    await site.turns()
    energy, key = "/ldes/zonnedorp/energy", as_city("zonnedorp")["Authorization"]
    for path in ("", "/2090", "/page/1", "/page/2", "?time=2090-01-05"):
        for other in ({}, {"authorization": as_city("maanstad")["Authorization"]}):
            refused = await ask(path, root=energy, status=404, **other)
            assert refused.headers["cache-control"] == "no-store"

    answers = [
        await ask(path, root=energy, authorization=key)
        for path in ("", "/2090", "/page/1", "/page/2")
    ]
    assert all(one.headers["cache-control"].startswith("private") for one in answers)
    assert sequences(answers[2].text) == [1001]
    await ask(root=energy, status=401, authorization="Bearer wrong")


async def test_restricted_datastream_is_in_no_node_of_an_open_dataset(
    site: Site, ask: Ask
) -> None:
    await site.owner.execute("update datastream set open = false where datastream_id = 5")
    await site.publisher.publish(1, 5, at=MORNING)
    await site.publisher.publish(5, at=MORNING + DAY / 24)
    await site.turns()
    await site.publisher.publish(5, at=MORNING + DAY / 12)
    for headers in ({}, {"authorization": as_city("zonnedorp")["Authorization"]}):
        answer = await ask("/page/1", **headers)

        assert sequences(answer.text) == [1001]


async def test_dataset_that_opens_keeps_what_was_restricted(site: Site, ask: Ask) -> None:
    key = as_city("zonnedorp")["Authorization"]
    energy = "/ldes/zonnedorp/energy"
    for days in (0, 1):
        await site.publisher.publish(2, at=MORNING + days * DAY)
    await site.turns()
    await site.owner.execute(
        "update dataset set access = 'open' where theme = 'energy';"
        "update datastream set open = true where datastream_id = 2"
    )
    await site.publisher.publish(2, at=MORNING + 40 * DAY)
    await site.turns()

    everybody = [one async for _, text in walk(ask, root=energy) for one in sequences(text)]
    assert everybody == [1002, 1003]
    await ask("/page/1", root=energy, status=404)
    await ask("/page/1", root=energy, authorization=key)
    await ask("/2090-01-05", root=energy, status=404)


async def test_dataset_that_closes_is_closed_at_once(full: Site, ask: Ask) -> None:
    await ask("/page/1")
    await full.owner.execute("update dataset set access = 'restricted' where theme = 'traffic'")

    for path in ("", "/page/1", "/page/3", "/2090"):
        await ask(path, status=404)


async def test_other_addresses_lead_nowhere(full: Site, ask: Ask) -> None:
    for path in (
        "/nothing", "/page/0", "/page/01", "/page/x", "/page/1/2", "/2090-02", "/2090-13", "/20",
        "/page/999999999", "/page/9999999999", "/hourly/2090", ".",
    ):  # fmt: skip
        await ask(path, status=404)


async def test_dataset_without_anything_published_has_an_empty_root(site: Site, ask: Ask) -> None:
    text = (await ask()).text

    assert not values(text, None, word="tree:relation")
    assert values(text, None, word="tree:view") == {BASE + TRAFFIC}
    await ask("/page/1", status=404)
    found = await ask("?time=2090-01-01", status=302)
    assert found.headers["location"] == BASE + TRAFFIC
    await ask(root="/ldes/zonnedorp/noise", status=404)


async def test_browsers_may_read_it_from_anywhere(full: Site, ask: Ask) -> None:
    answer = await ask("/page/1", origin="https://elsewhere.test")

    assert answer.headers["access-control-allow-origin"] == "*"
    assert 'rel="license"' in answer.headers["link"]


async def test_page_store_that_is_away_is_told(full: Site, ask: Ask) -> None:
    full.folder.rename(full.folder.with_name("away"))

    assert (await ask("/page/1", status=503)).headers["retry-after"]


async def test_page_that_is_older_than_its_dataset_is_kept_is_gone(
    site: Site, ask: Ask, settings: ApiSettings
) -> None:
    """Nothing leads there any more; the log says for how long it is kept."""
    now = datetime.now(UTC)
    for days in (400, 40, 39, 1):
        await site.publisher.publish(1, at=now - days * DAY)
    await site.turns()
    for suffix in ("", ".ttl"):
        await ask(f"/page/1{suffix}", accept_encoding="gzip")
    connection, store = site.builder._connection, DirectoryPageStore(settings.pages_dir)
    assert await retire(connection, store) == 0
    await site.owner.execute(KEEP_A_MONTH)
    assert await retire(connection, store, grace=timedelta(0)) == 3

    found = [one async for _, text in walk(ask) for one in sequences(text)]
    root = (await ask()).text
    assert found == [1004]
    assert values(root, None, word="ldes:fullLogDuration") == {"P30D"}
    assert values(root, None, word="ldes:retentionPolicy") == {f"{BASE}{TRAFFIC}#retention"}
    for path in ("/page/1", "/page/2.ttl", f"/{(now - 400 * DAY):%Y-%m-%d}"):
        assert "kept" in (await ask(path, status=410)).json()["detail"]
    pages = {one.rpartition("/")[2][:9] for one in site.files() if "/nodes/" not in one}
    assert pages == {"000000004"}


async def test_node_whose_pages_may_go_is_not_for_good(full: Site, ask: Ask) -> None:
    await full.owner.execute(KEEP_A_MONTH)
    await full.publisher.publish(1, at=MORNING + DAY)
    await full.turns()
    node = await ask("/2090-01-05")

    assert node.headers["cache-control"] == "public, max-age=1"
    assert not values(node.text, None, word="ldes:immutable")
