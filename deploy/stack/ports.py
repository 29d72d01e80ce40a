"""Free ports on the loopback interface."""

import random
import socket

# Below the range that systems hand out for outgoing connections (Linux: from 32768), so that a
# server which is stopped for a while finds its port still free.
_LOWEST, _HIGHEST = 15000, 31999
_ATTEMPTS = 200


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listened on a moment ago.

    Raises:
        OSError: there was none in many attempts.
    """
    for _ in range(_ATTEMPTS):
        port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311 - chance, not secrecy
        with socket.socket() as candidate:
            try:
                candidate.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port found on {host}")


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether nobody listens on a port."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((host, port))
        except OSError:
            return False
    return True
