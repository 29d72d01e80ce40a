"""Servers of a test's own, in a thread beside it."""

import contextlib
import threading
from collections.abc import Iterator
from socketserver import BaseServer

_POLL_SECONDS = 0.02


@contextlib.contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """Let a server work until the context ends; then it is closed."""
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": _POLL_SECONDS}, daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
