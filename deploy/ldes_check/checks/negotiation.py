"""Rules about the formats of one page."""

from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import NamedNode

from deploy.ldes_check.answer import FORMATS
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.formats import Offer
from deploy.ldes_check.graph import Graph
from deploy.ldes_check.page import Page
from deploy.ldes_check.terms import SAMPLE_CONTEXT
from deploy.ldes_check.verdict import NotChecked, Sight

_RELATIVE: Final = {
    "text/turtle": "<{}>",
    "application/trig": "<{}>",
    "application/ld+json": '"{}"',
}


def formats_agree(evidence: Evidence) -> Iterator[Sight]:
    """All formats of a page are isomorphic."""
    several = [offer for offer in evidence.offers if len(_readable(offer)) > 1]
    if several and not any(offer.is_still for offer in several):
        raise NotChecked("every page changed while it was asked for")
    for offer in several:
        if offer.is_still:
            pages = _readable(offer)
            best = max(pages, key=lambda page: len(page.graph.quads))
            for page in pages:
                yield Sight(page.url, _difference(best, page))


def _difference(best: Page, page: Page) -> str:
    """Return what one format says otherwise than another."""
    reference = best.graph
    form = FORMATS[page.answer.media_type]
    if not form.supports_datasets and _has_named_graphs(best.graph):
        reference = best.controls
    wanted, found = reference.canonical, page.graph.canonical
    if wanted == found:
        return ""
    example = next(iter(sorted(wanted ^ found)), "")
    types = f"{best.answer.media_type} and {page.answer.media_type}"
    return f"{types} differ in {len(wanted ^ found)} quads, such as {example}"


def _has_named_graphs(graph: Graph) -> bool:
    return any(isinstance(quad.graph_name, NamedNode) for quad in graph.quads)


def vary(evidence: Evidence) -> Iterator[Sight]:
    """Caches are told that the format depends on Accept."""
    for offer in evidence.offers:
        here = [page for page in _readable(offer) if page.url == offer.url]
        if len(here) > 1:
            for page in here:
                words = page.answer.headers.get("vary", "")
                named = {word.strip().lower() for word in words.split(",")}
                fine = bool(named & {"accept", "*"})
                kind = page.answer.media_type
                yield Sight(page.url, "" if fine else f"{kind} has Vary: {words or '-'}")


def own_context(evidence: Evidence) -> Iterator[Sight]:
    """A page does not hang on a document that may change or be away."""
    for page in evidence.pages:
        if page.answer.media_type == "application/ld+json":
            sample = [c for c in page.contexts if c.rstrip("/").endswith(SAMPLE_CONTEXT[8:])]
            yield Sight(page.url, f"it refers to {sample[0]}" if sample else "")


def relative(evidence: Evidence) -> Iterator[Sight]:
    """Pages refer to each other by relative IRIs."""
    for offer in evidence.offers:
        for page in _readable(offer):
            quotation = _RELATIVE.get(page.answer.media_type)
            if quotation and page.relations:
                yield Sight(page.url, _written_out(page, quotation))


def _written_out(page: Page, quotation: str) -> str:
    text = page.answer.body.decode(errors="replace")
    full = sorted(one for one in page.links if quotation.format(one) in text)
    kind = page.answer.media_type
    return f"{kind} writes {len(full)} addresses in full, such as {full[0]}" if full else ""


def _readable(offer: Offer) -> Sequence[Page]:
    return [page for page in offer.pages if page.is_there]


CHECKS: Final = {
    "http.formats-agree": formats_agree,
    "http.vary": vary,
    "http.own-context": own_context,
    "tree.relative": relative,
}
