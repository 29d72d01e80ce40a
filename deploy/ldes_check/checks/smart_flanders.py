"""Rules of the Smart Flanders conventions for real-time open data."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import NamedNode

from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.graph import Term
from deploy.ldes_check.page import Page
from deploy.ldes_check.terms import CC, DCT, HYDRA, PROV
from deploy.ldes_check.values import integer_of, is_date_time
from deploy.ldes_check.verdict import Sight
from deploy.ldes_check.walk import Node

_LICENCES: Final = (DCT["license"], CC["license"])
_LINKS: Final = (HYDRA["next"], HYDRA["previous"], HYDRA["search"])


def licence(evidence: Evidence) -> Iterator[Sight]:
    """Whoever has the page knows what is allowed."""
    for node in evidence.nodes:
        found = _objects(node.page, *_LICENCES)
        fine = any(isinstance(one, NamedNode) for one in found)
        yield Sight(node.page.url, "" if fine else "no licence that is an IRI")


def generated(evidence: Evidence) -> Iterator[Sight]:
    """Whoever has the page knows how old it is."""
    for node in _with_members(evidence):
        fine = any(is_date_time(one) for one in _objects(node.page, PROV["generatedAtTime"]))
        yield Sight(node.page.url, "" if fine else "no prov:generatedAtTime")


def neighbours(evidence: Evidence) -> Iterator[Sight]:
    """Whoever has the page finds the others."""
    for node in _with_members(evidence):
        fine = bool(_objects(node.page, *_LINKS))
        yield Sight(node.page.url, "" if fine else "no hydra:next, hydra:previous or hydra:search")


def chain(evidence: Evidence) -> Iterator[Sight]:
    """Forth and back lead to the same page."""
    pages = {node.page.url: node.page for node in evidence.nodes}
    ways = ((HYDRA["next"], HYDRA["previous"]), (HYDRA["previous"], HYDRA["next"]))
    for page in pages.values():
        for forth, back in ways:
            for target in page.controls.objects(page.iri, forth):
                other = pages.get(target.value)
                found = other.controls.objects(other.iri, back) if other else []
                if found:
                    words = f"{target} has {found[0]} on the way back"
                    yield Sight(page.url, "" if page.iri in found else words)


def cached(evidence: Evidence) -> Iterator[Sight]:
    """Caches know what to do."""
    for node in evidence.nodes:
        fine = bool(node.page.answer.cache_control)
        yield Sight(node.page.url, "" if fine else "no Cache-Control")


def fresh(evidence: Evidence) -> Iterator[Sight]:
    """Caches do not hide what is new."""
    values = evidence.stream.values("pollingInterval") if evidence.stream else []
    interval = integer_of(values[0]) if values else None
    if interval is None:
        return
    for node in evidence.nodes:
        age = node.page.answer.cache_control.get("max-age", "")
        if not node.page.is_closed and age.isdigit():
            words = f"max-age={age}, polling interval {interval}"
            yield Sight(node.page.url, words if int(age) > interval else "")


def _with_members(evidence: Evidence) -> Iterator[Node]:
    stream = evidence.stream
    return (node for node in evidence.nodes if stream and node.page.members(stream.iri))


def _objects(page: Page, *predicates: NamedNode) -> list[Term]:
    quads = (quad for one in predicates for quad in page.controls.with_predicate(one))
    return [quad.object for quad in quads]  # type: ignore[misc]


CHECKS: Final = {
    "smart-flanders.licence": licence,
    "smart-flanders.generated": generated,
    "smart-flanders.neighbours": neighbours,
    "smart-flanders.chain": chain,
    "smart-flanders.cached": cached,
    "smart-flanders.fresh": fresh,
}
