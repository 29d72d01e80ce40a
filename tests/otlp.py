"""A small receiver of OpenTelemetry's spans over HTTP."""

import contextlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.serving import serving


class Receiver(ThreadingHTTPServer):
    """Keeps every span that it is sent, with the name of the service that sent it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: list[tuple[str, Any]] = []

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def trace(self, reading: str) -> dict[str, Any]:
        """Return the spans of a reading by their names."""
        return {span.name: span for _, span in list(self.spans) if span.trace_id.hex() == reading}

    def services(self, reading: str) -> dict[str, str]:
        """Return which service sent each span of a reading."""
        return {
            span.name: service
            for service, span in list(self.spans)
            if span.trace_id.hex() == reading
        }


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding"):
            self.send_error(415)
            return
        for each in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = next(
                one.value.string_value
                for one in each.resource.attributes
                if one.key == "service.name"
            )
            for scope in each.scope_spans:
                self.server.spans += [(service, span) for span in scope.spans]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """Yield a receiver that works until the context ends."""
    server = Receiver()
    with serving(server):
        yield server
