"""Where the time of our processes goes: py-spy beside one whole arm."""

import asyncio
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple

from schemas.errors import Misconfigured

_SAMPLES_A_SECOND: Final = 200
_LINES: Final = 25


class Hot(NamedTuple):
    """A function's share of a process's samples.

    Attributes:
        function: its name and file.
        own: share of samples in itself.
        whole: share of samples in itself or in what it calls.
    """

    function: str
    own: float
    whole: float


@asynccontextmanager
async def profiled(pids: Mapping[str, int], folder: Path) -> AsyncIterator[dict[str, Path]]:
    """Sample processes while the context lasts; the files are there after it.

    Args:
        pids: by name.
        folder: for a file of collapsed stacks of each.

    Raises:
        Misconfigured: py-spy is not installed.
    """
    program = shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if program is None:
        raise Misconfigured("py-spy is not installed: run `.venv/bin/pip install py-spy`")
    files = {name: folder / f"{name}.stacks" for name in pids}
    async with AsyncExitStack() as stack:
        for name, pid in pids.items():
            await stack.enter_async_context(_sampled(program, pid, files[name]))
        yield files


@asynccontextmanager
async def _sampled(program: str, pid: int, file: Path) -> AsyncIterator[None]:
    options = ("--format", "raw", "--rate", str(_SAMPLES_A_SECOND), "--output", str(file))
    spy = await asyncio.create_subprocess_exec(
        *(program, "record", "--nonblocking", "--pid", str(pid), *options),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        spy.send_signal(signal.SIGINT)
        await spy.wait()


def hottest(lines: Iterable[str]) -> list[Hot]:
    """Return the functions of collapsed stacks, those with most time of their own first."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for line in lines:
        stack, _, number = line.rpartition(" ")
        functions = [_without_line(frame) for frame in stack.split(";")]
        own[functions[-1]] += int(number)
        for function in set(functions):
            whole[function] += int(number)
    total = sum(own.values()) or 1
    return [
        Hot(function, own[function] / total, whole[function] / total)
        for function, _ in sorted(whole.items(), key=lambda one: (-own[one[0]], -one[1]))
    ][:_LINES]


def _without_line(frame: str) -> str:
    """`name (file.py:12)` without the line number."""
    head, colon, _ = frame.rpartition(":")
    return f"{head})" if colon else frame
