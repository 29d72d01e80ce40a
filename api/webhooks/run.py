"""The process: sends while it is the one, again after trouble."""

import asyncio
import logging
import random
from collections.abc import Coroutine, Iterator
from typing import Any, Final, NoReturn

from api.http_server import serve
from api.leader import Connection, Pen, holding
from api.live.hub import Hub
from api.settings import LiveSettings
from api.store import Store
from api.telemetry import Telemetry
from api.webhooks.ledger import Ledger
from api.webhooks.monitor import Monitor
from api.webhooks.mqtt.republisher import Republisher
from api.webhooks.office import Office
from api.webhooks.post import Post
from api.webhooks.settings import WebhooksSettings
from schemas.errors import Unavailable
from schemas.vocabulary import Vocabulary

LEADER: Final = 0x7765_6268_6F6F_6B73
"""Advisory lock of the sender, any number that nobody else locks: "webhooks"."""

_FIRST_SECONDS: Final = 0.2
_LONGEST_SECONDS: Final = 10.0
_STATEMENT_SECONDS: Final = 15.0
_log = logging.getLogger(__name__)


async def run(settings: WebhooksSettings) -> None:
    """Send until cancelled; several may run, one of them works.

    Raises:
        Misconfigured: the port is taken, or the certificate authority cannot be read.
    """
    monitor = Monitor()
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(_send_for_ever(settings, monitor), name="webhooks.send")
    ]
    if settings.monitor:
        serving = serve(monitor.application(), settings.monitor)
        tasks.append(asyncio.create_task(serving, name="webhooks.monitor"))
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _send_for_ever(settings: WebhooksSettings, monitor: Monitor) -> NoReturn:
    bound = _FIRST_SECONDS
    while True:
        try:
            async with holding(
                settings.database,
                LEADER,
                name="stadspuls webhooks",
                standing_by=monitor.stand_by,
            ) as connection:
                bound = _FIRST_SECONDS
                await _send(connection, settings, monitor)
        except Unavailable as trouble:
            monitor.waiting_for = str(trouble)
            pause = random.uniform(bound / 2, bound)  # noqa: S311 - spreads load, hides nothing
            _log.warning("%s; again in %.1f s", trouble, pause)
            await asyncio.sleep(pause)
            bound = min(2 * bound, _LONGEST_SECONDS)


async def _send(connection: Connection, settings: WebhooksSettings, monitor: Monitor) -> None:
    """Send over a connection until something fails; then nothing of what was in memory counts."""
    store = Store(
        settings.database,
        connections=settings.connections,
        acquire_seconds=settings.acquire_seconds,
        statement_seconds=_STATEMENT_SECONDS,
    )
    live = LiveSettings(poll_seconds=settings.poll_seconds)
    hub = Hub(live, store, Telemetry(), Vocabulary.load())
    pen = Pen(connection)
    await store.open()
    try:
        async with hub.running(), Post(settings.destinations, settings.delivery) as post:
            with hub.followed():
                await hub.begun()
                monitor.waiting_for = ""
                office = Office(
                    hub=hub,
                    ledger=Ledger(pen),
                    post=post,
                    policy=settings.delivery,
                    monitor=monitor,
                )
                await _together(
                    office.run(refresh_seconds=settings.refresh_seconds),
                    *_republishing(settings, hub, pen, monitor),
                )
    finally:
        await store.close()


def _republishing(
    settings: WebhooksSettings, hub: Hub, pen: Pen, monitor: Monitor
) -> Iterator[Coroutine[Any, Any, NoReturn]]:
    if settings.mqtt:
        yield Republisher(settings.mqtt, hub=hub, pen=pen, monitor=monitor).run()


async def _together(*works: Coroutine[Any, Any, NoReturn]) -> None:
    """Run until one fails; then none goes on."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
