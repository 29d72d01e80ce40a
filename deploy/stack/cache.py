"""Programs that the real services need, installed once on this computer and shared by all runs."""

import fcntl
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from schemas.errors import Misconfigured


class Draft(NamedTuple):
    """A folder that is being filled, and the lock that says so.

    Attributes:
        folder: becomes the installation when it is whole.
        lock: for the programs that fill it: a lock lives as long as the last that holds it.
    """

    folder: Path
    lock: int

    def run(self, *command: str) -> None:
        """Run a program that fills the folder.

        Raises:
            Misconfigured: it failed; with its last words.
        """
        run(*command, keep_open=[self.lock])


def cache_folder() -> Path:
    """Return where installations are kept: of the computer for root, else of the user."""
    if os.geteuid() == 0:
        return Path("/var/cache/stadspuls")
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "stadspuls"


def install_once(name: str, fill: Callable[[Draft], None]) -> Path:
    """Return the folder `name` of the cache, filled by whoever comes first.

    It appears whole or not at all: two installers wait for each other, and what one that was
    killed left behind is removed once its programs have ended.
    """
    target = cache_folder() / name
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f"{name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            draft = Draft(target.with_name(f"{name}.draft"), lock.fileno())
            run("rm", "-rf", "--one-file-system", str(draft.folder))
            draft.folder.mkdir()
            fill(draft)
            draft.folder.rename(target)
    return target


def run(*command: str, keep_open: Sequence[int] = ()) -> str:
    """Run an installer's program and return what it printed.

    Raises:
        Misconfigured: it is missing or failed; with its last words.
    """
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            pass_fds=keep_open,
        )
    except FileNotFoundError as missing:
        raise Misconfigured(f"{command[0]} is not installed on this computer") from missing
    except subprocess.CalledProcessError as failure:
        words = failure.stdout[-2000:]
        raise Misconfigured(f"`{' '.join(command)}` failed:\n{words}") from failure
    return done.stdout
