"""The builder's process: turn after turn while it is the one, again after trouble."""

import asyncio
import contextlib
import logging
import math
import random
import time
from collections.abc import Coroutine
from typing import Any, Final, NoReturn

from api.http_server import serve
from api.iris import Iris
from api.ldes.building.builder import MOST_BATCHES, Builder
from api.ldes.building.compressor import Compressor
from api.ldes.building.leader import Connection, leading
from api.ldes.building.monitor import Monitor
from api.ldes.building.retirement import retire
from api.ldes.building.settings import LdesSettings
from api.ldes.directory import Directory
from api.ldes.page_store import DirectoryPageStore, PageStore
from schemas.errors import Fenced, Unavailable
from schemas.publication import CHANNEL
from schemas.vocabulary import Vocabulary

_FIRST_SECONDS: Final = 0.2
_LONGEST_SECONDS: Final = 10.0
_RETIRE_SECONDS: Final = 60.0
_log = logging.getLogger(__name__)


async def run(settings: LdesSettings, *beside: Coroutine[Any, Any, NoReturn]) -> None:
    """Build pages until cancelled; several may run, one of them works.

    Args:
        settings: of the builder.
        beside: what else runs in the process, until cancelled too.

    Raises:
        Misconfigured: pages were published under another base IRI, or the port is taken.
    """
    monitor = Monitor()
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(_build_for_ever(settings, monitor), name="ldes.build"),
        *(asyncio.create_task(one, name="ldes.beside") for one in beside),
    ]
    if settings.monitor:
        serving = serve(monitor.application(), settings.monitor)
        tasks.append(asyncio.create_task(serving, name="ldes.monitor"))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _build_for_ever(settings: LdesSettings, monitor: Monitor) -> NoReturn:
    store = DirectoryPageStore(settings.pages_dir)
    bound = _FIRST_SECONDS
    while True:
        try:
            async with leading(settings.database, monitor) as connection:
                bound = _FIRST_SECONDS
                await _build(connection, settings, store, monitor)
        except (Unavailable, Fenced) as trouble:
            monitor.waiting_for = str(trouble)
            pause = random.uniform(bound / 2, bound)  # noqa: S311 - spreads load, hides nothing
            _log.warning("%s; again in %.1f s", trouble, pause)
            await asyncio.sleep(pause)
            bound = min(2 * bound, _LONGEST_SECONDS)


async def _build(
    connection: Connection, settings: LdesSettings, store: PageStore, monitor: Monitor
) -> NoReturn:
    """Build over a connection until something fails; then nothing of what was in memory counts."""
    flags = Vocabulary.load().quality_flags
    severities = {code: flag.severity for code, flag in flags.items()}
    directory = Directory(Iris(settings.base_iri), severities)
    builder = Builder(connection, settings, store, directory, monitor)
    woken = asyncio.Event()

    def wake(*_: Any) -> None:
        woken.set()

    await connection.add_listener(CHANNEL, wake)
    await builder.load()
    retired_time = -math.inf
    with contextlib.closing(Compressor(connection, store)) as compressor:
        while True:
            if time.monotonic() - retired_time > _RETIRE_SECONDS:
                monitor.retired.inc(await retire(connection, store))
                retired_time = time.monotonic()
            batches = await builder.turn()
            monitor.waiting_for = ""
            if not batches:
                if settings.brotli:
                    await compressor.go_on()
                await _until(woken, settings.poll_seconds)
            if batches < MOST_BATCHES:
                await asyncio.sleep(settings.interval_seconds)


async def _until(woken: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()
    woken.clear()
