"""An observation as a member of an event stream."""

import math
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.namespace import XSD
from rdflib.term import Node

from api.identifiers import parse_observation_id
from tests.api.ldes.graphs import (
    BASE,
    CAR,
    CARS,
    MEASUREMENT,
    NOON,
    TREE_MEMBER,
    follow,
    graph,
    member,
    name,
    series,
)

SELF = rdflib.URIRef(f"{BASE}/id/observation/12_20260601T120000Z/918272")
AIR = "http://dd.eionet.europa.eu/vocabulary/aq/pollutant/8"
ENERGY = "http://qudt.org/vocab/quantitykind/Energy"
MICROGRAM = "http://qudt.org/vocab/unit/MicroGM-PER-M3"


def time(text: str) -> rdflib.Literal:
    return rdflib.Literal(text, datatype=XSD.dateTime)


def test_member_is_a_version_of_its_observation() -> None:
    found = graph(member())

    assert set(found.objects(None, TREE_MEMBER)) == {SELF}
    assert follow(found, SELF, "dct:isVersionOf") == {
        rdflib.URIRef(f"{BASE}/id/observation/12_20260601T120000Z")
    }
    assert follow(found, SELF, "dct:created") == {time("2026-06-01T12:15:02.480Z")}
    assert follow(found, SELF, "schema:position") == {rdflib.Literal(918272)}


def test_member_line_comes_first_so_that_a_stream_can_be_cut() -> None:
    lines = member().splitlines()

    assert " <https://w3id.org/tree#member> " in lines[0]
    assert not any("tree#member" in line for line in lines[1:])


def test_member_stands_by_itself() -> None:
    """Clients take the star of the member and its blank nodes, and nothing else."""
    found = graph(member(quality=("range.high",)))
    reached: set[Node] = set()
    waiting: list[Node] = [SELF]
    while waiting:
        one = waiting.pop()
        reached.add(one)
        waiting += [
            value
            for value in found.objects(one)
            if isinstance(value, rdflib.BNode) and value not in reached
        ]

    assert set(found.subjects()) - reached == set(found.subjects(TREE_MEMBER))


def test_interval_and_place_are_told() -> None:
    found = graph(member())
    phenomenon = ("sosa:phenomenonTime",)

    assert follow(found, SELF, *phenomenon, "a") == {name("time:Interval")}
    assert follow(found, SELF, *phenomenon, "time:hasBeginning", "time:inXSDDateTime") == {
        time("2026-06-01T12:00:00Z")
    }
    assert follow(found, SELF, *phenomenon, "time:hasEnd", "time:inXSDDateTime") == {
        time("2026-06-01T12:15:00Z")
    }
    assert follow(found, SELF, "prov:atLocation", "geo:asWKT") == {
        rdflib.Literal("POINT (4.4 51.2)", datatype=name("geo:wktLiteral"))
    }


def test_instant_has_no_end() -> None:
    found = graph(member(phenomenon_end=None))

    assert follow(found, SELF, "sosa:phenomenonTime", "a") == {name("time:Instant")}
    assert follow(found, SELF, "sosa:phenomenonTime", "time:inXSDDateTime") == {
        time("2026-06-01T12:00:00Z")
    }


def test_traffic_speaks_both_generations_of_oslo() -> None:
    found = graph(member())
    observed = ("vkm:geobserveerdKenmerk",)
    count = rdflib.Literal("128", datatype=XSD.integer)

    assert follow(found, SELF, "a") == {name("sosa:Observation"), name("vkm:Verkeersmeting")}
    assert follow(found, SELF, *observed, "dc11:type") == {rdflib.URIRef(CARS)}
    assert follow(found, SELF, *observed, "vkm:voertuigType") == {rdflib.URIRef(CAR)}
    assert follow(found, SELF, "om:OM_Observation.result") == {count}
    assert follow(found, SELF, "sosa:hasSimpleResult") == {count}
    assert follow(found, SELF, "om:OM_Observation.phenomenonTime") == follow(
        found, SELF, "sosa:phenomenonTime"
    )
    assert follow(found, SELF, "vkm:geobserveerdObject") == follow(
        found, SELF, "sosa:hasFeatureOfInterest"
    )


def test_other_themes_speak_sosa_alone() -> None:
    air = series(definition=AIR, qualifiers={}, unit=MICROGRAM, observation_type=MEASUREMENT)
    found = graph(member(of=air, result=21.4))

    assert follow(found, SELF, "a") == {name("sosa:Observation")}
    assert not [
        word for word in found.predicates() if "vlaanderen" in str(word) or "isotc211" in str(word)
    ]
    assert follow(found, SELF, "sosa:observedProperty") == {
        rdflib.URIRef(AIR),
        rdflib.URIRef(f"{BASE}/id/observed-property/7"),
    }


