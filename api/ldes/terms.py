"""Words of the vocabularies that members and pages are written in, as N-Triples has them."""

from typing import Final

PREFIXES: Final = {
    "as": "https://www.w3.org/ns/activitystreams#",
    "dc11": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "ldes": "https://w3id.org/ldes#",
    "om": "http://def.isotc211.org/iso19156/2011/Observation#",
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sf": "http://www.opengis.net/ont/sf#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sosa": "http://www.w3.org/ns/sosa/",
    "ssn": "http://www.w3.org/ns/ssn/",
    "time": "http://www.w3.org/2006/time#",
    "tree": "https://w3id.org/tree#",
    "vkm": "https://data.vlaanderen.be/ns/verkeersmetingen#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TYPE: Final = f"<{PREFIXES['rdf']}type>"
SEQUENCE: Final = "schema:position"
"""`ldes:sequencePath`: a word of an existing vocabulary, so that no installation needs its own."""


def term(name: str) -> str:
    """Return a prefixed name as an N-Triples IRI; `a` is rdf:type.

    Raises:
        KeyError: the prefix is none of ours.
    """
    if name == "a":
        return TYPE
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"
