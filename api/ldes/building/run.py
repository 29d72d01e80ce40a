"""The builder's process: turn after turn while it is the one, again after trouble."""

import asyncio
import contextlib
import math
import time
from collections.abc import Coroutine
from typing import Any, Final, NoReturn

from api.iris import Iris
from api.ldes.building.builder import MOST_BATCHES, Builder
from api.ldes.building.compressor import Compressor
from api.ldes.building.leader import leading
from api.ldes.building.monitor import Monitor
from api.ldes.building.retirement import retire
from api.ldes.building.settings import LdesSettings
from api.ldes.directory import Directory
from api.ldes.page_store import DirectoryPageStore, PageStore
from api.leader import Connection
from api.standing import again_and_again, together
from schemas.publication import CHANNEL
from schemas.vocabulary import Vocabulary

_RETIRE_SECONDS: Final = 60.0


async def run(settings: LdesSettings, *beside: Coroutine[Any, Any, NoReturn]) -> None:
    """Build pages until cancelled; several may run, one of them works.

    Args:
        settings: of the builder.
        beside: what else runs in the process, until cancelled too.

    Raises:
        Misconfigured: pages were published under another base IRI, or the port is taken.
    """
    monitor = Monitor()
    store = DirectoryPageStore(settings.pages_dir)
    building = again_and_again(
        lambda: leading(settings.database, monitor),
        lambda connection: _build(connection, settings, store, monitor),
        monitor,
    )
    await together(building, *beside, monitor=monitor, listener=settings.monitor)


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
            monitor.works()
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