def test_quantity_kind_is_told_of_the_result_and_not_of_the_property() -> None:
    """Thirteen of our properties are counts: the kind says too little about what is observed."""
    found = graph(member(of=series(definition=ENERGY, qualifiers={}), result=12.75))

    assert len(follow(found, SELF, "sosa:observedProperty")) == 1
    assert follow(found, SELF, "sosa:hasResult", "qudt:hasQuantityKind") == {rdflib.URIRef(ENERGY)}


def test_result_has_its_unit() -> None:
    found = graph(member(of=series(unit=MICROGRAM), result=21.4))

    assert follow(found, SELF, "sosa:hasResult", "a") == {name("qudt:QuantityValue")}
    assert follow(found, SELF, "sosa:hasResult", "qudt:hasUnit") == {rdflib.URIRef(MICROGRAM)}
    assert '"21.4"^^<http://www.w3.org/2001/XMLSchema#decimal>' in member(result=21.4)


@pytest.mark.parametrize(
    ("result", "lexical"),
    [
        (128, "128"),
        (128.0, "128"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-7, "0.0000001"),
        (1.5e22, "15000000000000000000000"),
    ],
)
def test_number_is_the_double_that_is_stored(result: float, lexical: str) -> None:
    assert f'"{lexical}"^^<http://www.w3.org/2001/XMLSchema#decimal>' in member(result=result)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_is_read_back(result: float) -> None:
    [literal] = follow(graph(member(result=result)), SELF, "sosa:hasResult", "qudt:numericValue")

    assert "e" not in str(literal).lower()
    assert float(Decimal(str(literal))) == result


@pytest.mark.parametrize(("result", "lexical"), [(math.inf, "INF"), (-math.inf, "-INF")])
def test_what_is_no_decimal_is_a_double(result: float, lexical: str) -> None:
    found = follow(graph(member(result=result)), SELF, "sosa:hasSimpleResult")

    assert found == {rdflib.Literal(lexical, datatype=XSD.double)}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_back(result: str) -> None:
    assert follow(graph(member(result=result)), SELF, "sosa:hasSimpleResult") == {
        rdflib.Literal(result)
    }


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (True, rdflib.Literal("true", datatype=XSD.boolean)),
        ("=SOM(A1) %s \x00", rdflib.Literal("=SOM(A1) %s \x00")),
    ],
)
def test_other_results_are_told_as_what_they_are(result: Any, expected: rdflib.Literal) -> None:
    found = graph(member(result=result))

    assert follow(found, SELF, "sosa:hasSimpleResult") == {expected}
    assert follow(found, SELF, "sosa:hasResult", "rdf:value") == {expected}


def test_document_is_json() -> None:
    [literal] = follow(
        graph(member(result={"b": [1, "x"], "a": {}})), SELF, "sosa:hasSimpleResult"
    )

    assert (str(literal), literal.datatype) == ('{"a":{},"b":[1,"x"]}', name("rdf:JSON"))


def test_flags_are_told_with_their_severity() -> None:
    found = graph(member(quality=("range.high", "time.received")))
    told = {
        (
            next(iter(follow(found, one, "dqv:isMeasurementOf"))).rpartition("/")[2],
            str(next(iter(follow(found, one, "dqv:value")))),
        )
        for one in follow(found, SELF, "dqv:hasQualityMeasurement")
    }

    assert told == {("range.high", "error"), ("time.received", "info")}


def test_correction_names_the_version_that_it_replaces() -> None:
    found = graph(member(change="corrected", revises=17))

    assert follow(found, SELF, "prov:wasRevisionOf") == {
        rdflib.URIRef(f"{BASE}/id/observation/12_20260601T120000Z/17")
    }


def test_withdrawal_is_a_deletion_and_tells_no_result() -> None:
    found = graph(member(change="withdrawn", revises=17, quality=("range.high",)))

    assert follow(found, SELF, "a") == {name("as:Delete")}
    assert follow(found, SELF, "dct:isVersionOf")
    assert not list(found.subject_objects(name("sosa:hasSimpleResult")))
    assert not list(found.subject_objects(name("sosa:hasResult")))


def test_observation_without_a_place_says_nothing_of_one() -> None:
    found = graph(member(feature=None))

    assert not follow(found, SELF, "sosa:hasFeatureOfInterest")
    assert not follow(found, SELF, "prov:atLocation")


@given(st.timedeltas(timedelta(days=-300_000), timedelta(days=300_000)))
def test_entity_is_the_observation_that_sensorthings_knows(offset: timedelta) -> None:
    start = NOON + offset
    found = graph(member(phenomenon_start=start, phenomenon_end=None))
    [entity] = set(found.objects(None, name("dct:isVersionOf")))

    assert parse_observation_id(str(entity).rpartition("/")[2]) == (12, start)


def test_blank_nodes_of_two_members_are_not_the_same() -> None:
    both = graph(member(sequence=1) + member(sequence=2))

    assert len(both) == 2 * len(graph(member()))
