"""Members satisfy the shape that their stream points to, and the shape notices what is missing."""

from typing import Any

import pytest
from rdflib import RDF, URIRef

from tests.api.ldes.graphs import MEASUREMENT, graph, member, name, series
from tests.shapes import complaints

NO2 = series(
    definition="http://dd.eionet.europa.eu/vocabulary/aq/pollutant/8",
    qualifiers={},
    observation_type=MEASUREMENT,
    unit="http://qudt.org/vocab/unit/MicroGM-PER-M3",
)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"phenomenon_end": None},
        {"result": 0.5, "of": NO2},
        {"result": True, "of": NO2},
        {"result": "vrij", "of": NO2},
        {"result": {"a": [1]}, "of": NO2},
        {"result": float("inf"), "of": NO2},
        {"quality": ("range.high", "time.received")},
        {"revises": 7},
        {"change": "withdrawn", "revises": 7},
        {"feature": None},
    ],
)
def test_member_satisfies_its_shape(facts: dict[str, Any]) -> None:
    assert complaints(graph(member(**facts)), "observation") == ""


@pytest.mark.parametrize(
    "word",
    ["dct:isVersionOf", "dct:created", "dct:isPartOf", "schema:position", "sosa:resultTime",
     "sosa:madeBySensor", "sosa:usedProcedure", "sosa:observedProperty", "sosa:phenomenonTime",
     "sosa:hasSimpleResult", "sosa:hasResult", "qudt:hasUnit", "qudt:numericValue",
     "time:hasEnd", "vkm:geobserveerdKenmerk", "om:OM_Observation.result", "geo:asWKT",
     "dqv:value", "dqv:isMeasurementOf"],
)  # fmt: skip
def test_shape_notices_what_is_missing(word: str) -> None:
    triples = graph(member(quality=("range.high",)))
    assert (None, name(word), None) in triples
    triples.remove((None, name(word), None))

    assert complaints(triples, "observation") != ""


def test_shape_looks_at_every_member() -> None:
    triples = graph(member())
    [one] = triples.subjects(RDF.type, name("sosa:Observation"))

    assert isinstance(one, URIRef)
