"""A page in every form says the same."""

from datetime import timedelta
from typing import Any

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from api.ldes.json_ld import json_ld
from api.ldes.page_text import Page, page_text
from api.ldes.turtle import turtle
from tests.api.ldes.graphs import BASE, MEASUREMENT, NOON, TREE_MEMBER, graph, member, series

# rdflib's own parsers use what rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")

SPEED = "https://data.vlaanderen.be/id/concept/VkmVerkeersKenmerkType/V85"
AIR = series(
    definition="http://dd.eionet.europa.eu/vocabulary/aq/pollutant/8",
    qualifiers={},
    unit="http://qudt.org/vocab/unit/MicroGM-PER-M3",
    observation_type=MEASUREMENT,
    theme="air-quality",
)


def page(*members: str) -> str:
    """Return a page as it is stored."""
    found = Page(
        stream=f"{BASE}/ldes/zonnedorp/traffic#stream",
        root=f"{BASE}/ldes/zonnedorp/traffic",
        address=f"{BASE}/ldes/zonnedorp/traffic/page/2",
        licence="https://creativecommons.org/licenses/by/4.0/",
        previous=f"{BASE}/ldes/zonnedorp/traffic/page/1",
        following=f"{BASE}/ldes/zonnedorp/traffic/page/3",
        generated_time=NOON,
    )
    return page_text(found, members).decode()


def same(text: str) -> None:
    """Insist that every form of a page says what the page says."""
    expected = graph(text)
    assert isomorphic(rdflib.Graph().parse(data=turtle(text), format="turtle"), expected)
    for form, written in (("trig", turtle(text)), ("json-ld", json_ld(text)), ("nquads", text)):
        found = rdflib.Dataset()
        found.parse(data=written, format=form)
        assert not [one for one in found.graphs() if len(one) and one != found.default_graph]
        assert isomorphic(found.default_graph, expected), form


KINDS: dict[str, dict[str, Any]] = {
    "a count": {},
    "a speed, whose result two words name": {"of": series(definition=SPEED, qualifiers={})},
    "air": {"of": AIR, "result": 21.4},
    "an instant": {"phenomenon_end": None},
    "without a place": {"feature": None},
    "doubted": {"quality": ("range.high", "time.received")},
    "a correction": {"change": "corrected", "revises": 3},
    "a withdrawal": {"change": "withdrawn", "revises": 3},
    "a truth value": {"result": True},
    "a document": {"result": {"a": [1, {"b": '"\\\n'}]}},
}


@pytest.mark.parametrize("facts", KINDS.values(), ids=KINDS.keys())
def test_every_form_of_a_member_says_the_same(facts: dict[str, Any]) -> None:
    same(page(member(**facts)))


def test_every_form_of_a_page_says_the_same() -> None:
    members = [
        member(sequence=place, **facts) for place, facts in enumerate(KINDS.values(), start=10)
    ]
    same(page(*members))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.floats(allow_nan=False),
            st.text(st.characters(exclude_categories=["Cs"])),
            st.booleans(),
        ),
        max_size=4,
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_odd_results_and_units_say_the_same(results: list[Any], unit: str) -> None:
    odd = series(unit=f"https://example.org/{unit}", definition="https://example.org/<x y>")
    members = [
        member(
            sequence=place, result=result, of=odd, phenomenon_start=NOON + timedelta(minutes=place)
        )
        for place, result in enumerate(results)
    ]
    same(page(*members))


def test_turtle_keeps_members_apart_and_in_their_order() -> None:
    """As the TREE profile has it: the line of a member, then what it says."""
    text = turtle(page(member(sequence=10), member(sequence=11)))
    places = [
        text.index(f"tree:member <{BASE}/id/observation/12_20260601T120000Z/{n}>")
        for n in (10, 11)
    ]

    assert text.index("ldes:immutable") < places[0] < text.index('"10"^^xsd:integer') < places[1]
    assert "[ a qudt:QuantityValue" in text


def test_json_ld_needs_no_remote_context_and_lists_its_members() -> None:
    found = json_ld(page(member(sequence=10), member(sequence=11)))
    members = set(rdflib.Graph().parse(data=found, format="json-ld").objects(None, TREE_MEMBER))

    assert len(members) == 2
    assert '"@context":{"as":' in found
    assert '"numericValue":"128"' in found
