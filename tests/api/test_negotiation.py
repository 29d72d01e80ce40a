"""Which form a caller gets."""

import pytest

from api.negotiation import Form, accepted, form_of
from api.problems import NotAcceptable
from schemas.errors import NotFound

FORMS = (
    Form("ttl", "text/turtle"),
    Form("jsonld", "application/ld+json"),
    Form("rdf", "application/rdf+xml"),
)


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        (None, "ttl"),
        ("", "ttl"),
        ("*/*", "ttl"),
        ("application/rdf+xml", "rdf"),
        ("APPLICATION/LD+JSON;profile=x", "jsonld"),
        ("application/*;q=0.5, text/turtle;q=0.1", "jsonld"),
        ("text/html, application/rdf+xml;q=0.9, */*;q=0.1", "rdf"),
        ("*/*, text/turtle;q=0", "jsonld"),
        ("text/turtle;q=nonsense, application/rdf+xml;q=0.1", "rdf"),
    ],
)
def test_caller_gets_the_form_that_it_likes_best(accept: str | None, suffix: str) -> None:
    assert accepted(accept, FORMS).suffix == suffix


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "application/json", ";,;q"])
def test_caller_that_takes_none_is_told_which_there_are(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="text/turtle, application/ld"):
        accepted(accept, FORMS)


def test_ending_asks_for_a_form() -> None:
    assert form_of("rdf", FORMS).media_type == "application/rdf+xml"
    with pytest.raises(NotFound, match=r"\.ttl, \.jsonld, \.rdf"):
        form_of("csv", FORMS)
