"""Other people's clients that npm installed: `make clients`."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

FOLDER = Path(sys.prefix) / "clients" / "node_modules"
_CREATED = re.compile(r'<(\S+)> <http://purl\.org/dc/terms/created> "([^"]+)"')


def program(name: str) -> str:
    """Return the path of a client's program; leave the test out where it is not installed."""
    found = FOLDER / ".bin" / name
    if not found.exists() or _node() is None:
        pytest.skip(f"not installed: {name} (make clients)")
    return str(found)


def environment() -> dict[str, str]:
    """Return our environment, with the Node.js that a wheel may have brought."""
    return {**os.environ, "PATH": f"{os.environ['PATH']}:{Path(sys.prefix) / 'bin'}"}


def _node() -> str | None:
    return shutil.which("node", path=environment()["PATH"])


def run(name: str, *words: str, **variables: str) -> str:
    """Run a client to its end and return what it printed."""
    done = subprocess.run(
        [program(name), *words],
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Member(NamedTuple):
    """A member that a client emitted."""

    iri: str
    created: str


class LdesClient:
    """`ldes-client`, running, and what it has emitted so far.

    Args:
        url: of the event stream.
        words: options.
    """

    def __init__(self, url: str, *words: str) -> None:
        self.members: list[Member] = []
        self.complaints: list[str] = []
        self._process = subprocess.Popen(
            [program("ldes-client"), url, *words],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._readers = [
            threading.Thread(target=reader) for reader in (self._read_members, self._read_words)
        ]
        for reader in self._readers:
            reader.start()

    @property
    def iris(self) -> Sequence[str]:
        """IRIs of the members, in the order in which they came."""
        return [member.iri for member in self.members]

    def wait(self, seconds: float = 120) -> int:
        """Wait until it ends by itself, and return its exit status."""
        try:
            status = self._process.wait(seconds)
        finally:
            self.stop()
        return status

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
        for reader in self._readers:
            reader.join()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _read_members(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = _CREATED.match(line)
            if found:
                self.members.append(Member(*found.groups()))

    def _read_words(self) -> None:
        assert self._process.stderr is not None
        self.complaints += list(self._process.stderr)
