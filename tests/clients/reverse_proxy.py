"""A reverse proxy that notes what was asked through it, and what came of it."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.serving import serving

_OF_A_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "host"})


@dataclass(frozen=True)
class Passed:
    """One request and its answer.

    Attributes:
        path: with its query.
        closed: whether the answer never changes.
    """

    path: str
    status: int
    closed: bool


@dataclass
class ReverseProxy:
    """What was passed on.

    Attributes:
        address: of the proxy itself.
        target: address of the server behind it, once that is known.
        passed: in the order of the answers.
    """

    address: str
    target: Callable[[], str]
    passed: list[Passed] = field(default_factory=list)

    def fetches_of_closed_pages(self) -> dict[str, int]:
        """Return how often each page that never changes was given."""
        found: dict[str, int] = {}
        for one in self.passed:
            if one.closed and one.status == http.client.OK:
                found[one.path] = found.get(one.path, 0) + 1
        return found


class _Handler(BaseHTTPRequestHandler):
    proxy: ReverseProxy
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # one packet for the head of an answer and its body

    def do_GET(self) -> None:
        target = urlsplit(self.proxy.target())
        onward = http.client.HTTPConnection(target.hostname or "", target.port)
        headers = {n: v for n, v in self.headers.items() if n.lower() not in _OF_A_CONNECTION}
        onward.request("GET", self.path, headers=headers)
        answer = onward.getresponse()
        body = answer.read()
        onward.close()
        closed = "immutable" in (answer.getheader("Cache-Control") or "")
        self.proxy.passed.append(Passed(self.path, answer.status, closed))
        self._answer(answer, body)

    def _answer(self, answer: http.client.HTTPResponse, body: bytes) -> None:
        self.send_response_only(answer.status)
        for name, text in answer.getheaders():
            if name.lower() not in _OF_A_CONNECTION | {"content-length"}:
                self.send_header(name, text)
        if answer.status not in (http.client.NO_CONTENT, http.client.NOT_MODIFIED):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:  # as the caller wished; it would ask again on this one otherwise
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def reverse_proxy(target: Callable[[], str]) -> Iterator[ReverseProxy]:
    """Pass requests on to a server that may start later."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    proxy = ReverseProxy(f"http://127.0.0.1:{server.server_address[1]}", target)
    server.RequestHandlerClass = type("Handler", (_Handler,), {"proxy": proxy})
    with serving(server):
        yield proxy
