"""Rules about pages that stay as they are."""

from collections.abc import Iterator
from typing import Final

from deploy.ldes_check.answer import GONE
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.second_look import SecondLook
from deploy.ldes_check.terms import LDES, TRUE
from deploy.ldes_check.verdict import Sight


def not_false(evidence: Evidence) -> Iterator[Sight]:
    """A page that may change says nothing about it."""
    for node in evidence.nodes:
        for value in node.page.controls.objects(node.page.iri, LDES["immutable"]):
            yield Sight(node.page.url, "" if value == TRUE else f"ldes:immutable {value}")


def both_ways(evidence: Evidence) -> Iterator[Sight]:
    """Clients learn it whichever way they look."""
    for node in evidence.nodes:
        page = node.page
        if page.is_closed:
            missing = [] if page.says_immutable else ["ldes:immutable true"]
            missing += [] if page.served_immutable else ["Cache-Control: immutable"]
            yield Sight(page.url, f"no {missing[0]}" if missing else "")


def unchanged(evidence: Evidence) -> Iterator[Sight]:
    """What has been promised is kept; such a page may only go away, or move into another."""
    for look in evidence.second_looks:
        if look.node.page.is_closed:
            yield Sight(look.node.page.url, _difference(look))


def _difference(look: SecondLook) -> str:
    before, again = look.node.page, look.again
    if again.answer.status == GONE or again.url != before.url:
        return ""
    if not again.is_there:
        return f"the second time it gives no page: {again.unreadable}"
    if before.answer.media_type != again.answer.media_type:
        return f"the second time it comes as {again.answer.media_type}"
    changed = before.graph.canonical ^ again.graph.canonical
    return f"{len(changed)} quads changed, such as {min(changed)}" if changed else ""


CHECKS: Final = {
    "closed.not-false": not_false,
    "closed.both-ways": both_ways,
    "closed.unchanged": unchanged,
}
