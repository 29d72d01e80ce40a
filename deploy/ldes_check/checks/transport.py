"""Rules about answers of HTTP."""

from collections.abc import Iterator
from typing import Final

from deploy.ldes_check.answer import FORMATS, NOT_MODIFIED, OK, Answer
from deploy.ldes_check.evidence import Evidence
from deploy.ldes_check.page import Page
from deploy.ldes_check.verdict import Sight

_OVERLOAD: Final = frozenset({500, 502, 503, 504})


def media_type(evidence: Evidence) -> Iterator[Sight]:
    """Pages come in one of the formats."""
    for page in _visited(evidence):
        found = page.answer.media_type
        known = found in FORMATS
        yield Sight(page.url, "" if known else f"Content-Type {found or 'is missing'}")


def readable(evidence: Evidence) -> Iterator[Sight]:
    """Bodies are what their Content-Type says."""
    for page in evidence.pages:
        if page.answer.status == OK and page.answer.media_type in FORMATS:
            yield Sight(page.url, page.unreadable)


def etag(evidence: Evidence) -> Iterator[Sight]:
    """Pages have an ETag."""
    for page in _visited(evidence):
        yield Sight(page.url, "" if "etag" in page.answer.headers else "no ETag")


def strong_etag(evidence: Evidence) -> Iterator[Sight]:
    """Answers with the same strong ETag are the same."""
    for look in evidence.second_looks:
        yield from _same_bytes(look.node.page, look.again)
    for offer in evidence.offers:
        for number, page in enumerate(offer.pages):
            for other in offer.pages[:number]:
                yield from _same_bytes(page, other)


def _same_bytes(first: Page, second: Page) -> Iterator[Sight]:
    tag = first.answer.headers.get("etag", "")
    same_tag = tag == second.answer.headers.get("etag") and first.url == second.url
    if tag and same_tag and not tag.startswith("W/"):
        same = first.answer.body == second.answer.body
        yield Sight(first.url, "" if same else f"two different bodies have the ETag {tag}")


def not_modified(evidence: Evidence) -> Iterator[Sight]:
    """What has not changed is not sent again."""
    for look in evidence.second_looks:
        answer = look.conditional
        if answer is None:
            continue
        tag = look.again.answer.headers.get("etag", "")
        in_vain = answer.status == OK and answer.headers.get("etag") == tag
        wrong = in_vain or answer.status not in (OK, NOT_MODIFIED)
        yield Sight(look.again.url, f"If-None-Match: {tag} gives {answer.says}" if wrong else "")


def busy(evidence: Evidence) -> Iterator[Sight]:
    """Who has too much to do says so with 429; a time to come back betrays it."""
    for answer in _answers(evidence):
        for status, later in answer.put_off:
            wrong = status in _OVERLOAD and bool(later)
            yield Sight(answer.url, f"HTTP {status} with Retry-After {later}" if wrong else "")


def cors(evidence: Evidence) -> Iterator[Sight]:
    """Every origin may read the pages."""
    for page in _visited(evidence):
        allowed = page.answer.headers.get("access-control-allow-origin", "")
        problem = (
            "" if allowed == "*" or "check.invalid" in allowed else f"allowed: {allowed or '-'}"
        )
        yield Sight(page.url, problem)


def _visited(evidence: Evidence) -> Iterator[Page]:
    """Yield the pages of the tree that the server gave, whether they can be read or not."""
    nodes = evidence.tree.nodes.values()
    return (node.page for node in nodes if node.page.answer.status == OK)


def _answers(evidence: Evidence) -> Iterator[Answer]:
    yield evidence.entry.page.answer
    yield from (page.answer for page in evidence.pages)


CHECKS: Final = {
    "http.media-type": media_type,
    "http.readable": readable,
    "http.etag": etag,
    "http.strong-etag": strong_etag,
    "http.not-modified": not_modified,
    "http.busy": busy,
    "http.cors": cors,
}
