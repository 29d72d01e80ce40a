"""A small conforming stream on a real HTTP server, to be checked, and to be broken.

Two hours are closed and one is open, with two observations each. Pages are written in Turtle, in
the order of the TREE profile, and served as Turtle and as N-Quads.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from pyoxigraph import Quad, RdfFormat, parse, serialize

from tests.serving import serving

CLOSED, OPEN = "public, max-age=604800, immutable", "public, max-age=5"
PROFILE = ';profile="https://w3id.org/tree/profile"'
TURTLE, N_QUADS, JSON_LD = "text/turtle", "application/n-quads", "application/ld+json"
_PREFIXES = """\
@prefix ldes: <https://w3id.org/ldes#> .
@prefix tree: <https://w3id.org/tree#> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix sosa: <http://www.w3.org/ns/sosa/> .
@prefix sp: <https://example.org/ns#> .
"""
_LICENCE = "dct:license <https://example.org/licence>"


@dataclass(frozen=True)
class Document:
    """What is served under one path.

    Attributes:
        lacks: headers that are left out; `If-None-Match` is one that is not heeded.
        nquads: in place of the N-Quads that are made of the Turtle.
        json_ld: offered as JSON-LD.
        context: a remote one, with which the Turtle is offered as JSON-LD.
        omits: quads with this in them are left out of the N-Quads.
    """

    turtle: str
    cache_control: str = OPEN
    content_type: str = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    lacks: frozenset[str] = frozenset()
    nquads: str = ""
    json_ld: str = ""
    context: str = ""
    omits: str = ""


def _relation(kind: str, target: str, value: str) -> str:
    return (
        f"<> tree:relation [ a tree:{kind}Relation ; tree:node <{target}> ; "
        f'tree:path dct:created ; tree:value "{value}"^^xsd:dateTime ] .\n'
    )


def _root() -> str:
    bounds = "".join(
        _relation("GreaterThanOrEqualTo", f"/ldes/{hour}", f"2026-01-01T{hour}:00:00Z")
        + (_relation("LessThan", f"/ldes/{hour}", f"2026-01-01T{hour + 1}:00:00Z") * (hour < 12))
        for hour in (10, 11, 12)
    )
    return f"""\
</ldes#stream> a ldes:EventStream ; tree:view <> ; tree:shape </shape> ;
  ldes:timestampPath dct:created ; ldes:sequencePath sp:sequence ;
  ldes:versionOfPath dct:isVersionOf ; ldes:versionTimestampPath sosa:resultTime ;
  ldes:pollingInterval 5 .
<> a tree:Node ; {_LICENCE} ; prov:generatedAtTime "2026-01-01T12:10:00Z"^^xsd:dateTime ;
  hydra:next </ldes/10> ; tree:search [ hydra:template "/ldes{{?time}}" ; hydra:mapping
    [ hydra:variable "time" ; tree:path dct:created ; hydra:property tree:timeQuery ] ] .
{bounds}"""


def member(hour: int, number: int) -> str:
    """Return an observation with its `tree:member`."""
    at = f"2026-01-01T{hour}:0{number}:00Z"
    return f"""\
</ldes#stream> tree:member </id/{hour}-{number}/1> .
</id/{hour}-{number}/1> a sosa:Observation ; dct:isVersionOf </id/{hour}-{number}> ;
  dct:created "{at}"^^xsd:dateTime ; sp:sequence {hour * 10 + number} ;
  sosa:resultTime "{at}"^^xsd:dateTime ; sosa:hasSimpleResult {number} ;
  sosa:hasResult [ sp:value {number} ] .
"""


def _page(hour: int, neighbours: str, immutable: str) -> str:
    return f"""\
</ldes#stream> tree:view <> .
<> a tree:Node {immutable} ; {_LICENCE} ; {neighbours} ;
  prov:generatedAtTime "2026-01-01T{hour}:59:00Z"^^xsd:dateTime .
{member(hour, 1)}{member(hour, 2)}"""


_SHAPE = """\
</shape> a sh:NodeShape ; sh:property [ sh:path sosa:hasSimpleResult ; sh:minCount 1 ;
  sh:maxInclusive 100 ; sh:message "a result of at most 100" ] .
