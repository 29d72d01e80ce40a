"""The part of Grafana's HTTP API that provisioning uses, with what Grafana adds by itself."""

import base64
import contextlib
import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.serving import serving

TOKEN, USER, PASSWORD = "glsa_token", "admin", "word"
_ADDED: dict[str, dict[str, Any]] = {
    "folders": {"id": 1, "version": 1, "hasAcl": False, "canSave": True},
    "datasources": {"id": 1, "orgId": 1, "version": 1, "readOnly": False, "isDefault": False},
    "dashboards": {"id": 7, "version": 1, "graphTooltip": 0, "fiscalYearStartMonth": 0},
    "alert-rules": {"id": 3, "updated": "2026-11-26T00:00:00Z", "provenance": "api"},
}
_ROUTES = (
    (r"/api/folders(?:/(?P<uid>[\w-]+))?", "folders"),
    (r"/api/datasources(?:/uid/(?P<uid>[\w-]+))?", "datasources"),
    (r"/api/dashboards/(?:db|uid/(?P<uid>[\w-]+))", "dashboards"),
    (r"/api/v1/provisioning/alert-rules(?:/(?P<uid>[\w-]+))?", "alert-rules"),
)


class FakeGrafana(ThreadingHTTPServer):
    """Keeps what it is given.

    Attributes:
        kept: by kind and uid.
        written: method and path of every request that changed something.
        broken: answer everything with a failure of the server.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kept: dict[tuple[str, str], dict[str, Any]] = {}
        self.written: list[tuple[str, str]] = []
        self.broken = False

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeGrafana

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(self._body())

    def do_PUT(self) -> None:
        self._answer(self._body())

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def _answer(self, body: dict[str, Any] | None) -> None:
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.server.broken:
            self._send(500, {"message": "database is locked"})
        elif self.headers.get("Authorization") not in (f"Bearer {TOKEN}", f"Basic {basic}"):
            self._send(401, {"message": "Unauthorized"})
        elif body is None:
            self._tell()
        else:
            self._keep(body)

    def _route(self) -> tuple[str, str | None]:
        for pattern, kind in _ROUTES:
            if found := re.fullmatch(pattern, self.path.partition("?")[0]):
                return kind, found["uid"]
        raise AssertionError(self.path)

    def _tell(self) -> None:
        kind, uid = self._route()
        found = self.server.kept.get((kind, uid or ""))
        if found is None:
            self._send(404, {"message": "not found"})
        elif kind == "dashboards":
            self._send(200, {"dashboard": found, "meta": {"slug": "x", "folderUid": "stadspuls"}})
        else:
            self._send(200, {k: v for k, v in found.items() if k != "secureJsonData"})

    def _keep(self, body: dict[str, Any]) -> None:
        kind, named = self._route()
        content = body["dashboard"] if kind == "dashboards" else body
        uid = named or content["uid"]
        known = (kind, uid) in self.server.kept
        if known != (self.command == "PUT") and kind != "dashboards":
            self._send(409 if known else 404, {"message": "it is there, or it is not"})
            return
        self.server.kept[kind, uid] = {**_ADDED[kind], "uid": uid, **content}
        if kind == "dashboards":
            self.server.kept[kind, uid]["schemaVersion"] = 42  # as a later release has it
        self.server.written.append((self.command, self.path))
        self._send(201 if kind == "alert-rules" else 200, {"uid": uid, "status": "success"})

    def _send(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Say nothing."""


@contextlib.contextmanager
def fake_grafana() -> Iterator[FakeGrafana]:
    """Yield a Grafana that works until the context ends."""
    server = FakeGrafana()
    with serving(server):
        yield server
