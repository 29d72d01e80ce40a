"""A disk that does not do what it is asked: system calls of a server fail with EIO.

strace answers in the kernel's place; it goes away with the context, or with the server.
"""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bench.processes import family
from tests.faults.install import TRACER

_PATIENCE_SECONDS = 60.0
needs_tracer = pytest.mark.skipif(
    shutil.which(TRACER) is None,
    reason="not installed: strace (python -m tests.faults.install, as root)",
)


@asynccontextmanager
async def io_errors(pid: int, *calls: str, paths: Iterable[Path] = ()) -> AsyncIterator[None]:
    """Let calls of a server and its children fail while the context lasts.

    Args:
        pid: of the server.
        calls: names of system calls.
        paths: only those on these files; without any, all.
    """
    named = ",".join(calls)
    command = [TRACER, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={named}"]
    command += ["-e", f"inject={named}:error=EIO"]
    command += [word for path in paths for word in ("-P", str(path))]
    command += [word for one in family(pid) for word in ("-p", str(one))]
    tracer = await asyncio.create_subprocess_exec(
        *command, start_new_session=True, stderr=asyncio.subprocess.PIPE
    )
    try:
        await _attached(pid, tracer)
        yield
    finally:
        with suppress(ProcessLookupError):
            tracer.send_signal(signal.SIGTERM)  # it lets go of what it traces
        await tracer.communicate()


async def _attached(pid: int, tracer: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while _tracer_of(pid) != tracer.pid:
            if tracer.returncode is not None:
                said = await tracer.stderr.read() if tracer.stderr else b""
                pytest.fail(f"strace ended: {said.decode(errors='replace')}")
            await asyncio.sleep(0.05)


def _tracer_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("TracerPid:")[2].split(maxsplit=1)[0])
