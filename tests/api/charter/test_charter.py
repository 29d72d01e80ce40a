"""The charter report: twenty principles, each with what is measured or declared."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from api.charter.figures import CityReport, Figures
from api.charter.principles import charter
from api.charter.report import report_of
from api.charter.rules import RULES
from api.portal.texts import LANGUAGES, Texts
from schemas.cities.declaration import CityDeclaration
from tests.api.portal.test_pages import Outline

module = pytest.mark.asyncio(loop_scope="module")
GOOD = Figures(
    datasets=2, open_datasets=2, closed_datasets=0, unexplained_datasets=0, undeclared_datasets=0,
    unlicensed_datasets=0, licences=1, unknown_licences=0, kept_for_ever=2, datastreams=5,
    open_datastreams=5, undescribed_datastreams=0, silent_datastreams=0, observations=9,
    first_time=None, things=3, known_things=2, unplaced_things=0, open_things=3, readings=10,
    rejected=1, duplicates=2, validity=0.9, completeness=0.8, arrival_p95=30.0,
    publication_p95=0.3, feed_events=7, faces=5, standards=6, entities=8, catalogue="x",
)  # fmt: skip


async def report(client: httpx.AsyncClient, city: str) -> dict[int, Any]:
    answer = await client.get(f"/charter/{city}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return {one["number"]: one for one in answer.json()["principles"]}


def test_charter_has_twenty_principles_each_measured_or_about_people() -> None:
    assert [one.number for one in charter().principles] == list(range(1, 21))
    for one in charter().principles:
        assert (one.comply is not None) == (one.number in RULES), one.number


def test_every_text_takes_the_same_figures_in_each_language() -> None:
    for principle in charter().principles:
        for text in (principle.comply, principle.explain, principle.shown):
            told = text.model_dump() if text else {}
            figures = {frozenset(re.findall(r"{(\w+)}", one)) for one in told.values()}
            assert len(figures) <= 1, principle.number
            assert set(told) in (set(), set(LANGUAGES)), principle.number


def test_figures_are_written_as_people_of_each_language_do() -> None:
    slow = replace(GOOD, arrival_p95=85_500.0, validity=0.875, readings=12_345)
    known = CityReport("Stad", CityDeclaration(), slow)
    told = report_of(known, "stad", texts=Texts.load(), now=datetime.now(UTC))["principles"]
    fast, sound, delivered = (told[number - 1]["measured"] for number in (13, 11, 3))

    assert "300\u202fms na ontvangst" in fast["nl"]
    assert "23,8 uur na het gemetene" in fast["nl"]
    assert "23.8 h after what they measured" in fast["en"]
    assert "300\u202fms après réception" in fast["fr"]
    assert "300\u202fms nach Empfang" in fast["de"]
    assert "87,5\u202f%" in sound["nl"]
    assert "Verwerkte berichten: 12.345;" in delivered["nl"]
    assert "Readings processed: 12,345;" in delivered["en"]


@pytest.mark.parametrize("number", RULES)
def test_city_in_order_meets_every_measurable_principle(number: int) -> None:
    assert RULES[number](GOOD, charter().limits)


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (1, {"open_datasets": 1}),
        (1, {"datasets": 0, "open_datasets": 0}),
        (1, {"undeclared_datasets": 1}),
        (2, {"undeclared_datasets": 1}),
        (2, {"unexplained_datasets": 1}),
        (3, {"readings": 0}),
        (4, {"unlicensed_datasets": 1}),
        (6, {"undescribed_datastreams": 1}),
        (7, {"unplaced_things": 1}),
        (11, {"validity": None}),
        (13, {"publication_p95": None}),
        (13, {"publication_p95": 61.0}),
        (14, {"feed_events": 0}),
        (15, {"datasets": 0}),
        (16, {"licences": 4}),
        (16, {"unknown_licences": 1}),
        (18, {"silent_datastreams": 1}),
    ],
)
def test_what_is_not_met_is_explained(number: int, change: dict[str, Any]) -> None:
    assert not RULES[number](replace(GOOD, **change), charter().limits)
    assert next(one for one in charter().principles if one.number == number).explain


@module
@pytest.mark.embedded
async def test_report_is_computed_from_the_running_system(client: httpx.AsyncClient) -> None:
    found = await report(client, "leiedonk")

    assert list(found) == list(range(1, 21))
    assert found[11]["outcome"] == "comply"
    assert "80\u202f%" in found[11]["measured"]["nl"]
    assert found[13]["outcome"] == "comply"
    assert "250\u202fms na ontvangst" in found[13]["measured"]["nl"]
    assert "sinds 2026-03-02" in found[13]["measured"]["nl"]
    assert found[3]["outcome"] == "explain"
    assert "{" not in "".join(text for one in found.values() for text in one["measured"].values())


@module
@pytest.mark.embedded
async def test_what_is_about_people_is_what_the_city_declares(client: httpx.AsyncClient) -> None:
    declared, silent = await report(client, "leiedonk"), await report(client, "vlierhove")

    assert declared[8]["outcome"] == "declared"
    assert "opleiding" in declared[8]["declared"]["nl"]
    assert silent[8]["outcome"] == "undeclared"
    assert "nog niets verklaard" in silent[8]["measured"]["nl"]
    assert "info@vlierhove.example" in silent[5]["measured"]["nl"]


@module
@pytest.mark.embedded
async def test_closed_and_undeclared_data_are_counted_and_not_shown(
    client: httpx.AsyncClient,
) -> None:
    found = await report(client, "sterredorp")

    assert found[1]["outcome"] == "explain"
    assert "Open datasets: 1 van 2;" in found[1]["measured"]["nl"]
    assert found[2]["outcome"] == "explain"
    assert "nog niets verklaard heeft: 1;" in found[2]["measured"]["nl"]
    assert "GEHEIM" not in str(found)


@module
@pytest.mark.embedded
async def test_figures_follow_what_happens(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    before = (await client.get("/charter/vlierhove")).json()["figures"]
    await owner.execute(
        "insert into account (city, profile, hour, normalised, rejected, duplicates)"
        " values ('vlierhove', 'telraam/v2', '2026-03-02T09:00:00Z', 7, 2, 3)"
    )
    after = (await client.get("/charter/vlierhove")).json()["figures"]

    assert (before["readings"], before["rejected"], before["duplicates"]) == (0, 0, 0)
    assert (after["readings"], after["rejected"], after["duplicates"]) == (9, 2, 3)


@module
@pytest.mark.embedded
async def test_page_for_people_shows_every_principle_and_nothing_foreign(
    client: httpx.AsyncClient,
) -> None:
    browser = {"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"}
    answer = await client.get("/charter/leiedonk", headers=browser)
    outline = Outline(answer.text)

    assert answer.headers["content-type"].startswith("text/html")
    assert {f"principle-{number}" for number in range(1, 21)} <= set(outline.ids)
    assert outline.tags.count("h1") == 1
    assert all(one.startswith("/static/") for one in outline.loaded)
    assert (await client.get("/charter/leiedonk.html")).status_code == 200


@module
@pytest.mark.embedded
@pytest.mark.parametrize(
    ("path", "status"),
    [("/charter/atlantis", 404), ("/charter/leiedonk.pdf", 404), ("/charter/leiedonk?x=1", 400)],
)
async def test_what_is_not_there_is_told_as_a_problem(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await client.get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
