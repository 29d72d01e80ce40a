"""What is to be said anew of the catalogue: of each of its resources that stands by itself.

After DCAT-AP Feeds: catalogue, datasets, distributions, services, agents and contacts each have
events of their own; places, rules and records come with what they belong to. What changes with
every observation (extents, figures of quality, how new it is) is no change of the catalogue.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Final, TypeAlias

from rdflib import RDF, Graph, URIRef
from rdflib.term import Node

from api.catalogue.describing import catalogue_graph
from api.catalogue.facts import Facts, facts_of
from api.catalogue.triples import DCAT, DCATAP, DCT, FOAF, VCARD
from api.feeds.event import CATALOGUE, Change, digest_of
from api.iris import Iris
from api.ldes.series import AnyConnection

Statement: TypeAlias = tuple[Node, Node, Node]

_TOLD: Final = (files("api.feeds") / "told.sql").read_text(encoding="utf-8")
_STANDALONE: Final = (
    FOAF.Agent, VCARD.Kind, DCAT.DataService, DCAT.Distribution, DCAT.Dataset, DCAT.Catalog,
)  # fmt: skip
"""Those that are named come before those that name them."""

_EMBEDDED: Final = (DCT.spatial, DCT.temporal, DCT.rights, DCATAP.applicableLegislation)


async def declared_facts(connection: AnyConnection) -> Facts:
    """Return the facts without what changes with every observation."""
    facts = await facts_of(connection)
    declared = [replace(one, extent=None, quality=()) for one in facts.datasets]
    return Facts(facts.cities, declared)


async def catalogue_changes(
    connection: AnyConnection, described: Mapping[str, str]
) -> list[Change]:
    """Return what changed since it was last said, deletions last.

    Args:
        connection: to the database.
        described: what there is to say now, by subject.
    """
    told = {row["subject"]: row for row in await connection.fetch(_TOLD, CATALOGUE)}
    there = {subject for subject, row in told.items() if row["activity"] != "delete"}
    changes = [
        Change(
            CATALOGUE,
            subject,
            "update" if subject in there else "create",
            digest_of(text),
            text,
        )
        for subject, text in described.items()
        if subject not in there or told[subject]["digest"] != digest_of(text)
    ]
    gone = sorted(there - described.keys())
    return changes + [Change(CATALOGUE, one, "delete", b"", "") for one in gone]


def described_resources(facts: Facts, iris: Iris) -> Mapping[str, str]:
    """Return what is said of each resource, in N-Triples, in the order in which it is said."""
    graph = catalogue_graph(facts, iris)
    found: dict[str, str] = {}
    for kind in _STANDALONE:
        for subject in sorted(graph.subjects(RDF.type, kind), key=str):
            if isinstance(subject, URIRef):
                found[str(subject)] = _text(_lines(graph, subject))
    return found


def _text(triples: Iterable[Statement]) -> str:
    """Return triples in N-Triples, the same ones always in the same order."""
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    lines = graph.serialize(format="nt").splitlines(keepends=True)
    return "".join(sorted(line for line in lines if line.strip()))


def _lines(graph: Graph, subject: URIRef) -> Iterator[Statement]:
    yield from _star(graph, subject)
    for predicate in _EMBEDDED:
        for part in graph.objects(subject, predicate):
            yield from _star(graph, part)
    for record in graph.subjects(FOAF.primaryTopic, subject):
        yield from _star(graph, record)


def _star(graph: Graph, subject: Node) -> Iterator[Statement]:
    for predicate, value in graph.predicate_objects(subject):
        yield subject, predicate, value
