"""The pages: complete in each language, safe to open, nothing of them foreign or closed."""

import asyncio
import itertools
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from api.portal.assets import Assets
from api.portal.sharing import Sharing
from api.portal.texts import LANGUAGES
from api.settings import ApiSettings, BaseMap
from schemas.settings import DatabaseConnection
from tests.api.conftest import BASE, as_city, started
from tests.fuzz.asgi_caller import Request as Call
from tests.fuzz.asgi_caller import ask

PAGES = (
    "/", "/map", "/cities", "/cities/zonnedorp", "/cities/zonnedorp/traffic",
    "/cities/zonnedorp/energy", "/things/1", "/datastreams/1", "/datastreams/3", "/datastreams/5",
    "/sensor-types", "/sensor-types/telraam/v2", "/developers", "/status", "/accessibility",
    "/docs", "/charter/zonnedorp", "/id/thing/1.html", "/cities/nergens",
)  # fmt: skip
HTML = {"Accept": "text/html"}
NO_TEXT = b"?\x80"
"""A query that is no UTF-8, as a client may send it."""
BUILT = "page.js" in Assets()
"""Whether npm brought the map; without it, pages have none."""


class Outline(HTMLParser):
    """Landmarks, headings and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.given: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.given.append((tag, given))
        self.addresses += [given[name] or "" for name in ("href", "src") if name in given]
        self.ids += [given["id"] or ""] if "id" in given else []

    @property
    def loaded(self) -> list[str]:
        """Addresses of all that the page loads; a script within the page would be an empty one."""
        return [
            given.get("src") or given.get("href") or ""
            for tag, given in self.given
            if tag in {"script", "img", "iframe", "source", "link"}
            and given.get("rel") != "alternate"
            and given.get("type") != "application/json"
        ]


@pytest.mark.embedded
async def test_the_first_page_tells_what_is_measured_now(client: httpx.AsyncClient) -> None:
    text = (await client.get("/")).text

    for part in ("Zonnedorp", "Maanstad", "Verkeer in Zonnedorp", "Gegevens van huishoudens.",
                 "PM10", "µg/m³", "Onwaarschijnlijk hoog", "geleden"):  # fmt: skip
        assert part in text, part


@pytest.mark.embedded
async def test_pages_show_what_is_open_and_nothing_else(client: httpx.AsyncClient) -> None:
    for path in (*PAGES, "/map/data.json"):
        for headers in (HTML, HTML | as_city("zonnedorp")):
            assert "GEHEIM" not in (await client.get(path, headers=headers)).text, path
    for hidden in ("/things/2", "/datastreams/2", "/things/4", "/datastreams/4"):
        assert (await client.get(hidden)).status_code == 404, hidden


@pytest.mark.embedded
async def test_pages_have_landmarks_headings_and_nothing_foreign(
    client: httpx.AsyncClient,
) -> None:
    for path, language in itertools.product(PAGES, LANGUAGES):
        answer = await client.get(path, params={"lang": language}, headers=HTML)
        outline = Outline(answer.text)

        assert {"header", "nav", "main", "footer", "title"} <= set(outline.tags), path
        assert outline.tags.count("h1") == 1, path
        assert len(outline.ids) == len(set(outline.ids)), path
        levels = [int(tag[1]) for tag in outline.tags if re.fullmatch("h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), path
        assert all(one.startswith("/static/") for one in outline.loaded), path
        assert not [given for _, given in outline.given if "style" in given or "onclick" in given]
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["content-language"] == language


async def addresses_of(client: httpx.AsyncClient, path: str) -> list[str]:
    answer = await client.get(path, params={"lang": "fr"}, headers=HTML)
    return Outline(answer.text).addresses


@pytest.mark.embedded
async def test_every_address_of_ours_on_a_page_answers(client: httpx.AsyncClient) -> None:
    found = {
        address.partition("#")[0]
        for path in PAGES
        for address in await addresses_of(client, path)
        if address.startswith("/")
    }  # fmt: skip

    assert len(found) > 60
    for address in sorted(found):
        # Goes on for ever · has a builder of its own · is for cities that declare more.
        if address.startswith(("/live", "/ldes", "/catalogue/zonnedorp", "/cities/nergens")):
            continue
        answer = await client.get(address)
        assert answer.status_code == 200, address


@pytest.mark.embedded
async def test_links_stay_in_the_language_that_was_chosen(client: httpx.AsyncClient) -> None:
    chosen = Outline((await client.get("/cities", params={"lang": "de"})).text)
    not_chosen = Outline((await client.get("/cities")).text)

    assert "/cities/zonnedorp?lang=de" in chosen.addresses
    assert "/cities/zonnedorp" in not_chosen.addresses
    assert "/cities" in chosen.addresses  # back to Dutch
    assert (await client.get("/", params={"lang": "xx"})).status_code == 400


@pytest.mark.embedded
async def test_names_cannot_become_markup(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    evil = "</script><script>alert(1)</script>\"'><img src=x>{t}"
    await owner.execute("update city set name = $1", evil)
    await owner.execute("update thing set title = $1, description = $1", evil)
    await owner.execute("update datastream set title = $1", evil)
    await owner.execute("update dataset set title = $1, licence = 'javascript:alert(1)'", evil)
    await owner.execute(
        """update city set properties = '{"publisher": {"homepage": "javascript:alert(1)"}}'"""
    )

    for path in PAGES:
        text = (await client.get(path, headers=HTML)).text

        assert "<script>" not in text, path
        assert "<img src=x>" not in text, path
        assert 'href="javascript' not in text, path


@pytest.mark.embedded
async def test_an_empty_installation_says_so_on_every_page(
    embedded_database: DatabaseConnection,
) -> None:
    async with started(ApiSettings(database=embedded_database)) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            texts = {path: (await http.get(path)).text for path in ("/", "/map", "/cities")}
            answers = [await http.get(path) for path in ("/developers", "/status")]

    assert "Hier stroomt nog niets" in texts["/"]
    assert "Hier is nog niets gemeten" in texts["/map"]
    assert "Er is nog geen stad aangesloten" in texts["/cities"]
    assert [one.status_code for one in answers] == [200, 200]


@pytest.mark.embedded
async def test_a_browser_gets_a_page_of_what_went_wrong_and_a_program_a_problem(
    client: httpx.AsyncClient,
) -> None:
    page = await client.get("/cities/nergens", headers=HTML, params={"lang": "fr"})
    problem = await client.get("/cities/nergens")

    assert (page.status_code, problem.status_code) == (404, 404)
    assert "existe pas" in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    for wrong in ("/datastreams/x", "/things/99999999999", "/map?after=x", "/datastreams/1?span=x",
                  "/?lang=nl&lang=en", "/cities?city=x", "/sensor-types/no/such"):  # fmt: skip
        assert (await client.get(wrong)).status_code in {400, 404}, wrong


@pytest.mark.embedded
async def test_a_map_has_places_values_and_an_outline(client: httpx.AsyncClient) -> None:
    data = (await client.get("/map/data.json")).json()
    things: dict[str, Any] = {one["title"]: one for one in data["things"]}

    assert set(things) == {"Teller Kerkstraat", "Stofmeter Maanplein"}  # one has no place
    identifier, kind, value, time, state, flags = things["Stofmeter Maanplein"]["streams"][0]
    assert data["kinds"][kind] == ["air-quality", "PM10", "µg/m³", 0]
    assert (identifier, value, state, flags) == (3, 45, "unknown", ["range.high"])
    assert time == datetime(2026, 1, 1, 0, 30, tzinfo=UTC).timestamp()
    assert {city["slug"] for city in data["cities"]} == {"zonnedorp", "maanstad"}
    assert all(len(city["outline"]) >= 4 for city in data["cities"])


ANNOUNCED = (
    "insert into thing (city, profile, name, title, description, location_id, open, announced)"
    " values"
    " ('zonnedorp', 'telraam/v2', 'teller-3', 'Teller Sluis', 'Hangt er', 1, true, '{traffic}'),"
    " ('zonnedorp', 'the-things-stack/v3', 'deur', 'Deur Museum', 'Hangt er', null, true, '{}'),"
    " ('zonnedorp', 'telraam/v2', 'teller-4', 'GEHEIM', 'GEHEIM', 1, false, null)"
)


@pytest.mark.embedded
async def test_what_is_announced_is_on_map_and_list_and_counts_as_nothing(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    things = "sensoren in straten en gebouwen</dt><dd>3</dd>"
    before = (await client.get("/")).text
    await owner.execute(ANNOUNCED)
    data = (await client.get("/map/data.json")).json()
    waiting = [one for one in data["things"] if not one["streams"]]
    texts = [
        (await client.get(path)).text
        for path in ("/map", "/map?theme=traffic", "/map?theme=air-quality",
                     "/cities/zonnedorp/traffic", "/map?title=museum")
    ]  # fmt: skip

    assert [(one["title"], one["at"]) for one in waiting] == [("Teller Sluis", [4.4, 51.2])]
    assert ["Nog niets ontvangen" in text for text in texts] == [True, True, False, True, True]
    assert ["Teller Sluis" in text for text in texts] == [True, True, False, True, False]
    assert ["Deur Museum" in text for text in texts] == [True, False, False, False, True]
    assert "GEHEIM" not in "".join(texts)
    assert things in before
    assert things in (await client.get("/?lang=nl")).text  # made anew: another address


@pytest.mark.embedded
async def test_the_page_of_what_is_announced_says_what_its_operator_can_do(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    await owner.execute(ANNOUNCED)
    counter, door = [(await client.get(f"/things/{number}")).text for number in (6, 7)]
    hidden = await client.get("/things/8")

    for part in ("Teller Sluis", "Nog niets ontvangen", "Beheert u deze sensor?",
                 "/dead-letters?profile=telraam/v2", "/sensor-types/telraam/v2",
                 "51.20000, 4.40000"):  # fmt: skip
        assert (part in counter) or (not BUILT and part.startswith("51")), part
    assert "Deur Museum" in door
    assert "WGS 84" not in door
    assert hidden.status_code == 404


@pytest.mark.embedded
async def test_a_list_of_what_is_announced_goes_on_where_its_page_ends(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "insert into thing (city, profile, name, title, description, open, announced)"
        " select 'zonnedorp', 'telraam/v2', 'n' || n, 'Teller nummer ' || n, '', true, '{traffic}'"
        " from generate_series(1, 150) n"
    )
    for path in ("/map?city=zonnedorp", "/cities/zonnedorp/traffic"):
        first = (await client.get(path)).text
        more = f"{path}{'&' if '?' in path else '?'}announced=100"
        second = (await client.get(more)).text

        assert more.replace("&", "&amp;") + "#announced" in first
        assert "announced=200" not in second
        names = [set(re.findall("Teller nummer [0-9]+", text)) for text in (first, second)]
        assert [len(one) for one in names] == [100, 50]
        assert names[0].isdisjoint(names[1])


@pytest.mark.embedded
async def test_a_map_and_its_list_are_of_the_sensors_that_are_named(
    client: httpx.AsyncClient,
) -> None:
    chosen = {"city": "maanstad", "title": "MAANPLEIN"}
    page = (await client.get("/map", params=chosen)).text
    data = (await client.get("/map/data.json", params=chosen)).json()
    none = (await client.get("/map", params={"title": "%"})).text

    assert ("/map/data.json?city=maanstad&amp;title=MAANPLEIN" in page) == BUILT
    assert "Stofmeter Maanplein" in page
    assert [one["title"] for one in data["things"]] == ["Stofmeter Maanplein"]
    assert "Hier is nog niets gemeten" in none


@pytest.mark.embedded
async def test_a_page_says_when_its_map_has_no_room_for_all(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.portal.maps.MOST", 2)
    three = (await client.get("/map")).text
    two = (await client.get("/map", params={"city": "zonnedorp"})).text
    one = (await client.get("/map", params={"theme": "air-quality"})).text

    assert ("Op de kaart passen 2 meetreeksen" in three) == BUILT
    assert "Op de kaart passen" not in two + one


@pytest.mark.embedded
async def test_a_list_goes_on_where_its_page_ends(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name,"
        " unit, interval_seconds, title, description, observation_type, unit_of_measurement, open)"
        " select 1, 1, 1, 1, 'n' || n, '1', 0, 'Reeks ' || n, '', '', '{}', true"
        " from generate_series(1, 199) n"
    )  # with the one that is there: 200 of the first thing, and 1 of another
    for path in ("/map?city=zonnedorp", "/cities/zonnedorp/traffic"):
        rows: list[str] = []
        pages = 0
        address = path
        while address:
            text = (await client.get(address)).text
            pages += 1
            rows += re.findall(r'<tr data-stream="(\d+)"', text)
            more = re.search(r'<p class="more"><a href="([^"#]+after=\d+)#', text)
            address = more[1].replace("&amp;", "&") if more else ""

        assert pages == 3, path
        assert len(rows) == len(set(rows)) == 201, path


@pytest.mark.embedded
async def test_who_has_the_data_of_a_map_is_told_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/map/data.json", headers={"Accept-Encoding": "gzip"})
    tag = {"If-None-Match": answer.headers["etag"], "Accept-Encoding": "gzip"}
    same = await client.get("/map/data.json", headers=tag)

    assert answer.headers["cache-control"] == "no-cache"
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == answer.headers["etag"]


async def test_a_page_is_made_once_for_all_who_ask_at_once() -> None:
    made = 0
    sharing = Sharing()

    async def handler(request: Request) -> Response:
        nonlocal made
        made += 1
        await asyncio.sleep(0)
        return Response(f"{request.url.query} {made}")

    def asked(query: str) -> Request:
        scope = {"type": "http", "method": "GET", "path": "/map", "headers": []}
        return Request(scope | {"query_string": query.encode(), "server": ("x", 80)})

    same = await asyncio.gather(*(sharing.answer(asked("a"), handler) for _ in range(50)))
    other = await sharing.answer(asked("b"), handler)

    assert {bytes(one.body) for one in same} == {b"a 1"}
    assert bytes(other.body) == b"b 2"


@pytest.mark.embedded
async def test_a_base_map_is_let_in_where_one_is_configured(settings: ApiSettings) -> None:
    chosen = BaseMap(url="https://tiles.example/{z}/{x}/{y}.png", attribution="© Example")
    changed = settings.model_copy(update={"base_map": chosen})
    async with started(changed) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            answer = await http.get("/map")

    assert (
        "img-src 'self' data: https://tiles.example;" in answer.headers["content-security-policy"]
    )
    for wrong in ("http://tiles.example/{z}/{x}/{y}", "https://tiles.example/"):
        with pytest.raises(ValueError, match="begins with https"):
            BaseMap(url=wrong)


@pytest.mark.embedded
async def test_a_history_is_drawn_from_values_or_sums(client: httpx.AsyncClient) -> None:
    day = (await client.get("/datastreams/1")).text
    months = (await client.get("/datastreams/1?span=month")).text
    words = (await client.get("/datastreams/5")).text

    columns = json.loads(re.search(r'id="history-data">(.*?)</script>', day, re.DOTALL)[1])  # type: ignore[index]
    assert len(columns[0]) == 97  # quarters of a day, both ends included
    assert columns[1][-1] == 249
    assert 'data-grain="hour"' in months
    assert "history-data" not in words  # text has no chart
    assert "=SOM(A1)" in words


@pytest.mark.embedded
async def test_the_openapi_document_tells_every_address(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    page = (await client.get("/docs")).text

    for path in ("/sensorthings/v1.1", "/observations.csv", "/observations.json", "/ready",
                 "/live/observations", "/health", "/metrics"):  # fmt: skip
        assert path in document["paths"]
        assert path in page


@pytest.mark.embedded
async def test_files_are_kept_for_good_under_their_hash_and_compressed(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get("/")).text
    style = re.search(r"/static/stadspuls-[0-9a-f]+\.css", page)
    assert style is not None
    answer = await client.get(style[0], headers={"Accept-Encoding": "zstd"})
    plain = await client.get("/static/stadspuls.css", headers={"Accept-Encoding": "identity"})

    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "zstd"
    assert "immutable" not in plain.headers["cache-control"]
    assert answer.text == plain.text
    assert (await client.get("/static/..%2Fpage.html")).status_code == 404


@pytest.mark.parametrize("path", [*PAGES, "/map/data.json", "/feeds/vocabulary"])
async def test_query_that_is_no_text_is_answered_all_the_same(app: FastAPI, path: str) -> None:
    answer = await ask(app, Call(target=path.encode() + NO_TEXT))

    assert answer.status < 500
