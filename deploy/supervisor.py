"""Keep our processes alive: one that ends by itself is started again, after a growing delay."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

from deploy.part import Part
from deploy.stack import ServiceFailed

Wait: TypeAlias = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)

_FIRST_SECONDS, _LONGEST_SECONDS = 0.2, 30.0
_STEADY_SECONDS = 60.0
"""A process that lived so long is started again without the delays of before."""


@asynccontextmanager
async def supervised(
    parts: Sequence[Part], *, settle: Wait | None = None, drain: Wait | None = None
) -> AsyncIterator[None]:
    """Start the processes and keep them alive; the first is started last and stopped first.

    Args:
        parts: in the order of a reading's journey.
        settle: awaited before the first stops, so that it takes what is waiting for it.
        drain: awaited when it has stopped, so that the others finish what it brought.

    Raises:
        ServiceFailed: one did not come up at the start.
    """
    try:
        await _start(parts)
        watches = [asyncio.create_task(_keep(part), name=f"keep {part.name}") for part in parts]
        try:
            yield
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
    finally:
        await _stop(parts, settle, drain)


async def _stop(parts: Sequence[Part], settle: Wait | None, drain: Wait | None) -> None:
    if settle and parts[0].running:
        await settle()
    await parts[0].stop()
    if drain:
        await drain()
    await asyncio.gather(*(part.stop() for part in parts))


async def _start(parts: Sequence[Part]) -> None:
    """Start the first last: it takes nothing in before the others can deal with it."""
    first, *others = parts
    try:
        async with asyncio.TaskGroup() as group:
            for part in others:
                group.create_task(part.start(), name=f"start {part.name}")
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    await first.start()


async def _keep(part: Part) -> None:
    bound = _FIRST_SECONDS
    while True:
        began = time.monotonic()
        try:
            await part.died()
        except ServiceFailed as failure:
            log.error("part=%s %s", part.name, failure)  # noqa: TRY400 - its log has the trace
        if time.monotonic() - began > _STEADY_SECONDS:
            bound = _FIRST_SECONDS
        await asyncio.sleep(random.uniform(0, bound))  # noqa: S311 - chance, not secrecy
        bound = min(2 * bound, _LONGEST_SECONDS)
        await _try_start(part)


async def _try_start(part: Part) -> None:
    try:
        await part.start()
    except ServiceFailed as failure:
        log.error("part=%s %s", part.name, failure)  # noqa: TRY400 - its log has the trace
    else:
        log.warning("part=%s started again", part.name)
