"""The pages: complete in each language, safe to open, nothing of them foreign or closed."""

import itertools
import json
import re
from html.parser import HTMLParser
from typing import Any

import asyncpg
import httpx
import pytest

from api.portal.texts import LANGUAGES
from api.settings import ApiSettings, BaseMap
from schemas.settings import DatabaseConnection
from tests.api.conftest import BASE, as_city, started

PAGES = (
    "/", "/map", "/cities", "/cities/zonnedorp", "/cities/zonnedorp/traffic",
    "/cities/zonnedorp/energy", "/things/1", "/datastreams/1", "/datastreams/3", "/datastreams/5",
    "/sensor-types", "/sensor-types/telraam/v2", "/developers", "/status", "/accessibility",
    "/docs", "/charter/zonnedorp", "/id/thing/1.html", "/cities/nergens",
)  # fmt: skip
HTML = {"Accept": "text/html"}


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
    identifier, theme, label, value, *_ = things["Stofmeter Maanplein"]["streams"][0]
    assert (identifier, data["themes"][theme], label, value) == (3, "air-quality", "PM10", "45")
    assert {city["slug"] for city in data["cities"]} == {"zonnedorp", "maanstad"}
    assert all(len(city["outline"]) >= 4 for city in data["cities"])


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
