"""Triples of a catalogue: what is said of a subject, and what its objects are by that."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

from rdflib import RDF, XSD, Graph, Literal, Namespace, URIRef

from api.rdf_document import empty_graph
from schemas.cities.declaration import Text

ADMS: Final = Namespace("http://www.w3.org/ns/adms#")
DCAT: Final = Namespace("http://www.w3.org/ns/dcat#")
DCATAP: Final = Namespace("http://data.europa.eu/r5r/")
DCT: Final = Namespace("http://purl.org/dc/terms/")
DQV: Final = Namespace("http://www.w3.org/ns/dqv#")
ELI: Final = Namespace("http://data.europa.eu/eli/ontology#")
FOAF: Final = Namespace("http://xmlns.com/foaf/0.1/")
GEO: Final = Namespace("http://www.opengis.net/ont/geosparql#")
LDES: Final = Namespace("https://w3id.org/ldes#")
MDCAT: Final = Namespace("https://data.vlaanderen.be/ns/metadata-dcat#")
MOBILITY: Final = Namespace("https://w3id.org/mobilitydcat-ap#")
PROV: Final = Namespace("http://www.w3.org/ns/prov#")
QUDT: Final = Namespace("http://qudt.org/schema/qudt/")
RDFS: Final = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SKOS: Final = Namespace("http://www.w3.org/2004/02/skos/core#")
VCARD: Final = Namespace("http://www.w3.org/2006/vcard/ns#")

PREFIXES: Final[Mapping[str, str]] = {
    "adms": ADMS,
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dct": DCT,
    "dqv": DQV,
    "eli": ELI,
    "foaf": FOAF,
    "geo": GEO,
    "ldes": LDES,
    "mdcat": MDCAT,
    "mobilitydcatap": MOBILITY,
    "prov": PROV,
    "qudt": QUDT,
    "rdf": Namespace(str(RDF)),
    "rdfs": RDFS,
    "skos": SKOS,
    "vcard": VCARD,
    "xsd": Namespace(str(XSD)),
}
CLASSES: Final[Mapping[URIRef, tuple[URIRef, ...]]] = {
    DCT.publisher: (FOAF.Agent, DCT.Agent),
    DCAT.contactPoint: (VCARD.Kind, VCARD.Organization),
    DCT.accessRights: (DCT.RightsStatement, SKOS.Concept),
    DCT.rights: (DCT.RightsStatement,),
    DCT.license: (DCT.LicenseDocument,),
    DCT.type: (SKOS.Concept,),
    DCT.language: (DCT.LinguisticSystem,),
    DCT.accrualPeriodicity: (DCT.Frequency, SKOS.Concept),
    DCT.spatial: (DCT.Location,),
    DCT.temporal: (DCT.PeriodOfTime,),
    DCT["format"]: (DCT.MediaTypeOrExtent, SKOS.Concept),
    DCT.conformsTo: (DCT.Standard,),
    DCAT.mediaType: (DCT.MediaType,),
    DCAT.theme: (SKOS.Concept,),
    DCATAP.applicableLegislation: (ELI.LegalResource,),
    DCATAP.hvdCategory: (SKOS.Concept,),
    MDCAT.statuut: (SKOS.Concept,),
    MDCAT.levensfase: (SKOS.Concept,),
    MDCAT.ontwikkelingstoestand: (SKOS.Concept,),
    MOBILITY.mobilityTheme: (SKOS.Concept,),
    MOBILITY.mobilityDataStandard: (SKOS.Concept, MOBILITY.MobilityDataStandard),
    MOBILITY.communicationMethod: (SKOS.Concept,),
    FOAF.page: (FOAF.Document,),
    FOAF.homepage: (FOAF.Document,),
    DCAT.landingPage: (FOAF.Document,),
    DQV.computedOn: (DCAT.Resource,),
    FOAF.primaryTopic: (DCAT.Resource,),
    DQV.hasQualityMeasurement: (DQV.QualityMeasurement,),
    DQV.isMeasurementOf: (DQV.Metric,),
    DQV.inDimension: (DQV.Dimension,),
}
"""What an object is by its predicate: of each profile the class that it asks for."""

_ACCESS: Final = "http://publications.europa.eu/resource/authority/access-right/"

Node: TypeAlias = URIRef | Literal
Triple: TypeAlias = tuple[URIRef, URIRef, Node]
Said: TypeAlias = Node | Iterable[Node] | None


def describe(subject: URIRef, *said: tuple[URIRef, Said]) -> Iterator[Triple]:
    """Yield a triple for each thing that is said of a subject; none for `None` or nothing."""
    for predicate, objects in said:
        if objects is None:
            continue
        for one in [objects] if isinstance(objects, URIRef | Literal) else objects:
            yield subject, predicate, one


def graph_of(triples: Iterable[Triple]) -> Graph:
    """Return triples as a graph, with the classes of what they lead to."""
    graph = empty_graph(PREFIXES)
    for subject, predicate, one in triples:
        graph.add((subject, predicate, one))
        for kind in CLASSES.get(predicate, ()):
            graph.add((one, RDF.type, kind))
    return graph


def texts(text: Text) -> list[Literal]:
    """Return a text in the languages that it has."""
    return [
        Literal(words, lang=language)
        for language, words in (("nl", text.nl), ("en", text.en))
        if words
    ]


def iri(address: str) -> URIRef | None:
    """Return an IRI; `None` for an empty address."""
    return URIRef(address) if address else None


def access_right(*, is_open: bool) -> URIRef:
    """Return the concept of who may read."""
    return URIRef(_ACCESS + ("PUBLIC" if is_open else "RESTRICTED"))


def moment(time: datetime) -> Literal:
    """Return a time in UTC, to the second."""
    text = time.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
    return Literal(text, datatype=XSD.dateTime, normalize=False)


def decimal(number: float, *, digits: int) -> Literal:
    """Return a number, rounded to some digits."""
    text = f"{number:.{digits}f}"
    return Literal(text, datatype=XSD.decimal, normalize=False)
