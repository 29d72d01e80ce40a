"""Small RDF documents in the form that a caller wants. For what is not asked for all the time."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from rdflib import Graph
from starlette.requests import Request
from starlette.responses import Response

from api.ldes.serving.codings import Coding
from api.ldes.terms import PREFIXES
from api.negotiation import Form

FORMS: Final = (
    Form("ttl", "text/turtle"),
    Form("jsonld", "application/ld+json"),
    Form("rdf", "application/rdf+xml"),
    Form("nt", "application/n-triples"),
)
_WRITERS: Final[Mapping[str, str]] = {
    "ttl": "turtle",
    "jsonld": "json-ld",
    "rdf": "xml",
    "nt": "nt11",
}
_XML: Final = "http://www.w3.org/XML/1998/namespace"


def empty_graph(prefixes: Mapping[str, str] = PREFIXES) -> Graph:
    """Return a graph that knows prefixes, so that every form of it is readable."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in {**prefixes, "xml": _XML}.items():
        graph.bind(prefix, namespace)
    return graph


def graph_of(triples: str) -> Graph:
    """Return our own N-Triples as a graph."""
    return empty_graph().parse(data=triples, format="nt")


def written(graph: Graph, form: Form) -> bytes:
    """Return a graph in a form."""
    wishes: dict[str, Any] = {"auto_compact": True} if form.suffix == "jsonld" else {}
    content: bytes = graph.serialize(format=_WRITERS[form.suffix], encoding="utf-8", **wishes)
    return content


def tag_of(content: str, form: Form) -> str:
    """Return a weak entity tag: processes write the same content in an order of their own."""
    return f'W/"{hashlib.sha256(content.encode()).hexdigest()[:32]}-{form.suffix}"'


def has(request: Request, tag: str) -> bool:
    """Tell whether the caller has a content already (RFC 9110, weak comparison)."""
    given = request.headers.get("if-none-match", "")
    tags = {one.strip().removeprefix("W/") for one in given.split(",")}
    return given.strip() == "*" or tag.removeprefix("W/") in tags


def not_modified(headers: Mapping[str, str]) -> Response:
    """Return that the caller has it already."""
    return Response(status_code=304, headers=headers)


def sent(content: bytes, form: Form, coding: Coding, headers: Mapping[str, str]) -> Response:
    """Return a document that is in a coding already."""
    described = {**headers, "Content-Type": f"{form.media_type}; charset=utf-8"}
    if coding != "identity":
        described["Content-Encoding"] = coding
    return Response(content, headers=described)
