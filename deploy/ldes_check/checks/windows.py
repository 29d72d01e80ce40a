"""Rules about the windows in time that relations give to the nodes below a node."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.page import Page, Relation
from deploy.ldes_check.values import instant_of
from deploy.ldes_check.verdict import Sight

_LOWER: Final = frozenset(
    {"GreaterThanRelation", "GreaterThanOrEqualToRelation", "EqualToRelation"}
)
_UPPER: Final = frozenset({"LessThanRelation", "LessThanOrEqualToRelation", "EqualToRelation"})
_EXCLUSIVE: Final = frozenset({"GreaterThanRelation", "LessThanRelation"})


class Edge(NamedTuple):
    """One end of a window.

    Attributes:
        included: whether the end itself belongs to it.
    """

    at: datetime
    included: bool


class Window(NamedTuple):
    """What the relations to a node say together; an end may be open."""

    target: str
    lower: Edge | None
    upper: Edge | None


def both_bounds(evidence: Evidence) -> Iterator[Sight]:
    """A client knows where a page begins and where it ends."""
    for page, windows in _all_windows(evidence):
        for name, bare in (
            ("lower", [one.target for one in windows if one.lower is None]),
            ("upper", [one.target for one in windows if one.upper is None]),
        ):
            words = f"{len(bare)} nodes have no {name} bound: {', '.join(bare[:3])}"
            yield Sight(page.url, words if len(bare) > 1 else "")


def no_overlap(evidence: Evidence) -> Iterator[Sight]:
    """A moment belongs to one node."""
    for page, windows in _all_windows(evidence):
        whole = [one for one in windows if _has_its_bounds(one, windows)]
        for number, one in enumerate(whole):
            other = next((two for two in whole[:number] if _overlap(one, two)), None)
            words = f"{one.target} and {other.target} overlap" if other else ""
            yield Sight(page.url, words)


def _all_windows(evidence: Evidence) -> Iterator[tuple[Page, Sequence[Window]]]:
    """Yield each page with the windows in time of the nodes below it."""
    time = evidence.stream.path("timestampPath") if evidence.stream else None
    for node in evidence.nodes:
        found = []
        for target, bunch in node.page.links.items():
            ordered = [one for one in bunch if one.path == time and len(one.values) == 1]
            if time is not None and ordered:
                found.append(_window(target, ordered))
        if found:
            yield node.page, found


def _window(target: str, bunch: Sequence[Relation]) -> Window:
    lower = [edge for one in bunch if one.kind in _LOWER and (edge := _edge(one))]
    upper = [edge for one in bunch if one.kind in _UPPER and (edge := _edge(one))]
    return Window(
        target,
        max(lower, key=lambda edge: (edge.at, not edge.included), default=None),
        min(upper, key=lambda edge: (edge.at, edge.included), default=None),
    )


def _edge(relation: Relation) -> Edge | None:
    instant = instant_of(relation.values[0])
    return Edge(instant, relation.kind not in _EXCLUSIVE) if instant else None


def _has_its_bounds(one: Window, windows: Sequence[Window]) -> bool:
    """Tell whether only the oldest or the newest end is open; another is `both_bounds`' matter."""
    if one.lower and one.upper:
        return True
    if one.lower:
        return all(two.lower is None or two.lower.at <= one.lower.at for two in windows)
    if one.upper:
        return all(two.upper is None or two.upper.at >= one.upper.at for two in windows)
    return len(windows) == 1


def _overlap(one: Window, two: Window) -> bool:
    return _begins_before_end(one, two) and _begins_before_end(two, one)


def _begins_before_end(one: Window, two: Window) -> bool:
    if one.lower is None or two.upper is None:
        return True
    touches = one.lower.at == two.upper.at and one.lower.included and two.upper.included
    return one.lower.at < two.upper.at or touches


CHECKS: Final = {
    "tree.both-bounds": both_bounds,
    "tree.no-overlap": no_overlap,
}
