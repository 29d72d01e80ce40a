"""A process of the benchmark: told its work on one line, says on others how far it is."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from schemas.errors import Unavailable

_READY_SECONDS = 60.0
_FAREWELL_SECONDS = 1.0


class Child:
    """A running process of the benchmark.

    Attributes:
        pid: its process id.
    """

    def __init__(self, process: asyncio.subprocess.Process, module: str) -> None:
        self.pid = process.pid
        self._process = process
        self._module = module

    async def ready(self) -> None:
        """Wait until it has prepared its work.

        Raises:
            Unavailable: it ended, or took too long.
        """
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await self.said()
        except TimeoutError:
            raise Unavailable(f"{self._module} was not ready in {_READY_SECONDS:.0f} s") from None

    async def go(self) -> None:
        """Let it begin."""
        await self.tell({})

    async def tell(self, work: object) -> None:
        """Send it a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(work) + b"\n")
        await self._process.stdin.drain()

    async def said(self) -> Any:
        """Return its next line.

        Raises:
            Unavailable: it ended.
        """
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise Unavailable(f"{self._module} ended; see its words above")
        return msgspec.json.decode(line)

    async def left(self) -> None:
        """Wait until it has put its papers in order and ended.

        Raises:
            Unavailable: it failed.
        """
        if await self._process.wait():
            raise Unavailable(f"{self._module} failed; see its words above")


@asynccontextmanager
async def child(module: str, work: object) -> AsyncIterator[Child]:
    """Start a module of the benchmark; at the end it is ended.

    Raises:
        Unavailable: it did not come up.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        one = Child(process, module)
        await one.tell(work)
        await one.ready()
        yield one
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a process that waits for a line; one that does not is killed."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _FAREWELL_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def told() -> bytes:
    """In the process: wait for the next line.

    Raises:
        SystemExit: there is none to come, and nothing left to do.
    """
    line = sys.stdin.buffer.readline()
    if not line:
        sys.exit(0)
    return line


def say(facts: object) -> None:
    """In the process: say a line."""
    sys.stdout.buffer.write(msgspec.json.encode(facts) + b"\n")
    sys.stdout.buffer.flush()
