"""What is published, read by other people's RDF library."""

from datetime import UTC, datetime
from typing import Any

import rdflib
from rdflib.namespace import RDF

from api.iris import Iris
from api.ldes.member import Members, Version
from api.ldes.series import Feature, Series
from api.ldes.terms import PREFIXES
from schemas.publication import PublishedObservation

BASE = "https://data.stad.test"
IRIS = Iris(BASE)
STREAM = f"<{BASE}/ldes/zonnedorp/traffic#stream>"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ALWAYS = datetime.min.replace(tzinfo=UTC)
COUNT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CountObservation"
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
CARS = "https://data.vlaanderen.be/id/concept/VkmVerkeersKenmerkType/aantal"
CAR = "https://data.vlaanderen.be/id/concept/VkmVoertuigType/auto"
TREE_MEMBER = rdflib.URIRef(PREFIXES["tree"] + "member")
SQUARE = Feature(4, ALWAYS, "POINT (4.4 51.2)")


def name(prefixed: str) -> rdflib.URIRef:
    """Return the IRI of a prefixed name."""
    prefix, _, local = prefixed.partition(":")
    return RDF.type if prefixed == "a" else rdflib.URIRef(PREFIXES[prefix] + local)


def series(**facts: Any) -> Series:
    """Return a datastream that counts cars."""
    usual: dict[str, Any] = {
        "datastream_id": 12,
        "dataset_id": 1,
        "city": "zonnedorp",
        "theme": "traffic",
        "thing_id": 5,
        "sensor_id": 3,
        "observed_property_id": 7,
        "definition": CARS,
        "qualifiers": {"vehicleType": CAR},
        "unit": "http://qudt.org/vocab/unit/NUM",
        "observation_type": COUNT,
        "open": True,
        "features": (SQUARE,),
    }
    return Series(**(usual | facts))


def published(**facts: Any) -> PublishedObservation:
    """Return an observation of a quarter of an hour, as the publication has it."""
    usual: dict[str, Any] = {
        "sequence": 918272,
        "published_time": NOON.replace(minute=15, second=2, microsecond=480_000),
        "datastream_id": 12,
        "phenomenon_start": NOON,
        "phenomenon_end": NOON.replace(minute=15),
        "result_time": NOON.replace(minute=15),
        "result": 128.0,
    }
    return PublishedObservation(**(usual | facts))


def member(
    *, feature: Feature | None = SQUARE, revises: int | None = None, of: Any = None, **facts: Any
) -> str:
    """Return a member as it stands in a page."""
    severities = {"range.high": "error", "time.received": "info"}
    writer = Members(IRIS, of or series(), feature, severities)
    return writer.write(STREAM, Version(published(**facts), revises))


def graph(triples: str) -> rdflib.Graph:
    """Return what N-Triples say."""
    return rdflib.Graph().parse(data=triples, format="nt")


def follow(triples: rdflib.Graph, start: Any, *path: str) -> set[Any]:
    """Return what a path of prefixed names leads to."""
    found = {start}
    for step in path:
        found = {value for one in found for value in triples.objects(one, name(step))}
    return found
