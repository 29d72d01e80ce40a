"""A dataset as triples: what its city says of it, and what lies in it."""

from collections.abc import Iterator
from typing import Final

from rdflib import RDF, XSD, Literal, URIRef

from api.catalogue.addresses import Addresses
from api.catalogue.facts import DatasetFacts, Extent
from api.catalogue.triples import (
    DCAT,
    DCATAP,
    DCT,
    DQV,
    FOAF,
    GEO,
    LDES,
    MDCAT,
    MOBILITY,
    PROV,
    QUDT,
    RDFS,
    SKOS,
    Triple,
    access_right,
    describe,
    iri,
    moment,
    texts,
)
from api.data_quality.lines import rounded
from api.data_quality.measurements import Measurement
from schemas.cities.declaration import LegalBasis

DUTCH: Final = URIRef("http://publications.europa.eu/resource/authority/language/NLD")
ENGLISH: Final = URIRef("http://publications.europa.eu/resource/authority/language/ENG")
_PROFILE: Final = URIRef(
    "https://data.vlaanderen.be/doc/applicatieprofiel/DCAT-AP-VL/erkendestandaard/2022-04-21"
)


def record(dataset: DatasetFacts, at: Addresses) -> Iterator[Triple]:
    """Yield what is said of a dataset's entry."""
    subject = at.part("record")
    yield from describe(
        subject,
        (RDF.type, DCAT.CatalogRecord),
        (DCT.identifier, Literal(str(subject))),
        (FOAF.primaryTopic, at.dataset),
        (DCT.created, moment(dataset.registered_time)),
        (DCT.issued, moment(dataset.registered_time)),
        (DCT.modified, moment(dataset.changed_time)),
        (DCT.conformsTo, _PROFILE),
        (DCT.language, DUTCH),
    )


def declared(dataset: DatasetFacts, at: Addresses) -> Iterator[Triple]:
    """Yield what a city says of a dataset, with the defaults for what it leaves out."""
    said = dataset.said
    english = [ENGLISH] if said.title.en else []
    yield from describe(
        at.dataset,
        (RDF.type, [DCAT.Dataset, LDES.EventStream]),
        (DCT.identifier, Literal(str(at.dataset))),
        (DCT.title, texts(said.title)),
        (DCT.description, texts(said.description)),
        (DCT.publisher, at.publisher),
        (DCAT.contactPoint, at.contact),
        (DCT.accessRights, access_right(is_open=dataset.open)),
        (DCT.issued, moment(dataset.registered_time)),
        (DCT.language, [DUTCH, *english]),
        (DCT.accrualPeriodicity, iri(said.frequency)),
        (DCT.spatial, at.places),
        (DCAT.theme, [URIRef(one) for one in said.data_themes]),
        (DCAT.keyword, _keywords(dataset)),
        (DCAT.landingPage, at.landing),
        (RDFS.seeAlso, [URIRef(at.iris.feed(one.city)) for one in at.cities]),
        (MDCAT.statuut, iri(said.statute)),
        (MOBILITY.mobilityTheme, iri(said.mobility_theme)),
        (DCATAP.hvdCategory, iri(said.high_value_category)),
    )
    yield from describe(URIRef(dataset.licence), (DCT.type, iri(said.licence_type)))
    yield from _rule(at.dataset, said.legal_basis, at.part("basis"))
    yield from _rule(at.dataset, said.high_value_basis, at.part("high-value-basis"))
    if not dataset.open:
        yield from _closed(dataset, at)


def measured(dataset: DatasetFacts, at: Addresses) -> Iterator[Triple]:
    """Yield what changes with every observation: where, from when until when, how new."""
    extent = dataset.extent
    newest = extent.published_at if extent else None
    yield from describe(at.dataset, (DCT.modified, moment(newest or dataset.changed_time)))
    if extent:
        yield from _place(extent, at)
        yield from _period(extent, at)
    for one in dataset.quality:
        yield from _quality(one, at)


def _rule(subject: URIRef, basis: LegalBasis, own: URIRef) -> Iterator[Triple]:
    """Say under which rule; one without an ELI has an address of ours."""
    if basis.nl:
        rule = iri(basis.iri) or own
        yield from describe(subject, (DCATAP.applicableLegislation, rule))
        yield from describe(rule, (DCT.title, texts(basis)))


def _closed(dataset: DatasetFacts, at: Addresses) -> Iterator[Triple]:
    """Say why: comply or explain."""
    reason, statement = dataset.said.closed, at.part("closed")
    yield from describe(at.dataset, (DCT.rights, statement))
    yield from describe(
        statement,
        (RDFS.label, texts(reason)),
        (SKOS.notation, Literal(reason.code)),
        (DCT.type, iri(reason.iri)),
    )


def _place(extent: Extent, at: Addresses) -> Iterator[Triple]:
    if extent.box:
        place = at.part("place")
        box = Literal(_polygon(*extent.box), datatype=GEO.wktLiteral)
        yield from describe(at.dataset, (DCT.spatial, place))
        yield from describe(place, (DCAT.bbox, box), (DCT.identifier, Literal(str(place))))


def _period(extent: Extent, at: Addresses) -> Iterator[Triple]:
    if extent.first_time and extent.last_time:
        period = at.part("period")
        yield from describe(at.dataset, (DCT.temporal, period))
        yield from describe(
            period,
            (DCAT.startDate, moment(extent.first_time)),
            (DCAT.endDate, moment(extent.last_time)),
        )
    if extent.shortest_interval_seconds:
        seconds = f"PT{extent.shortest_interval_seconds}S"
        length = Literal(seconds, datatype=XSD.duration, normalize=False)
        yield from describe(at.dataset, (DCAT.temporalResolution, length))


def _quality(one: Measurement, at: Addresses) -> Iterator[Triple]:
    metric = URIRef(at.iris.quality_metric(one.metric.slug))
    node = at.part(f"quality-{one.metric.slug}")
    value = Literal(rounded(one.value), datatype=XSD.decimal, normalize=False)
    yield from describe(at.dataset, (DQV.hasQualityMeasurement, node))
    yield from describe(
        node,
        (DQV.isMeasurementOf, metric),
        (DQV.computedOn, at.dataset),
        (DQV.value, value),
        (PROV.generatedAtTime, moment(one.time)),
    )
    yield from describe(
        metric,
        (SKOS.prefLabel, texts(one.metric.words)),
        (DQV.inDimension, URIRef(one.metric.dimension)),
        (QUDT.hasUnit, URIRef(one.metric.unit_iri)),
    )


def _polygon(west: float, south: float, east: float, north: float) -> str:
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return f"POLYGON (({', '.join(f'{x} {y}' for x, y in corners)}))"


def _keywords(dataset: DatasetFacts) -> list[Literal]:
    return [
        Literal(word, lang=language)
        for language, words in dataset.said.keywords.items()
        for word in words
    ]
