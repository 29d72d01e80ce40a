"""The catalogue by each profile: complete, and the shapes notice what is missing."""

from pathlib import Path

import pytest
from rdflib import RDF, BNode, Graph, URIRef

from api.catalogue.describing import catalogue_graph
from api.catalogue.facts import Facts
from api.catalogue.triples import DCAT, DCATAP, DCT, FOAF, MDCAT, VCARD
from api.catalogue.words import catalogue_words
from api.iris import Iris
from schemas.vocabulary import Vocabulary
from tests.api.catalogue.conftest import facts, registry
from tests.api.conftest import BASE
from tests.shapes import complaints

PROFILES = ("catalogue", "dcat-ap", "dcat-ap-vl", "dcat-ap-hvd", "mobilitydcat-ap")
NOISE = URIRef(f"{BASE}/ldes/leiedonk/noise#stream")
TRAFFIC = URIRef(f"{BASE}/ldes/leiedonk/traffic#stream")
CLOSED = URIRef(f"{BASE}/ldes/sterredorp/energy#stream")


def part(name: str) -> URIRef:
    return URIRef(f"{BASE}/catalogue/leiedonk#{name}")


@pytest.mark.parametrize("profile", PROFILES)
def test_catalogue_has_what_the_profile_makes_mandatory(graph: Graph, profile: str) -> None:
    assert len(list(graph.subjects(RDF.type, DCAT.Dataset))) > 10
    assert complaints(graph, profile) == ""


@pytest.mark.parametrize(
    ("profile", "subject", "predicate"),
    [
        ("dcat-ap", NOISE, DCT.title),
        ("dcat-ap", part("noise-csv"), DCAT.accessURL),
        ("dcat-ap", part("noise-record"), FOAF.primaryTopic),
        ("dcat-ap", part("publisher"), FOAF.name),
        ("dcat-ap-vl", NOISE, DCT.accessRights),
        ("dcat-ap-vl", NOISE, DCAT.contactPoint),
        ("dcat-ap-vl", NOISE, DCT.publisher),
        ("dcat-ap-vl", NOISE, DCT.identifier),
        ("dcat-ap-vl", NOISE, MDCAT.statuut),
        ("dcat-ap-vl", part("noise-csv"), DCT.license),
        ("dcat-ap-vl", part("noise-live-service"), DCT.publisher),
        ("dcat-ap-vl", part("noise-live-service"), DCAT.endpointDescription),
        ("dcat-ap-hvd", NOISE, DCATAP.hvdCategory),
        ("dcat-ap-hvd", NOISE, DCATAP.applicableLegislation),
        ("dcat-ap-hvd", part("noise-live-service"), FOAF.page),
        ("dcat-ap-hvd", part("noise-csv"), DCATAP.applicableLegislation),
        ("mobilitydcat-ap", TRAFFIC, DCT.accrualPeriodicity),
        ("mobilitydcat-ap", TRAFFIC, DCT.spatial),
        ("mobilitydcat-ap", part("traffic-csv"), DCT.rights),
        ("mobilitydcat-ap", part("traffic-record"), DCT.created),
        ("mobilitydcat-ap", part("contact"), VCARD.hasEmail),
        ("catalogue", CLOSED, DCT.rights),
        ("catalogue", NOISE, DCAT.distribution),
    ],
)
def test_shapes_notice_what_is_missing(
    graph: Graph, profile: str, subject: URIRef, predicate: URIRef
) -> None:
    mutilated = Graph() + graph
    assert (subject, predicate, None) in mutilated
    mutilated.remove((subject, predicate, None))

    assert complaints(mutilated, profile) != ""


def test_what_goes_out_by_itself_is_described_for_programs(graph: Graph) -> None:
    found = {
        name: (
            str(graph.value(part(f"noise-{name}"), DCAT.accessURL)),
            str(graph.value(part(f"noise-{name}-service"), DCAT.endpointURL)),
        )
        for name in ("live", "websocket", "webhooks", "mqtt")
    }

    these = "city=leiedonk&theme=noise"
    assert found == {
        "live": (f"{BASE}/live/observations?{these}", f"{BASE}/live/observations"),
        "websocket": (f"ws://stadspuls.test/live/ws?{these}", "ws://stadspuls.test/live/ws"),
        "webhooks": (f"{BASE}/developers", f"{BASE}/live/webhooks"),
        "mqtt": ("mqtt://stadspuls.test:1883/live/leiedonk/noise/+", "mqtt://stadspuls.test:1883"),
    }
    for name in found:
        service = part(f"noise-{name}-service")
        described = graph.value(service, DCAT.endpointDescription)
        assert (str(described), graph.value(service, DCAT.servesDataset)) == (
            f"{BASE}/asyncapi.json",
            NOISE,
        )


def test_mqtt_is_listed_where_a_broker_gives_what_is_open(graph: Graph, tmp_path: Path) -> None:
    nowhere = catalogue_graph(facts(registry(tmp_path)), Iris(BASE))
    closed = URIRef(f"{BASE}/catalogue/sterredorp#energy-mqtt")

    assert (part("noise-mqtt"), None, None) not in nowhere
    assert (closed, None, None) not in graph
    assert (URIRef(f"{BASE}/catalogue/sterredorp#energy-websocket"), None, None) in graph


def test_installation_without_cities_has_an_empty_catalogue() -> None:
    graph = catalogue_graph(Facts({}, []), Iris(BASE))

    assert list(graph.objects(None, DCAT.dataset)) == []
    assert complaints(graph, "dcat-ap") == ""


def test_every_concept_of_the_vocabulary_has_a_label_in_both_languages() -> None:
    vocabulary = Vocabulary.load()
    concepts = {
        *(one for theme in vocabulary.themes.values() for one in theme.data_themes),
        *(theme.mobility_theme for theme in vocabulary.themes.values()),
        *(theme.high_value_category for theme in vocabulary.themes.values()),
        *(one.iri for one in vocabulary.frequencies.values()),
        *(one.iri for one in vocabulary.access_reasons.values()),
        *(one.type for one in vocabulary.licences.values()),
        *(face.format for face in catalogue_words().faces),
    } - {None}
    labels = catalogue_words().labels

    assert {one for one in concepts if one not in labels} == set()
    assert all(words.en for words in labels.values())


def test_same_facts_give_the_same_lines(graph: Graph, tmp_path: Path) -> None:
    iris = Iris(BASE, "mqtt://stadspuls.test:1883")
    again = catalogue_graph(facts(registry(tmp_path)), iris)

    assert set(again) == set(graph)
    assert not [node for triple in graph for node in triple if isinstance(node, BNode)]