"""


def _documents() -> dict[str, Document]:
    immutable = "; ldes:immutable true"
    hours = {
        10: _page(10, "hydra:next </ldes/11>", immutable),
        11: _page(11, "hydra:previous </ldes/10> ; hydra:next </ldes/12>", immutable),
        12: _page(12, "hydra:previous </ldes/11>", ""),
    }
    found = {"/ldes": Document(_root()), "/shape": Document(_SHAPE)}
    for hour, text in hours.items():
        found[f"/ldes/{hour}"] = Document(text, CLOSED if hour < 12 else OPEN)
        for number in (1, 2):
            found[f"/id/{hour}-{number}/1"] = Document(member(hour, number))
    return found


@dataclass
class TinyStream:
    """The stream: what is served at first, and what at every later request.

    Attributes:
        documents: by path; `@BASE@` in their text is the address of the server.
        later: in place of them, from the second request on.
        requests: how often each path was asked for.
        entry: path where a client begins.
        search: pages of hours that are not their own.
        profile: parameter of the Content-Type.
    """

    documents: dict[str, Document] = field(default_factory=_documents)
    later: dict[str, Document] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    base: str = ""
    entry: str = "/ldes"
    search: dict[str, str] = field(default_factory=dict)
    profile: str = PROFILE

    def edit(self, path: str, old: str, new: str) -> None:
        """Change the text of a document."""
        document = self.documents[path]
        assert old in document.turtle, f"{old} is not in {path}"
        self.documents[path] = replace(document, turtle=document.turtle.replace(old, new))

    def edit_later(self, path: str, old: str, new: str) -> None:
        """Change the text of a document as it is from the second request on."""
        document = self.later.get(path, self.documents[path])
        assert old in document.turtle, f"{old} is not in {path}"
        self.later[path] = replace(document, turtle=document.turtle.replace(old, new))

    def serve(self, path: str, **changes: object) -> None:
        """Change how a document is served."""
        self.documents[path] = replace(self.documents[path], **changes)  # type: ignore[arg-type]

    def found(self, path: str) -> Document:
        """Return what a request gets."""
        self.requests[path] += 1
        if self.requests[path] > 1 and path in self.later:
            return self.later[path]
        return self.documents.get(path, Document("", status=404))

    def body(self, path: str, document: Document, media_type: str) -> bytes:
        """Return a document in a format; the base of its IRIs is its own address."""
        text = _PREFIXES + document.turtle.replace("@BASE@", self.base)
        if media_type == TURTLE:
            return text.encode()
        quads = parse(text, RdfFormat.TURTLE, base_iri=self.base + path)
        if media_type == JSON_LD:
            return document.json_ld.encode() or _with_context(quads, document.context)
        chosen = [one for one in quads if not document.omits or document.omits not in str(one)]
        body = serialize(chosen, format=RdfFormat.N_QUADS)
        return document.nquads.encode() or _with_plain_labels(body or b"")


def _with_context(quads: Iterable[Quad], context: str) -> bytes:
    facts = json.loads(serialize(quads, format=RdfFormat.JSON_LD) or b"[]")
    return json.dumps([{"@context": context, **facts[0]}, *facts[1:]]).encode()


def _with_plain_labels(body: bytes) -> bytes:
    """Give blank nodes the same labels each time."""
    labels: dict[bytes, bytes] = {}
    return re.sub(
        rb"_:[0-9a-f]+", lambda found: labels.setdefault(found[0], b"_:b%d" % len(labels)), body
    )


class _Handler(BaseHTTPRequestHandler):
    stream: TinyStream
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # one packet an answer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = parse_qs(address.query).get("time")
        if asked:
            hour = unquote(asked[0])[11:13]
            place = self.stream.search.get(hour, hour)
            self._send(302, {"Location": f"/ldes/{place}"}, b"")
            return
        document = self.stream.found(address.path)
        if document.status != 200:
            self._send(document.status, dict(document.headers), b"")
            return
        self._send_document(address.path, document)

    def _send_document(self, path: str, document: Document) -> None:
        first = self.headers.get("Accept", "").split(",")[0].split(";")[0]
        media_type = TURTLE if first == TURTLE else N_QUADS
        media_type = (
            JSON_LD if first == JSON_LD and (document.json_ld or document.context) else media_type
        )
        body = self.stream.body(path, document, media_type)
        headers = {
            "Content-Type": document.content_type or media_type + self.stream.profile,
            "Cache-Control": document.cache_control,
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Vary": "Accept",
            "Access-Control-Allow-Origin": "*",
            **dict(document.headers),
        }
        headers = {name: text for name, text in headers.items() if name not in document.lacks}
        known = self.headers.get("If-None-Match")
        unmodified = known is not None and known == headers.get("ETag")
        ignores = "If-None-Match" in document.lacks
        self._send(*((304, headers, b"") if unmodified and not ignores else (200, headers, body)))

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(stream: TinyStream) -> Iterator[str]:
    """Serve a stream on loopback and yield its address."""
    handler = type("Handler", (_Handler,), {"stream": stream})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    stream.base = f"http://127.0.0.1:{server.server_address[1]}"
    with serving(server):
        yield stream.base
