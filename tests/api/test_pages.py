"""The pages: complete, safe to open, without foreign hosts or scripts."""

import itertools
import re
from datetime import timedelta
from html.parser import HTMLParser

import asyncpg
import httpx
import msgspec
import pytest

from api.pages.overview import age_text, value_text
from api.settings import ApiSettings
from schemas.settings import DatabaseConnection

from .conftest import BASE, as_city, started


class Outline(HTMLParser):
    """Landmarks, headings and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.addresses += [given[name] or "" for name in ("href", "src") if name in given]
        self.ids += [given["id"] or ""] if "id" in given else []


@pytest.mark.embedded
async def test_the_first_page_tells_what_there_is(client: httpx.AsyncClient) -> None:
    text = (await client.get("/")).text

    for part in ("Zonnedorp", "Maanstad", "Verkeer in Zonnedorp", "Gegevens van huishoudens.",
                 "Modellicentie Gratis Hergebruik", "PM10", "µg/m³", "Onwaarschijnlijk hoog",
                 "dagen geleden", "/observations.csv?city=zonnedorp"):  # fmt: skip
        assert part in text, part
    assert "GEHEIM" not in text
    assert "GEHEIM" in (await client.get("/", headers=as_city("zonnedorp"))).text


@pytest.mark.embedded
@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_pages_have_landmarks_headings_and_nothing_foreign(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    outline = Outline(answer.text)

    assert {"header", "nav", "main", "footer", "title"} <= set(outline.tags)
    assert outline.tags.count("h1") == 1
    assert not {"script", "iframe", "form", "style"} & set(outline.tags)
    assert len(outline.ids) == len(set(outline.ids))
    levels = [int(tag[1]) for tag in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    loaded = re.findall(r'<(?:link|img|source)[^>]+(?:href|src)="([^"]+)"', answer.text)
    assert all(one.startswith("/static/") for one in loaded)


@pytest.mark.embedded
async def test_every_address_on_the_first_page_answers(client: httpx.AsyncClient) -> None:
    addresses = {one for one in Outline((await client.get("/")).text).addresses if one[0] == "/"}

    assert len(addresses) > 8
    for one in addresses:
        if not one.startswith("/live"):  # goes on for ever
            assert (await client.get(one)).status_code == 200, one


@pytest.mark.embedded
async def test_names_cannot_become_markup(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x>"
    await owner.execute("update city set name = $1", evil)
    await owner.execute("update thing set title = $1", evil)
    await owner.execute("update dataset set title = $1, licence = 'javascript:alert(1)'", evil)

    text = (await client.get("/")).text

    assert "<script" not in text
    assert "<img src=x" not in text
    assert 'href="javascript' not in text


@pytest.mark.embedded
async def test_an_empty_installation_says_so(embedded_database: DatabaseConnection) -> None:
    async with started(ApiSettings(database=embedded_database)) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            text = (await http.get("/")).text

    assert "Hier stroomt nog niets" in text


@pytest.mark.embedded
async def test_the_openapi_document_tells_every_address(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    page = (await client.get("/docs")).text

    for path in ("/sensorthings/v1.1", "/observations.csv", "/observations.json", "/ready",
                 "/live/observations", "/health", "/metrics"):  # fmt: skip
        assert path in document["paths"]
        assert path in page


@pytest.mark.parametrize(
    ("number", "document", "text"),
    [
        (21.456, None, "21,46"),
        (12.0, None, "12"),
        (1234567.0, None, "1\u202f234\u202f567"),
        (1e300, None, "1e+300"),
        (float("inf"), None, "geen getal"),
        (float("nan"), None, "geen getal"),
        (None, b"true", "ja"),
        (None, b'"vrij"', "vrij"),
        (None, b'{"a":1}', '{"a":1}'),
    ],
)
def test_values_read_as_people_write_them(
    number: float | None, document: bytes | None, text: str
) -> None:
    assert value_text(number, msgspec.Raw(document) if document else None) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "in de toekomst"), (3, "zonet"), (125, "2 min geleden"), (7200, "2 uur geleden"),
     (90000, "1 dag geleden"), (900000, "10 dagen geleden")],
)  # fmt: skip
def test_ages_are_told_in_words(seconds: float, text: str) -> None:
    assert age_text(timedelta(seconds=seconds)) == text
