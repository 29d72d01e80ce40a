"""What is said of each kind of entity, in the words of SOSA, GeoSPARQL and Dublin Core."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from api.instants import instant_text
from api.iris import Iris
from api.ldes import lexical
from api.ldes.geometry import well_known_text
from api.ldes.star import Star
from api.ldes.terms import term

Row = Mapping[str, Any]
_QUANTITY_KINDS: Final = "http://qudt.org/vocab/quantitykind/"


def say_thing(star: Star, row: Row, iris: Iris) -> Star:
    """Say what a thing is, where it is and what it carries."""
    place = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}
    publisher = row["publisher"] or iris.in_catalogue(row["city"], "publisher")
    return (
        star.add("a", term("sosa:Platform"))
        .texts("rdfs:label", {"nl": row["title"]})
        .texts("dct:description", {"nl": row["description"]})
        .add("dct:identifier", lexical.text(f"{row['city']}/{row['profile']}/{row['name']}"))
        .links("dct:publisher", [publisher])
        .links("sosa:hosts", [iris.sensor(row["thing_id"], one) for one in row["sensors"]])
        .place(well_known_text(place) if row["longitude"] is not None else "")
    )


def say_sensor(star: Star, row: Row, iris: Iris) -> Star:
    """Say on which thing a sensor hangs, of which model it is and what it observes."""
    properties = [iris.observed_property(one) for one in row["properties"]]
    return (
        star.add("a", term("sosa:Sensor"))
        .texts("rdfs:label", {"nl": f"{row['model_title']}, {row['thing_title']}"})
        .links("sosa:isHostedBy", [iris.thing(row["thing_id"])])
        .links("ssn:implements", [iris.sensor_model(row["sensor_id"])])
        .links("sosa:observes", properties)
    )


def say_model(star: Star, row: Row, _: Iris) -> Star:
    """Say what an instrument's model is called, and after what it is described."""
    return (
        star.add("a", term("sosa:Procedure"))
        .texts("rdfs:label", {"nl": row["name"]})
        .texts("dct:description", {"nl": row["description"]})
        .add("dct:identifier", lexical.text(row["profile"]))
        .add("schema:version", lexical.integer(row["version"]))
        .add("dct:source", lexical.text(row["metadata"]) if row["metadata"] else "")
    )


def say_feature(star: Star, row: Row, iris: Iris) -> Star:
    """Say what observations are about: the surroundings of a thing, since when, and where."""
    since = row["valid_from"]
    return (
        star.add("a", term("sosa:FeatureOfInterest"))
        .texts("rdfs:label", {"nl": row["name"]})
        .texts("dct:description", {"nl": row["description"]})
        .links("dct:relation", [iris.thing(row["thing_id"])])
        .add("dct:issued", lexical.date_time(instant_text(since)) if since else "")
        .place(well_known_text(_json(row["geometry"])))
    )


def say_property(star: Star, row: Row, iris: Iris) -> Star:
    """Say what is measured, in four languages, and of which concept it is a case."""
    labels = _json(row["labels"]) or {"nl": row["name"]}
    descriptions = _json(row["descriptions"]) or {"nl": row["description"]}
    qualifiers = _json(row["qualifiers"]) or {}
    kind = [row["definition"]] if row["definition"].startswith(_QUANTITY_KINDS) else []
    narrower = bool(kind or qualifiers)
    return (
        star.add("a", term("sosa:ObservableProperty"))
        .texts("rdfs:label", labels)
        .texts("dct:description", descriptions)
        .add("dct:identifier", lexical.text(row["code"]))
        .links("dct:subject", [iris.theme(row["theme"])])
        .links("skos:broadMatch" if narrower else "skos:exactMatch", [row["definition"]])
        .links("qudt:hasQuantityKind", kind)
        .links("skos:relatedMatch", qualifiers.values())
    )


def say_datastream(star: Star, row: Row, iris: Iris) -> Star:
    """Say what the observations of a series have in common."""
    seconds = row["interval_seconds"]
    length = lexical.text(f"PT{seconds}S", term("xsd:duration")) if seconds else ""
    return (
        star.add("a", term("sosa:ObservationCollection"))
        .texts("rdfs:label", {"nl": row["title"]})
        .texts("dct:description", {"nl": row["description"]})
        .links("dct:isPartOf", [iris.stream(row["city"], row["theme"])])
        .links("sosa:madeBySensor", [iris.sensor(row["thing_id"], row["sensor_id"])])
        .links("sosa:usedProcedure", [iris.sensor_model(row["sensor_id"])])
        .links("sosa:observedProperty", [iris.observed_property(row["observed_property_id"])])
        .links("dct:type", [row["observation_type"]])
        .links("qudt:hasUnit", [row["unit"]])
        .add("dcat:temporalResolution", length)
    )


def _json(document: Any) -> Any:
    """Return a JSON document of the database, which gives it as text or as it is."""
    if document is None:
        return None
    return msgspec.json.decode(document)
