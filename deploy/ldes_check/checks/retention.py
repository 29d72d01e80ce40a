"""Rules about what a view says that it keeps."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode

from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.graph import Graph, Term
from deploy.ldes_check.page import Page
from deploy.ldes_check.terms import LDES, RDF, TREE
from deploy.ldes_check.values import has_zone, integer_of, is_date_time, is_duration
from deploy.ldes_check.verdict import Sight

_OLDER: Final = ("DurationAgoPolicy", "LatestVersionSubset", "PointInTimePolicy")


def _is_zoned_time(value: Term) -> bool:
    return isinstance(value, Literal) and is_date_time(value) and has_zone(value)


def _is_positive(value: Term) -> bool:
    return (integer_of(value) or 0) > 0


_TERMS: Final[dict[str, Callable[[Term], bool]]] = {
    "startingFrom": _is_zoned_time,
    "fullLogDuration": is_duration,
    "versionAmount": _is_positive,
    "versionDuration": is_duration,
    "versionDeleteDuration": is_duration,
}


def policies_of(page: Page) -> list[Term]:
    """Return the retention policies of a root node, its own and those of its descriptions."""
    graph = page.controls
    subjects = [page.iri, *graph.objects(page.iri, TREE["viewDescription"])]
    found = (one for s in subjects for one in graph.objects(s, LDES["retentionPolicy"]))
    return list(dict.fromkeys(found))


def _policies(evidence: Evidence) -> Iterator[tuple[Page, Term]]:
    if evidence.stream is not None:
        root = evidence.stream.root
        yield from ((root, policy) for policy in policies_of(root))


def iri(evidence: Evidence) -> Iterator[Sight]:
    """Policies have a name."""
    for page, policy in _policies(evidence):
        fine = isinstance(policy, NamedNode)
        yield Sight(page.url, "" if fine else "the retention policy is a blank node")


def described(evidence: Evidence) -> Iterator[Sight]:
    """Policies say what is kept."""
    for page, policy in _policies(evidence):
        is_older = bool(_older(page.controls, policy))
        fine = is_older or any(page.controls.objects(policy, LDES[name]) for name in _TERMS)
        yield Sight(page.url, "" if fine else f"{policy} has no property: nothing is kept")


def terms(evidence: Evidence) -> Iterator[Sight]:
    """Policies say it in the words of the specification."""
    for page, policy in _policies(evidence):
        for name, is_right in _TERMS.items():
            values = page.controls.objects(policy, LDES[name])
            if values:
                fine = len(values) == 1 and is_right(values[0])
                shown = ", ".join(map(str, values))
                yield Sight(page.url, "" if fine else f"ldes:{name} {shown}")
        if page.controls.objects(policy, LDES["versionDuration"]):
            fine = bool(page.controls.objects(policy, LDES["versionAmount"]))
            yield Sight(page.url, "" if fine else "ldes:versionDuration without versionAmount")


def current(evidence: Evidence) -> Iterator[Sight]:
    """Policies are of the one type that is left."""
    for page, policy in _policies(evidence):
        older = _older(page.controls, policy)
        yield Sight(page.url, f"{policy} is a ldes:{older[0]}" if older else "")


def _older(graph: Graph, policy: Term) -> Sequence[str]:
    types = graph.objects(policy, RDF["type"])
    return [name for name in _OLDER if LDES[name] in types]


CHECKS: Final = {
    "retention.iri": iri,
    "retention.described": described,
    "retention.terms": terms,
    "retention.current": current,
}
