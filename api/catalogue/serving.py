"""How a dataset can be had, as triples: a distribution for each face, a service behind some."""

from collections.abc import Iterable, Iterator
from typing import Final

from rdflib import RDF, XSD, Literal, URIRef

from api.catalogue.addresses import Addresses
from api.catalogue.facts import DatasetFacts
from api.catalogue.triples import (
    DCAT,
    DCATAP,
    DCT,
    FOAF,
    MDCAT,
    MOBILITY,
    Triple,
    access_right,
    describe,
    iri,
    texts,
)
from api.catalogue.words import Face, Service

_MOBILITY: Final = "https://w3id.org/mobilitydcat-ap/"
_OTHER: Final = URIRef(f"{_MOBILITY}mobility-data-standard/other")
_OPEN: Final = URIRef(
    f"{_MOBILITY}conditions-for-access-and-usage/licence-provided-free-of-charge"
)
_CLOSED: Final = URIRef(f"{_MOBILITY}conditions-for-access-and-usage/other")
_LIVE: Final = URIRef("https://data.vlaanderen.be/id/concept/levensfase/live")
_STATUTE: Final = URIRef(
    "https://metadata.vlaanderen.be/id/GDI-Vlaanderen-Trefwoorden/VLOPENDATASERVICE"
)


def distributions(dataset: DatasetFacts, at: Addresses, faces: Iterable[Face]) -> Iterator[Triple]:
    """Yield what is said of each form in which a dataset can be had."""
    for face in faces:
        yield from describe(at.dataset, (DCAT.distribution, at.distribution(face)))
        yield from _distribution(face, dataset, at)


def services(dataset: DatasetFacts, at: Addresses, faces: Iterable[Face]) -> Iterator[Triple]:
    """Yield what is said of each service that gives a dataset."""
    for face in faces:
        if face.service:
            yield from _service(face, face.service, dataset, at)


def services_of(at: Addresses, faces: Iterable[Face]) -> list[URIRef]:
    """Return the services that give a dataset."""
    return [at.service(face) for face in faces if face.service]


def _distribution(face: Face, dataset: DatasetFacts, at: Addresses) -> Iterator[Triple]:
    subject, address, said = at.distribution(face), at.below(face.access), dataset.said
    way = URIRef(f"{_MOBILITY}communication-method/{'push' if face.push else 'pull'}")
    yield from describe(
        subject,
        (RDF.type, DCAT.Distribution),
        (DCT.identifier, Literal(str(subject))),
        (DCT.title, texts(face.title.filled(title=said.title))),
        (DCAT.accessURL, address),
        (DCAT.downloadURL, address if face.file else None),
        (DCAT.accessService, at.service(face) if face.service or face.served_by else None),
        (DCAT.mediaType, URIRef(face.media_type)),
        (DCT["format"], URIRef(face.format)),
        (DCT.conformsTo, [URIRef(one) for one in face.conforms_to]),
        (DCAT.temporalResolution, _duration(face.resolution)),
        (DCT.license, URIRef(dataset.licence)),
        (DCT.rights, at.part("rights")),
        (DCATAP.applicableLegislation, iri(said.high_value_basis.iri)),
    )
    if said.mobility_theme:
        yield from describe(
            subject, (MOBILITY.mobilityDataStandard, _OTHER), (MOBILITY.communicationMethod, way)
        )
    yield from describe(at.part("rights"), (DCT.type, _OPEN if dataset.open else _CLOSED))


def _service(
    face: Face, service: Service, dataset: DatasetFacts, at: Addresses
) -> Iterator[Triple]:
    subject, said = at.service(face), dataset.said
    yield from describe(
        subject,
        (RDF.type, DCAT.DataService),
        (DCT.identifier, Literal(str(subject))),
        (DCT.title, texts(face.title.filled(title=said.title))),
        (DCT.description, texts(service.description.filled())),
        (DCAT.endpointURL, at.below(service.endpoint)),
        (DCAT.endpointDescription, at.below(service.described)),
        (DCAT.servesDataset, at.dataset),
        (DCT.publisher, at.publisher),
        (DCAT.contactPoint, at.contact),
        (DCT.accessRights, access_right(is_open=dataset.open)),
        (DCT.license, URIRef(dataset.licence)),
        (DCT.conformsTo, [URIRef(one) for one in (*face.conforms_to, *service.conforms_to)]),
        (DCAT.theme, [URIRef(one) for one in said.data_themes]),
        (FOAF.page, at.below("/docs")),
        (MDCAT.levensfase, _LIVE),
        (MDCAT.statuut, _STATUTE if dataset.open else None),
        (MDCAT.landingspaginaVoorAuthenticatie, None if dataset.open else at.below("/docs")),
        (DCATAP.hvdCategory, iri(said.high_value_category)),
        (DCATAP.applicableLegislation, iri(said.high_value_basis.iri)),
    )


def _duration(text: str) -> Literal | None:
    return Literal(text, datatype=XSD.duration, normalize=False) if text else None
