"""Processes of the stack's servers: they end with us, and have their words in a log."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_CONFINE = Path(__file__).with_name("confine.py")
_PAUSE_SECONDS = 0.02

Process = subprocess.Popen[bytes]


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run, and as what.

    Attributes:
        program: the program and its arguments.
        environment: variables beside our own.
        confinement: wishes of `confine.py` beside the parent and the signal.
    """

    program: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    confinement: Mapping[str, object] = field(default_factory=dict)


def spawn(
    command: Command,
    *,
    folder: Path,
    log: IO[bytes],
    orphan_signal: signal.Signals,
    keep_open: Sequence[int] = (),
) -> Process:
    """Start a program that gets `orphan_signal` when the thread that calls this ends."""
    wishes = {**command.confinement, "parent": os.getpid(), "signal": int(orphan_signal)}
    return subprocess.Popen(  # noqa: S603 - our own arguments
        [sys.executable, "-I", "-S", str(_CONFINE), json.dumps(wishes), *command.program],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, **command.environment},
        cwd=folder,
        pass_fds=keep_open,
    )


async def ended(process: Process) -> int:
    """Wait for the end of a process and return its exit status.

    By asking again and again: that works in any event loop and thread, and needs no handler.
    """
    while (status := process.poll()) is None:  # noqa: ASYNC110 - see above
        await asyncio.sleep(_PAUSE_SECONDS)
    return status
