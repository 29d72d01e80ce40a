"""The facts as triples: a catalogue, who answers for it, and all that it lists.

Nothing is a blank node, so that the same facts always give the same lines, and every part has an
address.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, TypeAlias

from rdflib import RDF, Graph, Literal, URIRef

from api.catalogue.addresses import Addresses, addresses_of, contact_of, publisher_of
from api.catalogue.datasets import DUTCH, ENGLISH, declared, measured, record
from api.catalogue.facts import CityFacts, DatasetFacts, Facts
from api.catalogue.registers import LICENCE, PUBLIC_DOMAIN, registers
from api.catalogue.serving import distributions, services, services_of
from api.catalogue.triples import (
    DCAT,
    DCT,
    FOAF,
    RDFS,
    SKOS,
    VCARD,
    Triple,
    describe,
    graph_of,
    iri,
    moment,
    texts,
)
from api.catalogue.words import Face, catalogue_words
from api.iris import Iris
from schemas.cities.declaration import Text

Listed: TypeAlias = tuple[DatasetFacts, Addresses, Sequence[Face]]

_AUTHORITY: Final = URIRef("http://purl.org/adms/publishertype/LocalAuthority")


def catalogue_graph(facts: Facts, iris: Iris, city: str | None = None) -> Graph:
    """Return all that a catalogue says: of one city, or of all of them."""
    listed: list[Listed] = [
        (one, addresses_of(one, facts.cities[one.city], iris), _faces(one, iris))
        for one in facts.datasets
    ]
    listed += registers(facts, iris, shared=city is None)
    graph = graph_of(
        chain(
            _catalogue(facts, listed, iris, city),
            *(_city(one, iris) for one in facts.cities.values()),
            *(_listed(*one) for one in listed),
        )
    )
    for concept in set(graph.subjects(RDF.type, SKOS.Concept)):
        for label in _labels(str(concept)):
            graph.add((concept, SKOS.prefLabel, label))
    return graph


def _faces(dataset: DatasetFacts, iris: Iris) -> list[Face]:
    """Return the forms in which a dataset can be had."""
    at_broker = bool(dataset.open and iris.mqtt)
    return [one for one in catalogue_words().faces if at_broker or not one.by_mqtt]


def _listed(dataset: DatasetFacts, at: Addresses, faces: Sequence[Face]) -> Iterator[Triple]:
    yield from record(dataset, at)
    yield from declared(dataset, at)
    yield from measured(dataset, at)
    yield from distributions(dataset, at, faces)
    yield from services(dataset, at, faces)


def _catalogue(
    facts: Facts,
    listed: Sequence[Listed],
    iris: Iris,
    city: str | None,
) -> Iterator[Triple]:
    subject = URIRef(iris.in_catalogue(city, "catalogue"))
    words, owners = catalogue_words().catalogue, list(facts.cities.values())
    times = [one.changed_time for one in facts.datasets]
    english = [ENGLISH] if any(one.said.title.en for one in facts.datasets) else []
    yield from describe(
        subject,
        (RDF.type, DCAT.Catalog),
        (DCT.identifier, Literal(str(subject))),
        (DCT.title, texts(words.title.filled(names=_together(owners)))),
        (DCT.description, texts(words.description.filled())),
        (DCT.publisher, _publisher(owners, iris)),
        (DCAT.contactPoint, contact_of(owners[0], iris) if owners else None),
        (DCT.license, URIRef(LICENCE)),
        (DCT.language, [DUTCH, *english]),
        (DCT.spatial, [URIRef(one.said.spatial) for one in owners if one.said.spatial]),
        (DCT.modified, moment(max(times)) if times else None),
        (FOAF.homepage, URIRef(iris.base + "/")),
        (RDFS.seeAlso, URIRef(iris.feed("catalogue"))),
        (DCAT.dataset, [at.dataset for _, at, _ in listed]),
        (DCAT.record, [at.part("record") for _, at, _ in listed]),
        (DCAT.service, [one for _, at, faces in listed for one in services_of(at, faces)]),
    )
    yield from describe(URIRef(LICENCE), (DCT.type, URIRef(PUBLIC_DOMAIN)))
    if len(owners) != 1:
        name = texts(_together(owners))
        publisher = _publisher(owners, iris)
        yield from describe(publisher, (FOAF.name, name), (DCT.type, _AUTHORITY))


def _city(city: CityFacts, iris: Iris) -> Iterator[Triple]:
    publisher, contact = city.said.publisher, city.said.contact
    yield from describe(
        publisher_of(city, iris),
        (FOAF.name, texts(publisher.name if publisher.name.nl else city.names)),
        (DCT.type, _AUTHORITY),
        (FOAF.homepage, iri(publisher.homepage)),
    )
    yield from describe(
        contact_of(city, iris),
        (VCARD.fn, Literal(contact.name, lang="nl")),
        (VCARD.hasEmail, URIRef(f"mailto:{contact.email}")),
        (FOAF.page, iri(contact.page)),
        (VCARD.hasURL, iri(contact.page)),
    )
    if city.said.spatial:
        place = URIRef(city.said.spatial)
        yield from describe(place, (DCT.identifier, Literal(city.said.spatial)))


def _publisher(owners: Sequence[CityFacts], iris: Iris) -> URIRef:
    """Return who publishes the catalogue: the city, or the cities together."""
    if len(owners) == 1:
        return publisher_of(owners[0], iris)
    return URIRef(iris.in_catalogue(None, "publisher"))


def _together(owners: Sequence[CityFacts]) -> Text:
    """Return the names of cities, one after the other."""
    dutch = [one.names.nl for one in owners]
    english = [one.names.en or one.names.nl for one in owners]
    return Text(nl=", ".join(dutch) or "Stadspuls", en=", ".join(english) or "Stadspuls")


def _labels(concept: str) -> list[Literal]:
    """Return the labels of a concept; of one that only a city knows, the end of its IRI."""
    words = catalogue_words().labels.get(concept)
    return texts(words.filled()) if words else [Literal(re.split("[/#]", concept)[-1], lang="en")]
